import assert from "node:assert/strict";
import { RecordType } from "../../../core/journal/record";
import { RECORD_BYTES } from "../../../core/limits";
import { PARTITION_NAMES } from "./layout";
import { journalOf } from "./observation";
import { runOnNode } from "./run-on-node";
import { readScenarios } from "./scenario";

const RECORDS_MAX = 2;

/** Starts of all scenarios in which a trial is rolled back, with the flash before and after. */
const ROLLBACKS = readScenarios().flatMap((scenario) => {
  const starts = scenario.steps.flatMap((step, index) => "start" in step ? [{ step, index }] : []);
  const observations = runOnNode(scenario);
  return starts.flatMap(({ step, index }, number) => {
    const isRollback = step.journal?.length === 1 && step.journal[0].startsWith("rejected ");
    const isUntouched = index > 0 && "start" in scenario.steps[index - 1];
    return isRollback && isUntouched
      ? [{ name: scenario.name, before: observations[number - 1].flash, after: observations[number].flash }]
      : [];
  });
});

describe("a rollback", () => {
  it("is in many scenarios", () => {
    assert.ok(ROLLBACKS.length >= 10, String(ROLLBACKS.length));
  });

  it(`writes at most ${RECORDS_MAX} records to the journal, and to nothing else`, () => {
    for (const { name, before, after } of ROLLBACKS) {
      for (const partition of PARTITION_NAMES.filter((each) => each !== "journal")) {
        assert.ok(before[partition].equals(after[partition]), `${name}: ${partition}`);
      }
      const newest = Math.max(...journalOf(before).map(({ sequence }) => sequence));
      const written = journalOf(after).filter(({ sequence }) => sequence > newest);
      const records = written.filter(({ type }) => type !== RecordType.Settled);
      assert.ok(records.length <= RECORDS_MAX, `${name}: ${records.length} records`);
    }
  });

  it("programs 96 bytes: the rejection, and the last record once more with the mark that it was read back", () => {
    for (const { name, before, after } of ROLLBACKS) {
      let changed = 0;
      for (let at = 0; at < after.journal.length; at += RECORD_BYTES) {
        const [old, now] = [before, after].map(({ journal }) => journal.subarray(at, at + RECORD_BYTES));
        changed += old.equals(now) ? 0 : 1;
      }
      assert.ok(changed <= 3, `${name}: ${changed} positions`);
    }
  });
});
