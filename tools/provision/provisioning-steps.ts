/**
 * The order in which a board is provisioned, so that power may fail anywhere and all of it can be done again: the
 * bootloader does nothing before its activating word, which is written last, after everything else was read back.
 */

import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES } from "../../hal/espruino/stub";
import { createHostHash } from "../host-hash";
import type { BoardFiles } from "./board-files";
import { placesOutside } from "../board/layout";
import type { ProvisioningStep } from "./steps";
import { STEP_BYTES_MAX } from "./steps";
import type { StorageFile } from "./storage-files";
import { storageHeader } from "./storage-files";

export const STUB_FILE = ".boot0";
export const GUARD_FILE = ".boot1";

const ERASED = 0xff;
const hash = createHostHash();

function chunks(bytes: Uint8Array): { offsetBytes: number; bytes: Uint8Array }[] {
  return Array.from({ length: Math.ceil(bytes.length / STEP_BYTES_MAX) }, (_, i) => {
    const offsetBytes = i * STEP_BYTES_MAX;
    return { offsetBytes, bytes: bytes.subarray(offsetBytes, offsetBytes + STEP_BYTES_MAX) };
  });
}

function writeFile({ name, bytes }: StorageFile): ProvisioningStep[] {
  return chunks(bytes).map((chunk) => ({ kind: "write-file", name, ...chunk, fileBytes: bytes.length }));
}

function verifyFile({ name, bytes }: StorageFile): ProvisioningStep {
  return { kind: "verify-file", name, fileBytes: bytes.length, crc32: hash.crc32(bytes) };
}

/** Pages of what lies outside of Storage. The rest is erased with it. */
function erasePages({ board }: BoardFiles): ProvisioningStep[] {
  const { pageSizeBytes, baseAddressBytes } = board.flash;
  return placesOutside(board).flatMap(({ offsetBytes, sizeBytes }) => {
    return Array.from({ length: sizeBytes / pageSizeBytes }, (_, page): ProvisioningStep => ({
      kind: "erase-page", address: baseAddressBytes + offsetBytes + page * pageSizeBytes,
    }));
  });
}

function makeAndCheck(name: string, address: number, fileBytes: number): ProvisioningStep[] {
  return [
    { kind: "write-file", name, offsetBytes: 0, bytes: new Uint8Array([ERASED]), fileBytes },
    { kind: "verify-place", name, address, header: storageHeader(name, fileBytes) },
  ];
}

/** The fixed-size file goes first into an empty Storage: nothing can ever be moved in front of it. */
function makeFlashFile({ plan }: BoardFiles): ProvisioningStep[] {
  const file = plan.storageFile;
  return file === undefined ? [] : makeAndCheck(file.name, file.address, file.sizeBytes);
}

/** `.boot0` around its activating word, which stays erased. */
function writeStub(stub: Uint8Array): ProvisioningStep[] {
  const start = ACTIVE_WORD_OFFSET_BYTES;
  const rest = start + ACTIVE_WORD.length;
  const common = { kind: "write-file", name: STUB_FILE, fileBytes: stub.length } as const;
  return [
    { ...common, offsetBytes: 0, bytes: stub.subarray(0, start) },
    { ...common, offsetBytes: rest, bytes: stub.subarray(rest) },
  ];
}

/** All steps for an empty board, or one on which they were broken off. */
export function provisioningSteps(files: BoardFiles): ProvisioningStep[] {
  const guard = { name: GUARD_FILE, bytes: files.guard };
  const stub = { name: STUB_FILE, bytes: files.stub };
  const flash = files.flash.flatMap(({ address, bytes }) =>
    chunks(bytes).map((chunk) => ({ address: address + chunk.offsetBytes, bytes: chunk.bytes })));
  return [
    { kind: "erase-storage" },
    ...erasePages(files),
    ...makeFlashFile(files),
    ...flash.map(({ address, bytes }): ProvisioningStep => ({ kind: "write-flash", address, bytes })),
    ...files.files.flatMap(writeFile),
    ...writeStub(files.stub),
    ...writeFile(guard),
    ...flash.map(({ address, bytes }): ProvisioningStep => ({
      kind: "verify-flash", address, lengthBytes: bytes.length, crc32: hash.crc32(bytes),
    })),
    ...[...files.files, guard, stub].map(verifyFile),
    { kind: "activate", name: STUB_FILE, offsetBytes: ACTIVE_WORD_OFFSET_BYTES, word: ACTIVE_WORD },
    verifyFile({ name: STUB_FILE, bytes: activeStub(files.stub) }),
  ];
}

/** `.boot0` as it stands on a board that starts by it. */
export function activeStub(stub: Uint8Array): Uint8Array {
  const active = stub.slice();
  active.set(Buffer.from(ACTIVE_WORD, "latin1"), ACTIVE_WORD_OFFSET_BYTES);
  return active;
}
