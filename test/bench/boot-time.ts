/** Times starts of the real Espruino for Linux, and what they read from flash and write to it. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeProvisioning } from "../../core/boot/provisioning";
import { ResetCause } from "../../core/boot/reset-cause";
import { createHostHash } from "../../tools/host-hash";
import type { BoardFiles } from "../engines/espruino/board-files";
import { LinuxBoard } from "../engines/espruino/linux-board";
import { offsetOf } from "../engines/scenarios/layout";

/** Processor time of the process so far in nanoseconds, into a file. */
const MARK = 'require("fs").writeFileSync("mark",require("fs").readFileSync("/proc/self/schedstat").split(" ")[0]);';

/** An application of usual size: marks the time; the rest of it is read over by the interpreter and not run. */
export function markingApplication(rest: string): string {
  return `(function(door){${MARK}if(0)(${rest})})`;
}

export interface FlashTraffic {
  readonly reads: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Where a C compiler is: the library that counts. It is removed by `dispose`. */
export function buildFlashCounter(): { library: string; dispose: () => void } | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-counter-"));
  const dispose = (): void => { rmSync(folder, { recursive: true, force: true }); };
  const library = path.join(folder, "flash-counter.so");
  const source = path.join(import.meta.dirname, "flash-counter.c");
  const built = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "ignore" });
  if (built.status !== 0) {
    dispose();
    return undefined;
  }
  return { library, dispose };
}

function requireEnd(board: LinuxBoard, what: string): void {
  const { end, output } = board.run({ cause: ResetCause.PowerOn });
  if (end !== "idle") {
    throw new Error(`${what} ends by ${end}: ${output}`);
  }
}

/** Provisioned with `image` and perhaps a device key, and started until its journal has nothing more to write. */
export function boardWithBootloader(
  files: BoardFiles, image: Uint8Array, library: string | undefined, deviceKey?: Uint8Array,
): LinuxBoard {
  const board = new LinuxBoard(library);
  board.provision(files, image);
  if (deviceKey !== undefined) {
    const flash = board.readFlash();
    flash.set(encodeProvisioning(0, deviceKey, createHostHash()), offsetOf("boot"));
    board.writeFlash(flash);
  }
  for (let starts = 0; starts < 3; starts++) {
    requireEnd(board, "a start");
  }
  return board;
}

/** Evaluates the application from a file of Storage, and checks nothing. */
export function boardWithoutBootloader(application: string, library: string | undefined): LinuxBoard {
  const board = new LinuxBoard(library);
  board.putFile("app.js", application);
  board.run({
    typed: 'var S=require("Storage");S.write("app",require("fs").readFileSync("app.js"));' +
      'S.write(".boot0","eval(require(\\"Storage\\").read(\\"app\\"))({})")',
  });
  requireEnd(board, "a bare start");
  return board;
}

/** Milliseconds of processor time from the start of the process to the application's first statement. */
export function timeToApplication(board: LinuxBoard): number {
  board.removeFile("mark");
  requireEnd(board, "a timed start");
  return Number(board.getFile("mark")) / 1e6;
}

const HASHES = 200;

/** Milliseconds for one native SHA-256 of `lengthBytes` bytes of flash at `address`, read into RAM. */
export function timeNativeHash(board: LinuxBoard, address: number, lengthBytes: number): number {
  const typed =
    'var fs=require("fs"),F=require("Flash"),C=require("crypto");' +
    'function now(){return fs.readFileSync("/proc/self/schedstat").split(" ")[0]*1e-6}' +
    `var t=now();for(var i=0;i<${HASHES};i++)C.SHA256(F.read(${lengthBytes},${address}));` +
    `fs.writeFileSync("hash",String((now()-t)/${HASHES}))`;
  board.run({ cause: ResetCause.PowerOn, typed, timeoutMs: 60_000 });
  return Number(board.getFile("hash"));
}

/** Of one start with `cause`. The board must have been made with the library of `buildFlashCounter`. */
export function flashTraffic(board: LinuxBoard, cause: ResetCause): FlashTraffic {
  const { output } = board.run({ cause });
  const counts = /FLASH_READS (\d+) FLASH_READ (\d+) FLASH_WRITTEN (\d+)/.exec(output);
  if (counts === null) {
    throw new Error(`the flash counter said nothing: ${output}`);
  }
  const [reads, readBytes, writtenBytes] = counts.slice(1).map(Number);
  return { reads, readBytes, writtenBytes };
}
