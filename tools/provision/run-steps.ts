/** Runs provisioning steps on a board, over its console. */

import { PROVISIONING_BYTES } from "../../core/boot/provisioning";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { hexNumber } from "../output";
import type { BoardFile } from "../board/board-data";
import type { BoardMemory } from "./board-memory";
import type { ProvisioningStep } from "./steps";

/** How far it is. */
export interface StepProgress {
  readonly done: number;
  readonly of: number;
  /** The part that is being done: "erasing", "writing", "reading back", "activating". */
  readonly phase: string;
}

/** What one step weighs beside a byte that is written, by the time that it takes. */
const ERASE_WEIGHT = 2000;
const READ_WEIGHT = 0.02;

function weightOf(step: ProvisioningStep): number {
  switch (step.kind) {
    case "write-file":
    case "write-flash":
      return step.bytes.length;
    case "verify-file":
      return step.fileBytes * READ_WEIGHT;
    case "verify-flash":
      return step.lengthBytes * READ_WEIGHT;
    case "erase-storage":
    case "erase-page":
      return ERASE_WEIGHT;
    case "verify-place":
    case "activate":
      return 1;
  }
}

function phaseOf(step: ProvisioningStep): string {
  if (step.kind.startsWith("erase")) {
    return "erasing";
  }
  return step.kind.startsWith("write") ? "writing" : step.kind === "activate" ? "activating" : "reading back";
}

function notAsWritten(what: string): ToolError {
  return new ToolError(
    ExitCode.DeviceRefused,
    `Read back, ${what} is not what was written. The board was not activated.`,
    "Run this again. If it stays, the flash of this board is worn or defective.",
  );
}

/** What was written, by its address. */
type Written = ReadonlyMap<number, Uint8Array>;

async function runStep(
  memory: BoardMemory, step: ProvisioningStep, storagePages: number, written: Written,
): Promise<void> {
  switch (step.kind) {
    case "erase-storage":
      await memory.eraseStorage(storagePages);
      break;
    case "erase-page":
      await memory.erasePage(step.address);
      break;
    case "write-file": {
      const sizeBytes = step.offsetBytes === 0 ? step.fileBytes : undefined;
      await memory.writeFile(step.name, step.offsetBytes, step.bytes, sizeBytes);
      break;
    }
    case "write-flash":
      await memory.writeFlash(step.address, step.bytes);
      break;
    case "activate":
      await memory.writeFile(step.name, step.offsetBytes, Buffer.from(step.word, "latin1"), undefined);
      break;
    default:
      await verifyStep(memory, step, written);
  }
}

type Verification = Extract<ProvisioningStep, { kind: "verify-file" | "verify-flash" | "verify-place" }>;

async function verifyStep(memory: BoardMemory, step: Verification, written: Written): Promise<void> {
  if (step.kind === "verify-file") {
    const found = await memory.readFile(step.name);
    if (found?.sizeBytes !== step.fileBytes || found.crc32 !== step.crc32) {
      throw notAsWritten(`the file ${step.name}`);
    }
  } else if (step.kind === "verify-flash") {
    const bytes = written.get(step.address);
    // What ends with its own CRC-32, as the provisioning block does, has the same CRC-32 whatever it says.
    const isSame = bytes?.length === step.lengthBytes && bytes.length <= PROVISIONING_BYTES
      ? Buffer.compare(await memory.readFlash(step.address, step.lengthBytes), bytes) === 0
      : (await memory.crcOf(step.address, step.lengthBytes)) === step.crc32;
    if (!isSame) {
      throw notAsWritten(`the flash at ${hexNumber(step.address)}`);
    }
  } else {
    const header = await memory.readFlash(step.address - step.header.length, step.header.length);
    if (Buffer.compare(header, step.header) !== 0) {
      throw notAsWritten(`the place of the file ${step.name}`);
    }
  }
}

/** Stretches of the partitions that no step writes: they have to be erased. */
export function erasedStretches(
  board: BoardFile, steps: readonly ProvisioningStep[],
): { readonly address: number; readonly lengthBytes: number }[] {
  const written = steps
    .flatMap((step) => (step.kind === "write-flash" ? [step] : []))
    .sort((a, b) => a.address - b.address);
  const places = Object.values(board.partitions).sort((a, b) => a.offsetBytes - b.offsetBytes);
  return places.flatMap(({ offsetBytes, sizeBytes }) => {
    const start = board.flash.baseAddressBytes + offsetBytes;
    const end = start + sizeBytes;
    const inside = written.filter(({ address }) => address >= start && address < end);
    const from = [start, ...inside.map(({ address, bytes }) => address + bytes.length)];
    const to = [...inside.map(({ address }) => address), end];
    return from
      .map((address, i) => ({ address, lengthBytes: (to[i] ?? end) - address }))
      .filter(({ lengthBytes }) => lengthBytes > 0);
  });
}

/**
 * Runs all steps in their order. Nothing before the activating word makes the board start by its bootloader: wherever
 * this is broken off, it can be run again from the first step on. Before that word, whatever the steps wrote was read
 * back, and, if the steps erase all, the rest of the
 * partitions was seen to be erased.
 *
 * Refuses (link): the connection. Refuses (device): what the board refuses, and what does not read back.
 */
export async function runSteps(
  memory: BoardMemory, board: BoardFile, steps: readonly ProvisioningStep[],
  onProgress: (progress: StepProgress) => void = () => undefined,
): Promise<void> {
  const of = steps.reduce((sum, step) => sum + weightOf(step), 0);
  const storagePages = board.storage.sizeBytes / board.flash.pageSizeBytes;
  const erases = steps.some(({ kind }) => kind === "erase-storage");
  const written = new Map(
    steps.flatMap((step) => (step.kind === "write-flash" ? [[step.address, step.bytes] as const] : [])),
  );
  let done = 0;
  for (const step of steps) {
    onProgress({ done, of, phase: phaseOf(step) });
    if (step.kind === "activate" && erases) {
      await checkErased(memory, board, steps);
    }
    await runStep(memory, step, storagePages, written);
    done += weightOf(step);
  }
  onProgress({ done: of, of, phase: "done" });
}

async function checkErased(memory: BoardMemory, board: BoardFile, steps: readonly ProvisioningStep[]): Promise<void> {
  for (const { address, lengthBytes } of erasedStretches(board, steps)) {
    const found = await memory.findWritten(address, lengthBytes);
    if (found !== undefined) {
      throw notAsWritten(`the flash at ${hexNumber(found)}, which was erased,`);
    }
  }
}
