import type { Decision, ResetFacts, SlotFacts, TrialBudget } from "../../../core/boot/decide";
import { Action, decide } from "../../../core/boot/decide";
import { ResetCause } from "../../../core/boot/reset-cause";
import { AttemptKind, setSlot, slotOffset, SlotStatus, StateField } from "../../../core/boot/state";
import { RecordField, RecordType } from "../../../core/journal/record";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";
import { badSlot, confirmedState, goodSlot, trialState, unreadSlot } from "./boot-fixtures";
import type { Check, Suite } from "./check";

const BUDGET: TrialBudget = { knowsResetCauses: true, trialAttempts: 1, trialForgiven: 8 };
const BLIND: TrialBudget = { knowsResetCauses: false, trialAttempts: 1, trialForgiven: 8 };

function after(cause: ResetCause): ResetFacts {
  return { cause, gesture: false, journalWritable: true };
}

function goodSlots(): SlotFacts[] {
  return [goodSlot(1, 3), goodSlot(2, 4)];
}

function decideAfter(state: Uint8Array, cause: ResetCause): Decision {
  return decide(goodSlots(), state, after(cause), BUDGET);
}

function recordTypes(decision: Decision): string {
  let text = "";
  for (let i = 0; i < decision.append.length; i++) {
    text += (i > 0 ? "," : "") + decision.append[i][RecordField.Type].toString();
  }
  return text;
}

function expectStart(check: Check, decision: Decision, slot: Slot, types: string): void {
  check.equal(decision.action, Action.Start, "action");
  check.equal(decision.slot, slot, "slot");
  check.equal(recordTypes(decision), types, "records");
}

function expectRecovery(check: Check, decision: Decision, reason: Reason): void {
  check.equal(decision.action, Action.Recovery, "action");
  check.equal(decision.reason, reason, "reason");
  check.equal(decision.append[decision.append.length - 1][RecordField.Type], RecordType.RecoveryEntered, "last record");
}

/** A trial that has been started once. */
function runningTrial(): Uint8Array {
  const state = trialState();
  state[StateField.Attempts] = 1;
  return state;
}

const ATTEMPT = "32";
const WAKE = "33";
const REJECTED = "20";
const DEATH = "35";
const FALLBACK = "21";

function runTrialCases(check: Check): void {
  check.test("a pending trial is read, then its attempt is recorded before it starts", () => {
    const unread = [unreadSlot(), unreadSlot()];
    const asked = decide(unread, trialState(), after(ResetCause.Software), BUDGET);
    check.equal(asked.action, Action.Verify, "first answer");
    check.equal(asked.slot, Slot.B, "slot to read");
    check.equal(asked.append.length, 0, "nothing is recorded for a reading");
    const decision = decideAfter(trialState(), ResetCause.Software);
    expectStart(check, decision, Slot.B, ATTEMPT);
    check.equal(decision.append[0][RecordField.Detail], AttemptKind.First, "kind");
  });
  check.test("watchdog, panic, application reset and an unknown cause use up the one attempt", () => {
    const causes = [ResetCause.Watchdog, ResetCause.Panic, ResetCause.Software, ResetCause.Unknown];
    causes.push(ResetCause.WarmStart);
    for (let i = 0; i < causes.length; i++) {
      const decision = decideAfter(runningTrial(), causes[i]);
      expectStart(check, decision, Slot.A, REJECTED);
      check.equal(decision.append[0][RecordField.Slot], Slot.B, "rejected slot");
      check.equal(decision.append[0][RecordField.Detail], Reason.AttemptsUsedUp, "reason");
    }
  });
  check.test("a larger budget lets a failed trial start again until it is used up", () => {
    const budget: TrialBudget = { knowsResetCauses: true, trialAttempts: 3, trialForgiven: 8 };
    const state = runningTrial();
    state[StateField.Failures] = 1;
    expectStart(check, decide(goodSlots(), state, after(ResetCause.Watchdog), budget), Slot.B, ATTEMPT);
    state[StateField.Failures] = 2;
    expectStart(check, decide(goodSlots(), state, after(ResetCause.Watchdog), budget), Slot.A, REJECTED);
  });
  check.test("power-on, brown-out and the reset pin are forgiven eight times and no more", () => {
    const causes = [ResetCause.PowerOn, ResetCause.BrownOut, ResetCause.Pin];
    for (let i = 0; i < causes.length; i++) {
      const state = runningTrial();
      state[StateField.PowerLosses] = 7;
      const decision = decideAfter(state, causes[i]);
      expectStart(check, decision, Slot.B, ATTEMPT);
      check.equal(decision.append[0][RecordField.Detail], AttemptKind.AfterPowerLoss, "kind");
      state[StateField.PowerLosses] = 8;
      const last = decideAfter(state, causes[i]);
      expectStart(check, last, Slot.A, REJECTED);
      check.equal(last.append[0][RecordField.Detail], Reason.ForgivenUsedUp, "reason");
    }
  });
  check.test("deep sleep and an announced restart continue the attempt, within a bound", () => {
    const state = runningTrial();
    expectStart(check, decideAfter(state, ResetCause.DeepSleepWake), Slot.B, WAKE);
    state[StateField.Announced] = 1;
    expectStart(check, decideAfter(state, ResetCause.WarmStart), Slot.B, WAKE);
    state[StateField.Wakes] = 255;
    expectStart(check, decideAfter(state, ResetCause.DeepSleepWake), Slot.A, REJECTED);
  });
  check.test("a board that cannot tell causes gives three starts of any kind", () => {
    const state = runningTrial();
    const powerOn = after(ResetCause.PowerOn);
    state[StateField.Failures] = 1;
    expectStart(check, decide(goodSlots(), state, powerOn, BLIND), Slot.B, ATTEMPT);
    state[StateField.Failures] = 2;
    expectStart(check, decide(goodSlots(), state, powerOn, BLIND), Slot.A, REJECTED);
  });
  check.test("a trial image that does not verify, or is another one than was asked for, is rejected", () => {
    const damaged = [goodSlot(1, 3), badSlot(Reason.DigestMismatch)];
    const decision = decide(damaged, trialState(), after(ResetCause.Software), BUDGET);
    expectStart(check, decision, Slot.A, REJECTED);
    check.equal(decision.append[0][RecordField.Detail], Reason.DigestMismatch, "reason");
    const exchanged = [goodSlot(1, 3), goodSlot(9, 4)];
    const second = decide(exchanged, trialState(), after(ResetCause.Software), BUDGET);
    check.equal(second.append[0][RecordField.Detail], Reason.DigestChanged, "reason of an exchanged image");
  });
  check.test("without a writable journal no trial starts, because its attempt could not be counted", () => {
    const reset: ResetFacts = { cause: ResetCause.Software, gesture: false, journalWritable: false };
    expectStart(check, decide(goodSlots(), trialState(), reset, BUDGET), Slot.A, "");
  });
}

