/** Expectations of a file, checked for names that no schema knows. */

import { isMap, isSeq } from "./shapes";
import { RECORD_NAMES, reasonNames } from "./names";
import type { RawExpect } from "./raw-scenario";
import type { Reading } from "./reading";
import type { Expectation } from "./scenario";
import type { FieldPath } from "./source-text";

const LISTS_OF_RECORDS = ["journal", "journalExactly", "journalLacks"];
const REASONS = ["reason", "recovery"];
const VERSION = /^\d+\.\d+\.\d+(\+\d+)?$/;

function checkReason(reading: Reading, path: FieldPath, name: unknown, others: readonly string[]): void {
  const known = [...reasonNames(reading.surroundings.reasonName), ...others];
  if (!known.includes(String(name))) {
    const also = others.length === 0 ? "" : `, or ${others.join(", ")}`;
    reading.fault(path, `"${String(name)}" is no reason; docs/scenarios.md lists them${also}.`);
  }
}

function checkNames(reading: Reading, path: FieldPath, name: string, wanted: unknown): void {
  if (LISTS_OF_RECORDS.includes(name) && isSeq(wanted)) {
    wanted.forEach((record, i) => {
      if (!RECORD_NAMES.includes(String(record))) {
        reading.fault([...path, i], `"${String(record)}" is no journal record; expected one of ${
          RECORD_NAMES.join(", ")}.`);
      }
    });
  } else if (REASONS.includes(name)) {
    checkReason(reading, path, wanted, []);
  } else if (name === "refused") {
    checkReason(reading, path, wanted, ["nothing"]);
  } else if (name === "runs" && !VERSION.test(String(wanted)) && wanted !== "recovery" && wanted !== "nothing") {
    reading.fault(path, `"${String(wanted)}" is not right here; expected a version, recovery or nothing.`);
  } else if (name === "holds" && isMap(wanted)) {
    for (const [slot, content] of Object.entries(wanted)) {
      if (!VERSION.test(String(content))) {
        checkReason(reading, [...path, slot], content, ["empty", "a version such as 2.0.0"]);
      }
    }
  }
}

/** The expectations that stand at `path`. */
export function toExpectations(reading: Reading, path: FieldPath, raw: RawExpect | undefined): Expectation[] {
  return Object.entries(raw ?? {}).map(([name, wanted]) => {
    const place = [...path, name];
    checkNames(reading, place, name, wanted);
    // The schema has seen to it that name and value belong together.
    return { name, wanted, line: reading.lineOf(place) } as Expectation;
  });
}
