/** Self-test of flash on the last page of the data partition, whose content is put back, and of the native hash. */

import { createHash } from "node:crypto";
import { hexText } from "../output";
import { BoardMemory } from "./board-memory";
import { BoardError } from "./console";
import type { Bench, Check } from "./selftest";
import { storageHeader } from "./storage-files";

const PATTERN_BYTES = 256;
const MS_DIGITS = 100;

function rounded(ms: number): number {
  return Math.round(ms * MS_DIGITS) / MS_DIGITS;
}

/** Address of the spare page; `undefined`: its Storage file is not there, and a raw write would spoil Storage. */
async function sparePage({ board }: Bench, memory: BoardMemory): Promise<number | undefined> {
  const { baseAddressBytes, pageSizeBytes } = board.flash;
  const { offsetBytes, sizeBytes } = board.partitions.data;
  const { storageFile } = board;
  if (storageFile !== undefined && board.layout.inside.includes("data")) {
    const header = storageHeader(storageFile.name, storageFile.sizeBytes);
    const found = await memory.readFlash(baseAddressBytes + storageFile.offsetBytes - header.length, header.length);
    if (Buffer.compare(found, header) !== 0) {
      return undefined;
    }
  }
  return baseAddressBytes + offsetBytes + sizeBytes - pageSizeBytes;
}

/** Milliseconds that a statement takes on the board. */
async function timed({ console }: Bench, statement: string): Promise<number> {
  const seconds = await console.evaluate(`(function(t){${statement};return getTime()-t})(getTime())`, 30_000);
  return rounded(Number(seconds) * 1000);
}

async function tryPage(bench: Bench, memory: BoardMemory, page: number): Promise<Check> {
  const { pageSizeBytes } = bench.board.flash;
  const pattern = new Uint8Array(PATTERN_BYTES).map((_, i) => i);
  const eraseMs = await timed(bench, `$tF.erasePage(${page})`);
  const isErased = (await memory.findWritten(page, pageSizeBytes)) === undefined;
  await memory.writeFlash(page, pattern);
  const isWritten = Buffer.compare(await memory.readFlash(page, PATTERN_BYTES), pattern) === 0;
  const bytes = "new Uint8Array(256).fill(0x55)";
  const writeMs = await timed(bench, `$tF.write(${bytes},${page + PATTERN_BYTES})`);
  const readMs = await timed(bench, `$tF.read(1024,${page})`);
  const crcMs = await timed(bench, `E.CRC32($tF.read(1024,${page}))`);
  await memory.erasePage(page);
  const isErasedAgain = (await memory.findWritten(page, pageSizeBytes)) === undefined;
  const numbers = { eraseMs, write256Ms: writeMs, read1024Ms: readMs, crc1024Ms: crcMs };
  return {
    name: "flash",
    outcome: isErased && isWritten && isErasedAgain ? "passed" : "failed",
    text: `one page of partition data: erase ${eraseMs} ms, write 256 bytes ${writeMs} ms, ` +
      `read 1,024 bytes ${readMs} ms, with CRC-32 ${crcMs} ms`,
    numbers,
    item: "flash-operations",
  };
}

export async function flashCheck(bench: Bench): Promise<Check> {
  const memory = await BoardMemory.attach(bench.console);
  const page = await sparePage(bench, memory);
  if (page === undefined) {
    return {
      name: "flash", outcome: "not possible", numbers: {},
      text: "partition data lies in a Storage file that is not there: run trialboot flash --development first",
    };
  }
  const kept = await memory.readFlash(page, bench.board.flash.pageSizeBytes);
  const check = await tryPage(bench, memory, page);
  if (kept.some((byte) => byte !== 0xff)) {
    await memory.writeFlash(page, kept);
  }
  return check;
}

/**
 * Native SHA-256 of the start of slot A: right for 1,024 bytes, timed for as much as the plan copies into RAM. Where
 * slots are hashed in place, this is not what the plan does.
 */
export async function hashCheck(bench: Bench): Promise<Check> {
  const { board, console } = bench;
  if (!board.engine.nativeSha256) {
    return { name: "native hash", outcome: "not possible", text: "the interpreter has none", numbers: {} };
  }
  const memory = await BoardMemory.attach(console);
  const isInPlace = board.layout.inside.includes("slotA") ? board.storage.isMapped : board.flash.isMapped;
  const address = board.flash.baseAddressBytes + board.partitions.slotA.offsetBytes;
  const sizeBytes = Math.min(board.hashBufferBytes, board.partitions.slotA.sizeBytes);
  const hashOf = (length: number): string => `require("crypto").SHA256($tF.read(${length},${address}).buffer)`;
  try {
    const found = await console.evaluate(`btoa(E.toString(new Uint8Array(${hashOf(1024)})))`);
    const expected = createHash("sha256").update(await memory.readFlash(address, 1024)).digest();
    const isRight = Buffer.from(String(found), "base64").equals(expected);
    const ms = await timed(bench, hashOf(sizeBytes));
    return {
      name: "native hash",
      outcome: isRight ? "passed" : "failed",
      text: isRight
        ? `SHA-256 of ${sizeBytes} bytes, read into RAM: ${ms} ms`
        : `SHA-256 of 1,024 bytes is not ${hexText(expected)}`,
      numbers: { hashedBytes: sizeBytes, hashMs: ms },
      ...(isInPlace ? {} : { item: "native-hash" as const }),
    };
  } catch (error) {
    if (error instanceof BoardError) {
      return { name: "native hash", outcome: "failed", text: error.message, numbers: { hashedBytes: sizeBytes } };
    }
    throw error;
  }
}
