/** From reset to the application, on the real Espruino for Linux. */

import { ResetCause } from "../../../core/boot/reset-cause";
import { loadBoard } from "../../../tools/boards";
import { buildBundle } from "../../../tools/build/bundle";
import { COMMON_TARGETS, verifierTarget } from "../../../tools/build/targets";
import { keyStoreOf } from "../../../tools/key-store";
import { makeBoardFiles } from "../../engines/espruino/board-files";
import { INSTALL_TASK, quickImage, signQuickly } from "../../engines/espruino/boot0-application";
import { espruinoEngine, isInstalled } from "../../engines/espruino/interpreter";
import type { LinuxBoard } from "../../engines/espruino/linux-board";
import { addressOf } from "../../engines/scenarios/layout";
import { makeImage } from "../../support/images";
import { trustedKey } from "../../support/vectors";
import type { FlashTraffic } from "../boot-time";
import {
  boardWithBootloader, boardWithoutBootloader, buildFlashCounter, flashTraffic, markingApplication, timeNativeHash,
  timeToApplication,
} from "../boot-time";
import { type BenchRow, median, notRun } from "../row";
import type { BenchSource } from "../source";

const GROUP = "From reset to the application";
const BARE = "eval of the application alone";
/** The aim for an ordinary boot: at most so many native hashes, and a fixed time. */
const AIM_HASHES = 3;
const AIM_FIXED_MS = 25;

/** What is started in turns. */
interface Candidate {
  readonly name: string;
  readonly board: LinuxBoard;
  readonly hasAim: boolean;
}

async function applicationText(): Promise<string> {
  const target = COMMON_TARGETS.find(({ name }) => name === "sensor-node");
  if (target === undefined) {
    throw new Error("tools/build/targets.ts has no sensor-node");
  }
  return markingApplication(await buildBundle(target, espruinoEngine()));
}

async function candidates(application: string, library: string | undefined): Promise<Candidate[]> {
  const description = loadBoard("linux");
  const real = makeImage({ payload: application, version: "1.0.0", counter: 1 });
  const quick = signQuickly(application, 1, 1);
  const realFiles = await makeBoardFiles({
    verifier: await buildBundle(verifierTarget(description), espruinoEngine()),
    keyStore: keyStoreOf(description.signatures, [trustedKey("sign-a")]),
  });
  const sealFiles = await makeBoardFiles({ verifyMode: "seal" });
  const deviceKey = new Uint8Array(32).fill(0x4b);
  return [
    { name: BARE, board: boardWithoutBootloader(application, library), hasAim: false },
    { name: "ordinary boot, seal", board: boardWithBootloader(sealFiles, quick, library, deviceKey), hasAim: true },
    { name: "ordinary boot, full, Ed25519", board: boardWithBootloader(realFiles, real, library), hasAim: true },
    {
      name: "ordinary boot, full, a hash for a signature", hasAim: true,
      board: boardWithBootloader(await makeBoardFiles(), quick, library),
    },
  ];
}

/** Times all of them by turns; medians in their order. */
function medians(boards: readonly LinuxBoard[], rounds: number): number[] {
  const samples: number[][] = boards.map(() => []);
  for (let round = 0; round < rounds; round++) {
    boards.forEach((board, index) => { samples[index].push(timeToApplication(board)); });
  }
  return samples.map(median);
}

function row(
  name: string, medianMs: number | null, rounds: number | null, bareMs: number | null, note: string,
): BenchRow {
  return {
    engine: "espruino", group: GROUP, name, median_ms: medianMs, repetitions: rounds,
    ratio: bareMs === null || medianMs === null ? null : bareMs / medianMs, ratio_to: bareMs === null ? null : BARE,
    bytes: null, table_bytes: null, variables: null, note,
  };
}

function trafficText({ reads, readBytes, writtenBytes }: FlashTraffic): string {
  return `flash: ${readBytes} bytes in ${reads} reads, ${writtenBytes} bytes written`;
}

function aimText(medianMs: number, hashMs: number): string {
  const aimMs = AIM_HASHES * hashMs + AIM_FIXED_MS;
  const verdict = medianMs <= aimMs ? "met" : "missed";
  return `; ${(medianMs / hashMs).toFixed(0)} native hashes; aim of ${aimMs.toFixed(1)} ms ${verdict}`;
}

/** What a rollback reads and writes: a board whose trial of version 2 hung. */
async function rollbackTraffic(library: string): Promise<FlashTraffic> {
  const board = boardWithBootloader(await makeBoardFiles(), quickImage({ version: 1 }), library);
  try {
    board.putFile("image.bin", quickImage({ version: 2 }));
    board.run({ cause: ResetCause.PowerOn, task: INSTALL_TASK });
    board.run({ cause: ResetCause.Software });
    return flashTraffic(board, ResetCause.Watchdog);
  } finally {
    board.dispose();
  }
}

async function measureAll(rounds: number): Promise<BenchRow[]> {
  const application = await applicationText();
  const timed = await candidates(application, undefined);
  const counter = buildFlashCounter();
  const counted = counter === undefined ? [] : await candidates(application, counter.library);
  try {
    const traffic = counted.map(({ board }) => flashTraffic(board, ResetCause.PowerOn));
    const [bare] = timed;
    const hashMs = timeNativeHash(bare.board, addressOf("slotA"), application.length);
    const times = medians(timed.map(({ board }) => board), rounds);
    const rows = timed.map(({ name, hasAim }, index) => row(
      name, times[index], rounds, hasAim ? times[0] : null,
      (traffic.length > 0 ? trafficText(traffic[index]) : "flash: not counted, no C compiler") +
      (hasAim ? aimText(times[index], hashMs) : ""),
    ));
    rows.unshift(row(`native SHA-256 of the image's ${application.length} bytes`, hashMs, 1, null, "read from flash"));
    if (counter !== undefined) {
      const rollback = trafficText(await rollbackTraffic(counter.library));
      rows.push(row("rollback after the watchdog", null, null, null, rollback));
    }
    return rows;
  } finally {
    [...timed, ...counted].forEach(({ board }) => { board.dispose(); });
    counter?.dispose();
  }
}

export const source: BenchSource = {
  order: 4,
  async measure(): Promise<BenchRow[]> {
    const rounds = Number(process.env["BENCH_ROUNDS"] ?? 15);
    return isInstalled ? measureAll(rounds) : [notRun("espruino", GROUP, "not installed")];
  },
};
