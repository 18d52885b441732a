/**
 * The files that make the Linux build of Espruino a board: what a host has to write, made for tests. Partitions lie in
 * one fixed-size Storage file that is written first, so that nothing in Storage can ever be moved in front of it.
 */

import { computeIdentity } from "../../../core/boot/identity";
import { encodeKeyStore } from "../../../core/boot/key-store";
import type { KeyStore } from "../../../core/boot/key-store";
import { SignaturePolicy } from "../../../core/image/signatures";
import { createMemoryHash } from "../../../hal/memory/hash";
import { loadBoard } from "../../../tools/boards";
import { buildBundle } from "../../../tools/build/bundle";
import { BootFile } from "../../../bootloader/espruino/files";
import { ACTIVE_WORD, guardText, stubText } from "../../../hal/espruino/stub";
import { trustedKey } from "../../support/vectors";
import { espruinoEngine } from "./interpreter";

const hash = createMemoryHash();

/** Address of the first byte of Espruino's flash, and of Storage, on Linux. */
export const FLASH_START = 0x10000000;
export const FILE_HEADER_BYTES = 32;
export const FLASH_FILE = "tb.flash";
export const PAGE_BYTES = 1024;

export interface BoardChoices {
  /** The verifier's file; default: the quick one. */
  readonly verifier?: string;
  /** Default: `testKeyStore`. */
  readonly keyStore?: KeyStore;
  readonly hasSha256?: boolean;
  readonly hashBufferBytes?: number;
  readonly isDevelopment?: boolean;
  readonly verifyMode?: "full" | "seal";
  readonly interpreterVersion?: string;
  readonly knowsResetCauses?: boolean;
  readonly withSha256?: boolean;
  readonly withStorage?: boolean;
}

/** One file of Storage, in the order in which they are written. */
export interface StorageFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface BoardFiles {
  readonly flashFileBytes: number;
  readonly files: StorageFile[];
  /** `.boot0` with its activating word still erased. */
  readonly stub: Buffer;
  readonly guard: Buffer;
}

const bundles = new Map<string, Promise<string>>();

/** A bundle for Espruino, built once. */
export function bundle(entry: string, exported: string): Promise<string> {
  const target = { name: entry, entry, exported, hasInnerNames: true };
  const built = bundles.get(entry) ?? buildBundle(target, espruinoEngine());
  bundles.set(entry, built);
  return built;
}

function crcOf(text: Buffer): number {
  return hash.crc32(text);
}

function place(name: "boot" | "journal" | "slotA" | "slotB" | "data"): string {
  const { offsetBytes, sizeBytes } = loadBoard("linux").partitions[name];
  return `{address:${String(FLASH_START + offsetBytes)},sizeBytes:${String(sizeBytes)}}`;
}

/** Bytes of the fixed-size file, which ends with the last partition. */
export function flashFileBytes(): number {
  const ends = Object.values(loadBoard("linux").partitions).map((part) => part.offsetBytes + part.sizeBytes);
  return Math.max(...ends) - FILE_HEADER_BYTES;
}

function planText(choices: BoardChoices): string {
  const { hasSha256 = true, hashBufferBytes = 65_536, interpreterVersion = "2v29.277" } = choices;
  const address = FLASH_START + FILE_HEADER_BYTES;
  const file = `{name:"${FLASH_FILE}",address:${address},sizeBytes:${flashFileBytes()}}`;
  return `{interpreterVersion:"${interpreterVersion}",interpreterBoard:"LINUX",erasePageBytes:${PAGE_BYTES},` +
    `programBytes:4,storageFile:${file},isMapped:false,isStorageMapped:false,` +
    `slotPlaces:[${place("slotA")},${place("slotB")}],journalPlace:${place("journal")},` +
    `provisioningPlace:${place("boot")},dataPlace:${place("data")},hasSha256:${hasSha256},` +
    `hashBufferBytes:${hashBufferBytes},isRandomTrusted:false,consoleName:"USB"}`;
}

export function testKeyStore(): KeyStore {
  return { trustedKeys: [trustedKey("sign-a")], signaturePolicy: SignaturePolicy.Any, baseTable: undefined };
}

function bootConfigText(choices: BoardChoices): string {
  const identity = computeIdentity(hash, "linux", choices.keyStore ?? testKeyStore());
  const knows = choices.knowsResetCauses ?? true;
  return `{identity:new Uint8Array([${[...identity].join(",")}]),trustedKeys:[],signaturePolicy:0,baseFloor:0,` +
    `verifyMode:${choices.verifyMode === "seal" ? 1 : 0},watchdogTimeoutMs:8000,trialDeadlineMs:600000,` +
    `knowsResetCauses:${knows},trialAttempts:${knows ? 1 : 3},trialForgiven:8}`;
}

/** All files of a board, ready to be written. */
export async function makeBoardFiles(choices: BoardChoices = {}): Promise<BoardFiles> {
  const main = Buffer.from(await bundle("bootloader/espruino/entry.ts", "start"));
  const guard = Buffer.from(guardText());
  const optional = async (isWanted: boolean, entry: string, exported: string): Promise<Buffer | undefined> =>
    isWanted ? Buffer.from(await bundle(entry, exported)) : undefined;
  const verifier = choices.verifier ?? await bundle("test/engines/espruino/quick-verifier.ts", "createQuickVerifier");
  const parts = {
    boot: Buffer.from(await bundle("bootloader/espruino/boot-part.ts", "createBootPart")),
    service: Buffer.from(await bundle("bootloader/service.ts", "createService")),
    verifier: Buffer.from(verifier),
    keys: Buffer.from(encodeKeyStore(choices.keyStore ?? testKeyStore(), hash)),
    sha256: await optional(choices.withSha256 === true, "hal/espruino/sha256.ts", "createSha256"),
    storage: await optional(choices.withStorage === true, "hal/espruino/data-storage.ts", "createDataStorage"),
  };
  const crc = (bytes: Buffer | undefined): number => bytes === undefined ? 0 : crcOf(bytes);
  const chip = await bundle("hal/espruino/chips/linux.ts", "createChip");
  const config = Buffer.from(
    `({plan:${planText(choices)},makeChip:${chip},bootConfig:${bootConfigText(choices)},` +
    `crcs:{boot1Crc:${crc(guard)},bootCrc:${crc(parts.boot)},` +
    `serviceCrc:${crc(parts.service)},verifierCrc:${crc(parts.verifier)},keysCrc:${crc(parts.keys)},` +
    `sha256Crc:${crc(parts.sha256)},storageCrc:${crc(parts.storage)},recoveryCrc:0}})`,
  );
  const files = [
    ["tb.main", main], [BootFile.Config, config], [BootFile.Boot, parts.boot], [BootFile.Service, parts.service],
    [BootFile.Verifier, parts.verifier], [BootFile.Keys, parts.keys], [BootFile.Sha256, parts.sha256],
    [BootFile.Storage, parts.storage],
  ] as const;
  return {
    flashFileBytes: flashFileBytes(),
    files: files.flatMap(([name, bytes]) => bytes === undefined ? [] : [{ name, bytes }]),
    stub: Buffer.from(stubText(crcOf(main), crcOf(config), choices.isDevelopment === true), "latin1"),
    guard,
  };
}

export { ACTIVE_WORD };
