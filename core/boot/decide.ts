/**
 * The boot decision: one pure function of what the slots hold, what the journal says and why the chip started.
 * Reading an image costs seconds on a board, so the function asks for it: it answers `Verify` until it knows what it
 * needs, at most once per slot, and then says what starts and which records have to be in flash before that.
 */

import { equalBytes, readU32 } from "../bytes";
import { makeRecord, RECORD_DIGEST_BYTES, RecordType } from "../journal/record";
import { DEATHS_MAX, TRIAL_ATTEMPTS_BLIND, TRIAL_WAKES_MAX } from "../limits";
import { Reason } from "../reasons";
import { otherSlot, Slot } from "../slot";
import { ResetCause } from "./reset-cause";
import { AttemptKind, slotDigest, slotOffset, SlotStatus, StateField, trialSlot } from "./state";

/** What reading a slot has shown so far. */
export interface SlotFacts {
  /** False until the slot was read. */
  known: boolean;
  /** Why the image must not start; None if it may. */
  reason: Reason;
  /** The image's whole digest, 32 bytes; empty unless `reason` is None. */
  digest: Uint8Array;
  counter: number;
}

export interface ResetFacts {
  readonly cause: ResetCause;
  /** The recovery gesture is being made. */
  readonly gesture: boolean;
  /** False where the journal takes no more records: then nothing starts that must be counted first. */
  readonly journalWritable: boolean;
}

/** How much a trial may cost. */
export interface TrialBudget {
  readonly knowsResetCauses: boolean;
  readonly trialAttempts: number;
  readonly trialForgiven: number;
}

/** Starts that a trial may use up by failures of its own. */
export function allowedAttempts(budget: TrialBudget): number {
  return budget.knowsResetCauses ? budget.trialAttempts : TRIAL_ATTEMPTS_BLIND;
}

export const enum Action {
  /** Read `slot` and decide again. */
  Verify = 0,
  /** Append, then start `slot`. */
  Start = 1,
  /** Append, then go to recovery because of `reason`. */
  Recovery = 2,
}

export interface Decision {
  readonly action: Action;
  readonly slot: Slot;
  readonly reason: Reason;
  /** Records for the journal, in this order, before the action. */
  readonly append: Uint8Array[];
}

/** What a start says about the one before it. */
const enum Verdict {
  /** It goes on: deep sleep, or a restart that was announced. */
  Continues = 0,
  /** Nobody's failure: power came or went, a person pressed reset. */
  PowerLoss = 1,
  Failure = 2,
}

function judgeReset(cause: ResetCause, announced: boolean, knowsResetCauses: boolean): Verdict {
  if (cause === ResetCause.DeepSleepWake || (cause === ResetCause.WarmStart && announced)) {
    return Verdict.Continues;
  }
  if (!knowsResetCauses) {
    return Verdict.Failure;
  }
  const blink = cause === ResetCause.PowerOn || cause === ResetCause.BrownOut || cause === ResetCause.Pin;
  return blink ? Verdict.PowerLoss : Verdict.Failure;
}

function decision(action: Action, slot: Slot, reason: Reason, append: Uint8Array[]): Decision {
  return { action, slot, reason, append };
}

function recovery(reason: Reason, append: Uint8Array[]): Decision {
  append.push(makeRecord(RecordType.RecoveryEntered, Slot.None, reason, undefined, 0));
  return decision(Action.Recovery, Slot.None, reason, append);
}

/** Why the image in `slot` must not start as the one the journal knows; None if it may. */
function refusalOf(facts: SlotFacts, state: Uint8Array, slot: Slot): Reason {
  if (facts.reason !== Reason.None) {
    return facts.reason;
  }
  if (!equalBytes(facts.digest, 0, slotDigest(state, slot), 0, RECORD_DIGEST_BYTES)) {
    return Reason.DigestChanged;
  }
  return facts.counter < readU32(state, StateField.Floor) ? Reason.CounterBelowFloor : Reason.None;
}

/** Which of its allowances the trial has used up with this start; None if it may start. */
function budgetReason(state: Uint8Array, verdict: Verdict, budget: TrialBudget): Reason {
  if (state[StateField.Attempts] === 0) {
    return Reason.None;
  }
  if (verdict === Verdict.Continues) {
    return state[StateField.Wakes] < TRIAL_WAKES_MAX ? Reason.None : Reason.WakesUsedUp;
  }
  if (verdict === Verdict.PowerLoss) {
    return state[StateField.PowerLosses] < budget.trialForgiven ? Reason.None : Reason.ForgivenUsedUp;
  }
  return state[StateField.Failures] + 1 < allowedAttempts(budget) ? Reason.None : Reason.AttemptsUsedUp;
}

