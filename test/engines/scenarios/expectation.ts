/** Holds what was seen against what a scenario says. */

import assert from "node:assert/strict";
import { RecordType } from "../../../core/journal/record";
import type { JournalRecord } from "../../../core/journal/record-view";
import { applyEdit, flashEdits } from "./flash-edits";
import { imageNamed } from "./images";
import type { Observation } from "./observation";
import { copyFlash, erasedFlash, journalOf } from "./observation";
import { reasonName, recordWords } from "./record-words";
import type { Scenario, StartStep } from "./scenario";

/** Bookkeeping of the journal, which is none of the decision's business. Its bytes are compared all the same. */
const HOUSEKEEPING: readonly RecordType[] = [RecordType.Checkpoint, RecordType.Settled];

interface Seen {
  readonly runs: string;
  readonly says: string[];
  readonly ends: string;
  readonly left: number | undefined;
  readonly floor: number | undefined;
}

const SLOTS = ["A", "B"];
/** Answers that are no reasons. */
const PLAIN_ANSWERS = ["journal", "recall"];

function answerWords(line: string): string {
  const [, action, value] = line.split(" ");
  return `${action} ${PLAIN_ANSWERS.includes(action) ? value : reasonName(Number(value))}`;
}

function seenIn(lines: readonly string[]): Seen {
  const words = (first: string): string[] => lines.find((line) => line.startsWith(`${first} `))?.split(" ") ?? [];
  const [, slot, version, status, , left, floor] = words("start");
  const [, reason] = words("recovery");
  const started = slot === undefined ? "nothing" : `${SLOTS[Number(slot)]} ${version} ${status}`;
  return {
    runs: reason === undefined ? started : `recovery ${reasonName(Number(reason))}`,
    says: lines.filter((line) => line.startsWith("say ")).map(answerWords),
    ends: words("end")[1],
    left: left === undefined ? undefined : Number(left),
    floor: floor === undefined ? undefined : Number(floor),
  };
}

/** `A v1 confirmed` with the image's version in place of its name. */
function expectedRun(runs: string): string {
  const [slot, name, status] = runs.split(" ");
  return status === undefined ? runs : `${slot} ${imageNamed(name).version} ${status}`;
}

function appendedWords(before: readonly JournalRecord[], after: readonly JournalRecord[]): string[] {
  const newest = Math.max(0, ...before.map(({ sequence }) => sequence));
  return after
    .filter(({ sequence, type }) => sequence > newest && !HOUSEKEEPING.includes(type))
    .map(recordWords);
}

/** @throws AssertionError with the number of the start that went otherwise */
export function checkExpectations(scenario: Scenario, observations: readonly Observation[]): void {
  const starts = scenario.steps.filter((step): step is StartStep => "start" in step);
  assert.equal(observations.length, starts.length, "starts");
  let before: JournalRecord[] = [];
  let next = 0;
  for (const step of scenario.steps) {
    if ("flash" in step) {
      // What a hand wrote into the journal was not appended by the start after it.
      const flash = copyFlash(next > 0 ? observations[next - 1].flash : erasedFlash());
      step.flash.flatMap((line) => flashEdits(line, scenario.board)).forEach((edit) => { applyEdit(flash, edit); });
      before = journalOf(flash);
      continue;
    }
    const { lines, flash } = observations[next];
    next++;
    const { left, floor, ...seen } = seenIn(lines);
    const after = journalOf(flash);
    const expected = {
      runs: expectedRun(step.runs), says: [...step.says ?? []], ends: step.ends ?? "idle",
      journal: [...step.journal ?? []],
    };
    const found = { ...seen, journal: appendedWords(before, after) };
    assert.deepEqual(found, expected, `start ${next}: ${JSON.stringify({ found, expected }, null, 1)}`);
    if (step.left !== undefined) {
      assert.equal(left, step.left, `start ${next}: starts that are left`);
    }
    if (step.floor !== undefined) {
      assert.equal(floor, step.floor, `start ${next}: security floor`);
    }
    before = after;
  }
}
