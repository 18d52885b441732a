/** Factory images: what is the same on every unit, and the page with the device key that is not. */

import { formatIntelHex } from "../hex/intel-hex";
import { createHostHash } from "../host-hash";
import type { BoardFiles } from "./board-files";
import { factoryText, type FactoryTextHead } from "./factory-js";
import { provisioningSteps } from "./provisioning-steps";
import { joinBlocks, renderFlash } from "./render";
import type { ProvisioningStep } from "./steps";

/** By the name of the file: ".bin", ".hex" or ".js". */
export type FactoryForm = "bin" | "hex" | "js";

const PLACEHOLDER_KEY_BYTES = 32;
const ERASED = 0xff;
const hash = createHostHash();

export function factoryFormOf(path: string): FactoryForm | undefined {
  const form = /\.(bin|hex|js)$/i.exec(path)?.[1]?.toLowerCase();
  return form as FactoryForm | undefined;
}

/** The genesis journal is written by the host only together with a block; the block itself is then left out. */
export const PLACEHOLDER_KEY = new Uint8Array(PLACEHOLDER_KEY_BYTES);

/** The files without their provisioning block: a key page brings one, or the board writes its own without a key. */
export function withoutBlock(files: BoardFiles): BoardFiles {
  const { address } = files.plan.provisioningPlace;
  return { ...files, flash: files.flash.filter((content) => content.address !== address) };
}

export interface FactoryImage {
  readonly content: Uint8Array | string;
  /** Where the first byte belongs; `undefined` for text. */
  readonly address: number | undefined;
  readonly sizeBytes: number;
}

function headOf(files: BoardFiles, title: string): FactoryTextHead {
  const { board, plan } = files;
  return { name: board.name, board: plan.interpreterBoard, version: plan.interpreterVersion, title };
}

/** @param files without a provisioning block */
export function factoryImage(files: BoardFiles, form: FactoryForm): FactoryImage {
  const steps = provisioningSteps(files);
  if (form === "js") {
    const title = `trialboot: factory image for ${files.board.title}. Erases the board. Send it from a Web IDE.`;
    const content = factoryText(headOf(files, title), steps);
    return { content, address: undefined, sizeBytes: content.length };
  }
  const blocks = renderFlash(files.board, steps);
  const joined = joinBlocks(blocks);
  return form === "bin"
    ? { content: joined.bytes, address: joined.address, sizeBytes: joined.bytes.length }
    : { content: formatIntelHex(blocks), address: joined.address, sizeBytes: joined.bytes.length };
}

function keySteps(address: number, block: Uint8Array): ProvisioningStep[] {
  const verify = (bytes: Uint8Array): ProvisioningStep => {
    return { kind: "verify-flash", address, lengthBytes: bytes.length, crc32: hash.crc32(bytes) };
  };
  // A board that was started has a block of its own, which would be spoilt.
  const erased = verify(new Uint8Array(block.length).fill(ERASED));
  return [erased, { kind: "write-flash", address, bytes: block }, verify(block)];
}

/** The page of one unit, with its device key: a secret. */
export function keyPage(files: BoardFiles, unit: string, block: Uint8Array, form: FactoryForm): Uint8Array | string {
  const { address } = files.plan.provisioningPlace;
  switch (form) {
    case "bin":
      return block;
    case "hex":
      return formatIntelHex([{ address, bytes: block }]);
    case "js":
      return factoryText(headOf(files, `trialboot: device key of unit ${unit}. Secret.`), keySteps(address, block));
  }
}
