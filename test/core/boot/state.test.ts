import assert from "node:assert/strict";
import {
  activateSlot, applyRecord, emptyState, setSlot, SlotStatus, StateField, trialSlot,
} from "../../../core/boot/state";
import type { StateView } from "../../../core/boot/state-view";
import { viewState } from "../../../core/boot/state-view";
import { makeRecord, RecordType } from "../../../core/journal/record";
import { STATE_BYTES } from "../../../core/limits";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";

const DIGEST = new Uint8Array(32).fill(0xab);
const SHORT = DIGEST.slice(0, 12);
const ZERO = new Uint8Array(12);

/** A state with something in every field: A confirmed, B on trial. */
function fullState(): Uint8Array {
  const state = emptyState();
  activateSlot(state, Slot.A, new Uint8Array(32).fill(1), 3);
  setSlot(state, Slot.B, SlotStatus.Trial, new Uint8Array(32).fill(2), 4);
  state.set([9, 0, 0, 0, 5, 2, 1, 6, 1, 4, 1], StateField.ElapsedMs);
  return state;
}

type Change = Partial<StateView>;

/** The record's effect on the full state: the fields that it changes, no other. */
function assertEffect(type: RecordType, slot: Slot, detail: number, value: number, change: Change): void {
  const state = fullState();
  const before = viewState(state);
  // The only slot record that names no image.
  applyRecord(state, makeRecord(type, slot, detail, type === RecordType.InstallBegin ? undefined : DIGEST, value));
  assert.deepEqual(viewState(state), { ...before, ...change });
}

const [confirmedA, trialB] = viewState(fullState()).slots;
const imageB = (status: SlotStatus): StateView["slots"] => [confirmedA, { status, digest: SHORT, counter: 7 }];

