/** Uploads of our own client to a simulated board, over wires with a speed, in virtual time. */

import { bleLine, measureUpload, serialLine } from "../../sim/serve/line";
import type { UploadCase } from "../../sim/serve/line";
import type { BenchRow } from "../row";
import type { BenchSource } from "../source";

const GROUP = "Upload over a wire (virtual time)";
const LINES = [serialLine(115_200), bleLine(53), bleLine(131), bleLine(500)];
/** One: each chunk waits for the answer to the one before it. */
const WINDOWS = [1, 2];

async function rowOf(measured: UploadCase): Promise<BenchRow> {
  const speed = await measureUpload(measured);
  const { fileBytes, durationMs, bytesPerSecond, limitBytesPerSecond, flashBytesPerSecond } = speed;
  const frames = measured.windowFrames === 1 ? "1 frame" : `${measured.windowFrames} frames`;
  const flash = measured.flashTakesTime === true ? "45 ms per erase, 0.7 ms per 256 bytes" : "flash in no time";
  const shareOf = (limit: number): string => `${((100 * bytesPerSecond) / limit).toFixed(1)} %`;
  const flashShare = flashBytesPerSecond < limitBytesPerSecond
    ? `; ${shareOf(flashBytesPerSecond)} of what flash takes, ${Math.round(flashBytesPerSecond)} bytes/s`
    : "";
  return {
    engine: "node",
    group: GROUP,
    name: `${measured.line.name}; ${frames} under way; ${flash}`,
    median_ms: durationMs,
    // A function of the model: every repetition gives the same.
    repetitions: 1,
    ratio: null,
    ratio_to: null,
    bytes: null,
    table_bytes: null,
    variables: null,
    note: `${Math.round(bytesPerSecond)} bytes/s of ${fileBytes} bytes, ${shareOf(limitBytesPerSecond)} of what ` +
      `framing leaves${flashShare}`,
  };
}

export const source: BenchSource = {
  order: 5,
  async measure(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const flashTakesTime of [false, true]) {
      for (const line of LINES) {
        for (const windowFrames of WINDOWS) {
          rows.push(await rowOf({ line, windowFrames, flashTakesTime }));
        }
      }
    }
    return rows;
  },
};