function runConfirmedCases(check: Check): void {
  check.test("an ordinary power-on starts the confirmed image and records nothing", () => {
    expectStart(check, decideAfter(confirmedState(), ResetCause.PowerOn), Slot.A, "");
    expectStart(check, decideAfter(confirmedState(), ResetCause.DeepSleepWake), Slot.A, "");
  });
  check.test("the fifth death in a row of the confirmed image leads to recovery", () => {
    const state = confirmedState();
    state[StateField.Deaths] = 3;
    expectStart(check, decideAfter(state, ResetCause.Watchdog), Slot.A, DEATH);
    state[StateField.Deaths] = 4;
    expectRecovery(check, decideAfter(state, ResetCause.Watchdog), Reason.DiedRepeatedly);
  });
  check.test("power losses are no deaths of the confirmed image", () => {
    const state = confirmedState();
    state[StateField.Deaths] = 4;
    expectStart(check, decideAfter(state, ResetCause.PowerOn), Slot.A, "");
    expectStart(check, decideAfter(state, ResetCause.BrownOut), Slot.A, "");
  });
  check.test("an announced restart is used up by the start after it", () => {
    const state = confirmedState();
    state[StateField.Announced] = 1;
    state[StateField.Deaths] = 4;
    expectStart(check, decideAfter(state, ResetCause.WarmStart), Slot.A, WAKE);
  });
  check.test("a confirmed image that does not verify gives way only to one that was confirmed here before", () => {
    const slots = [badSlot(Reason.DigestMismatch), goodSlot(2, 4)];
    const state = confirmedState();
    setSlot(state, Slot.B, SlotStatus.Installed, goodSlot(2, 4).digest, 4);
    expectRecovery(check, decide(slots, state, after(ResetCause.PowerOn), BUDGET), Reason.NothingBootable);
    state[slotOffset(Slot.B)] = SlotStatus.Confirmed;
    const decision = decide(slots, state, after(ResetCause.PowerOn), BUDGET);
    expectStart(check, decision, Slot.B, FALLBACK);
    check.equal(decision.append[0][RecordField.Detail], Reason.DigestMismatch, "why");
  });
  check.test("an image below the security floor never starts, not even as the last one", () => {
    const slots = [badSlot(Reason.DigestMismatch), goodSlot(2, 2)];
    const state = confirmedState();
    setSlot(state, Slot.B, SlotStatus.Confirmed, goodSlot(2, 2).digest, 2);
    expectRecovery(check, decide(slots, state, after(ResetCause.PowerOn), BUDGET), Reason.NothingBootable);
  });
  check.test("a rejected image does not start again, even when the confirmed one is damaged", () => {
    const slots = [badSlot(Reason.DigestMismatch), goodSlot(2, 4)];
    const state = trialState();
    state[slotOffset(Slot.B)] = SlotStatus.Rejected;
    expectRecovery(check, decide(slots, state, after(ResetCause.PowerOn), BUDGET), Reason.NothingBootable);
  });
  check.test("gesture and request lead to recovery before anything is read", () => {
    const unread = [unreadSlot(), unreadSlot()];
    const held: ResetFacts = { cause: ResetCause.PowerOn, gesture: true, journalWritable: true };
    expectRecovery(check, decide(unread, trialState(), held, BUDGET), Reason.RecoveryGesture);
    const state = confirmedState();
    state[StateField.RecoveryRequested] = 1;
    expectRecovery(check, decide(unread, state, after(ResetCause.Software), BUDGET), Reason.RecoveryRequested);
  });
}

export const decideSuite: Suite = {
  name: "decide",
  run(check: Check): void {
    runTrialCases(check);
    runConfirmedCases(check);
  },
};
