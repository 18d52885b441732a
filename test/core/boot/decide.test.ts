import assert from "node:assert/strict";
import type { SlotFacts } from "../../../core/boot/decide";
import { Action, decide } from "../../../core/boot/decide";
import { ResetCause } from "../../../core/boot/reset-cause";
import { activateSlot, applyRecord, AttemptKind, emptyState } from "../../../core/boot/state";
import { viewState } from "../../../core/boot/state-view";
import { makeRecord, RecordField, RecordType } from "../../../core/journal/record";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";

const digestOf = (slot: Slot): Uint8Array => new Uint8Array(32).fill(slot + 1);
const SLOTS: SlotFacts[] = [Slot.A, Slot.B].map((slot) => ({
  known: true, reason: Reason.None, digest: digestOf(slot), counter: 0,
}));
const BLIND = { knowsResetCauses: false, trialAttempts: 1, trialForgiven: 8 };

function apply(state: Uint8Array, ...records: Uint8Array[]): void {
  records.forEach((record) => applyRecord(state, record));
}

/** The confirmed image in A, and a trial of B asked for. */
function requested(): Uint8Array {
  const state = emptyState();
  activateSlot(state, Slot.A, digestOf(Slot.A), 0);
  apply(state, makeRecord(RecordType.TrialRequested, Slot.B, 0, digestOf(Slot.B), 0));
  return state;
}

describe("a board that cannot tell reset causes", () => {
  it("forgives no start of a trial, even if its register names power-on", () => {
    const state = requested();
    for (const kind of [AttemptKind.First, AttemptKind.AfterFailure, AttemptKind.AfterFailure]) {
      const reset = { cause: ResetCause.PowerOn, gesture: false, journalWritable: true };
      const { action, slot, append } = decide(SLOTS, state, reset, BLIND);
      assert.deepEqual([action, slot, append[0][RecordField.Detail]], [Action.Start, Slot.B, kind]);
      apply(state, ...append);
    }
    assert.deepEqual([viewState(state).failures, viewState(state).powerLosses], [2, 0]);
  });
});

describe("the restart into a trial", () => {
  it("is expected, so that it is no death of the confirmed image if the trial is taken back before it", () => {
    const state = requested();
    assert.equal(viewState(state).announced, true);
    apply(state, makeRecord(RecordType.InstallBegin, Slot.B, 0, undefined, 100));
    const reset = { cause: ResetCause.Software, gesture: false, journalWritable: true };
    const { append } = decide(SLOTS, state, reset, { ...BLIND, knowsResetCauses: true });
    assert.deepEqual(append.map((record) => record[RecordField.Type]), [RecordType.Wake]);
  });
});
