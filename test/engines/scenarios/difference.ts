/** The first difference between what two engines made of a scenario, in words. */

import { RECORD_BYTES } from "../../../core/limits";
import { PAGE_BYTES, PARTITION_NAMES } from "./layout";
import type { FlashImage, Observation } from "./observation";
import { positionWords } from "./record-words";

function lineDifference(expected: readonly string[], actual: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    if (expected[i] !== actual[i]) {
      return `expected "${expected[i] ?? "nothing more"}", got "${actual[i] ?? "nothing more"}"`;
    }
  }
  return undefined;
}

function flashDifference(expected: FlashImage, actual: FlashImage): string | undefined {
  for (const name of PARTITION_NAMES) {
    if (!expected[name].equals(actual[name])) {
      const at = expected[name].findIndex((byte, index) => byte !== actual[name][index]);
      const start = at - at % RECORD_BYTES;
      const [there, here] = [expected, actual].map((flash) => flash[name].subarray(start, start + RECORD_BYTES));
      const show = (bytes: Buffer): string => name === "journal" ? positionWords(bytes) : bytes.toString("hex");
      const place = `${name}, page ${Math.floor(at / PAGE_BYTES)}, offset ${start % PAGE_BYTES} of it`;
      return `${place}: expected ${show(there)}, got ${show(here)}`;
    }
  }
  return undefined;
}

/** Undefined: there is none. */
export function firstDifference(expected: readonly Observation[], actual: readonly Observation[]): string | undefined {
  for (let i = 0; i < Math.min(expected.length, actual.length); i++) {
    const difference =
      lineDifference(expected[i].lines, actual[i].lines) ?? flashDifference(expected[i].flash, actual[i].flash);
    if (difference !== undefined) {
      return `start ${i + 1}: ${difference}`;
    }
  }
  return expected.length === actual.length
    ? undefined
    : `${expected.length} starts expected, ${actual.length} were made`;
}