/** The record that must be in flash before the trial starts. */
function trialStart(state: Uint8Array, slot: Slot, verdict: Verdict, cause: ResetCause): Uint8Array {
  const first = state[StateField.Attempts] === 0;
  if (!first && verdict === Verdict.Continues) {
    return makeRecord(RecordType.Wake, slot, 0, undefined, cause);
  }
  let kind = AttemptKind.AfterFailure;
  if (first) {
    kind = AttemptKind.First;
  } else if (verdict === Verdict.PowerLoss) {
    kind = AttemptKind.AfterPowerLoss;
  }
  return makeRecord(RecordType.Attempt, slot, kind, slotDigest(state, slot), cause);
}

/** The confirmed image, else the other one if it was confirmed here before, else recovery. */
function startConfirmed(slots: SlotFacts[], state: Uint8Array, append: Uint8Array[]): Decision {
  let slot: Slot = state[StateField.Active];
  let refusal: Reason = Reason.None;
  for (let i = 0; i < slots.length && slot !== Slot.None; i++) {
    if (!slots[slot].known) {
      return decision(Action.Verify, slot, Reason.None, []);
    }
    const failure = refusalOf(slots[slot], state, slot);
    if (failure === Reason.None) {
      if (i > 0) {
        append.push(makeRecord(RecordType.Fallback, slot, refusal, slotDigest(state, slot), 0));
      }
      return decision(Action.Start, slot, Reason.None, append);
    }
    refusal = failure;
    slot = otherSlot(slot);
    if (state[slotOffset(slot)] !== SlotStatus.Confirmed) {
      slot = Slot.None;
    }
  }
  return recovery(Reason.NothingBootable, append);
}

/** The pending trial in `trial`, or the confirmed image if the trial is over. */
function decideTrial(
  slots: SlotFacts[],
  state: Uint8Array,
  trial: Slot,
  verdict: Verdict,
  cause: ResetCause,
  budget: TrialBudget,
): Decision {
  let refusal = budgetReason(state, verdict, budget);
  if (refusal === Reason.None) {
    if (!slots[trial].known) {
      return decision(Action.Verify, trial, Reason.None, []);
    }
    refusal = refusalOf(slots[trial], state, trial);
  }
  if (refusal === Reason.None) {
    return decision(Action.Start, trial, Reason.None, [trialStart(state, trial, verdict, cause)]);
  }
  return startConfirmed(slots, state, [
    makeRecord(RecordType.Rejected, trial, refusal, slotDigest(state, trial), 0),
  ]);
}

/**
 * Decides one boot.
 *
 * @param slots what is known of slot A and slot B
 * @param state the fold of the journal: a state block
 * @param reset why the chip started
 * @param budget what a trial may cost on this board
 */
export function decide(slots: SlotFacts[], state: Uint8Array, reset: ResetFacts, budget: TrialBudget): Decision {
  const append: Uint8Array[] = [];
  if (reset.gesture) {
    return recovery(Reason.RecoveryGesture, append);
  }
  if (state[StateField.RecoveryRequested] === 1) {
    return recovery(Reason.RecoveryRequested, append);
  }
  const announced = state[StateField.Announced] === 1;
  const active = state[StateField.Active];
  const verdict = judgeReset(reset.cause, announced, budget.knowsResetCauses);
  const trial = trialSlot(state);
  if (trial !== Slot.None) {
    return reset.journalWritable
      ? decideTrial(slots, state, trial, verdict, reset.cause, budget)
      : startConfirmed(slots, state, append);
  }
  if (announced) {
    // Used up by this start, so that it cannot excuse a later one.
    append.push(makeRecord(RecordType.Wake, active, 0, undefined, reset.cause));
  } else if (verdict === Verdict.Failure && active !== Slot.None) {
    append.push(makeRecord(RecordType.Death, active, reset.cause, undefined, 0));
    if (state[StateField.Deaths] + 1 >= DEATHS_MAX) {
      return recovery(Reason.DiedRepeatedly, append);
    }
  }
  return startConfirmed(slots, state, append);
}