describe("applying a record, as docs/SPEC.md tells it", () => {
  it("InstallBegin clears the slot, and the active slot with it", () => {
    const cleared = { status: SlotStatus.Unknown, digest: ZERO, counter: 0 };
    assertEffect(RecordType.InstallBegin, Slot.B, 0, 7, { slots: [confirmedA, cleared] });
    assertEffect(RecordType.InstallBegin, Slot.A, 0, 7, { slots: [cleared, trialB], active: Slot.None });
  });

  it("Installed names the image", () => {
    assertEffect(RecordType.Installed, Slot.B, 0, 7, { slots: imageB(SlotStatus.Installed) });
  });

  it("TrialRequested names it, announces the next start, and begins all counters anew", () => {
    const counters = { attempts: 0, failures: 0, powerLosses: 0, wakes: 0, elapsedMs: 0, announced: true };
    assertEffect(RecordType.TrialRequested, Slot.B, 0, 7, { slots: imageB(SlotStatus.Trial), ...counters });
  });

  it("TrialRequested takes the place of a trial in the other slot", () => {
    const state = fullState();
    applyRecord(state, makeRecord(RecordType.TrialRequested, Slot.A, 0, DIGEST, 7));
    assert.deepEqual(viewState(state).slots.map((slot) => slot.status), [SlotStatus.Trial, SlotStatus.Installed]);
  });

  it("Confirmed makes the slot active, raises the floor and clears what was counted", () => {
    const counters = { attempts: 0, failures: 0, powerLosses: 0, wakes: 0, elapsedMs: 0, announced: false, deaths: 0 };
    const change = { slots: imageB(SlotStatus.Confirmed), active: Slot.B, floor: 7, ...counters };
    assertEffect(RecordType.Confirmed, Slot.B, 0, 7, change);
  });

  it("Confirmed never lowers the floor", () => {
    const state = fullState();
    applyRecord(state, makeRecord(RecordType.Confirmed, Slot.B, 0, DIGEST, 2));
    assert.equal(viewState(state).floor, 3);
  });

  it("Rejected keeps the image's name, and announces the reset of an application that gave up", () => {
    const rejected = { slots: [confirmedA, { ...trialB, status: SlotStatus.Rejected }] };
    assertEffect(RecordType.Rejected, Slot.B, Reason.RejectedByApplication, 0, { ...rejected, announced: true });
    const state = fullState();
    state[StateField.Announced] = 0;
    applyRecord(state, makeRecord(RecordType.Rejected, Slot.B, Reason.AttemptsUsedUp, DIGEST, 0));
    assert.equal(viewState(state).announced, false);
    assert.equal(trialSlot(state), Slot.None);
  });

  it("Fallback makes the other slot active, which has not died yet", () => {
    assertEffect(RecordType.Fallback, Slot.B, Reason.DigestMismatch, 0, { active: Slot.B, deaths: 0 });
  });

  it("Attempt counts by kind, uses up the announcement and forgets the time awake", () => {
    const used = { attempts: 6, announced: false, elapsedMs: 0 };
    assertEffect(RecordType.Attempt, Slot.B, 0, 4, used);
    assertEffect(RecordType.Attempt, Slot.B, 1, 4, { ...used, failures: 3 });
    assertEffect(RecordType.Attempt, Slot.B, 2, 4, { ...used, powerLosses: 2 });
  });

  it("Wake counts, uses up the announcement and keeps the time awake", () => {
    assertEffect(RecordType.Wake, Slot.B, 0, 7, { wakes: 7, announced: false });
  });

  it("Announced keeps the time awake", () => {
    assertEffect(RecordType.Announced, Slot.B, 0, 0xfedcba98, { announced: true, elapsedMs: 0xfedcba98 });
  });

  it("Death and Healthy count and clear the deaths", () => {
    assertEffect(RecordType.Death, Slot.A, 4, 0, { deaths: 5 });
    assertEffect(RecordType.Healthy, Slot.A, 0, 99, { deaths: 0 });
  });

  it("RecoveryRequested is cleared by RecoveryEntered, whose way out is announced", () => {
    const state = fullState();
    state.fill(0, StateField.Announced, StateField.RecoveryRequested + 1);
    applyRecord(state, makeRecord(RecordType.RecoveryRequested, Slot.A, 0, undefined, 0));
    assert.equal(viewState(state).recoveryRequested, true);
    const entered = { recoveryRequested: false, announced: true, deaths: 0 };
    assertEffect(RecordType.RecoveryEntered, Slot.None, 160, 0, entered);
  });

  it("Refusal and IdentityChanged carry what they set", () => {
    assertEffect(RecordType.Refusal, Slot.None, 84, 0, { refusals: SHORT });
    assertEffect(RecordType.IdentityChanged, Slot.None, 0, 0, { identity: SHORT });
  });

  it("records that only tell, records of unknown type and of unknown slots change nothing", () => {
    const telling = [RecordType.Settled, RecordType.ErrorReport, RecordType.ErrorText, RecordType.JournalLost];
    for (const type of [...telling, 0, 3, 15, 22, 44, 99, 255]) {
      assertEffect(type, Slot.A, 1, 7, {});
    }
    for (let type = RecordType.InstallBegin; type <= RecordType.Fallback; type++) {
      assertEffect(type, Slot.None, 1, 7, {});
      assertEffect(type, 2 as Slot, 1, 7, {});
    }
  });
});

describe("the state block", () => {
  it("has the layout of docs/SPEC.md", () => {
    const state = fullState();
    assert.equal(state.length, STATE_BYTES);
    const hex = Buffer.from(state).toString("hex");
    assert.equal(hex.slice(0, 96), "00000000" + "01" + "00" + "0000" + "00".repeat(12) + "03000000" + "09000000" +
      "05020106" + "01040100" + "00".repeat(12));
    assert.equal(hex.slice(96), "03000000" + "01".repeat(12) + "03000000" + "02000000" + "02".repeat(12) + "04000000" +
      "00".repeat(8));
  });

  it("of an empty board knows no slot", () => {
    const state = viewState(emptyState());
    assert.deepEqual([state.active, state.floor, trialSlot(emptyState())], [Slot.None, 0, Slot.None]);
    assert.deepEqual(state.slots.map((slot) => slot.status), [SlotStatus.Unknown, SlotStatus.Unknown]);
  });
});
