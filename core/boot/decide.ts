/**
 * The boot decision: one pure function of what the slots hold, what the journal says and why the chip started.
 * Reading an image costs seconds on a board, so the function asks for it: it answers `Verify` until it knows what it
 * needs, at most once per slot, and then says what starts and which records have to be in flash before that.
 */

import { readU32, startsWith } from "../bytes";
import { makeRecord, RecordType } from "../journal/record";
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

/**
 * What a start says about the one before it. In the order of the state's counters, of the kinds of attempts and of the
 * reasons for a trial's end, so that a verdict finds its own by its number.
 */
const enum Verdict {
  Failure = 1,
  /** Nobody's failure: power came or went, a person pressed reset. */
  PowerLoss = 2,
  /** It goes on: deep sleep, or a restart that was announced. */
  Continues = 3,
}

function judgeReset(cause: ResetCause, announced: boolean, knowsResetCauses: boolean): Verdict {
  const restarted = cause === ResetCause.WarmStart || cause === ResetCause.Software || !knowsResetCauses;
  if (cause === ResetCause.DeepSleepWake || (announced && restarted)) {
    return Verdict.Continues;
  }
  // Power-on, brown-out, reset pin.
  const blink = cause >= ResetCause.PowerOn && cause <= ResetCause.Pin;
  return blink && knowsResetCauses ? Verdict.PowerLoss : Verdict.Failure;
}

/** How many starts after its first a trial may have with this verdict. */
function allowance(verdict: Verdict, budget: TrialBudget): number {
  if (verdict === Verdict.Failure) {
    return allowedAttempts(budget) - 1;
  }
  return verdict === Verdict.PowerLoss ? budget.trialForgiven : TRIAL_WAKES_MAX;
}

/** Why the image in `slot` must not start as the one the journal knows; None if it may. */
function refusalOf(facts: SlotFacts, state: Uint8Array, slot: Slot): Reason {
  if (facts.reason !== Reason.None) {
    return facts.reason;
  }
  if (!startsWith(facts.digest, slotDigest(state, slot))) {
    return Reason.DigestChanged;
  }
  return facts.counter < readU32(state, StateField.Floor) ? Reason.CounterBelowFloor : Reason.None;
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
  const records: Uint8Array[] = [];
  const cause = reset.cause;
  const announced = state[StateField.Announced] === 1;
  const verdict = judgeReset(cause, announced, budget.knowsResetCauses);
  const trial = trialSlot(state);
  let slot: Slot = state[StateField.Active];
  let refusal: Reason = Reason.None;

  /** Adds a record about `slot`, named by the digest that the journal knows. */
  function note(type: RecordType, detail: number, value: number): void {
    const digest = slot > Slot.B ? undefined : slotDigest(state, slot);
    records.push(makeRecord(type, slot, detail, digest, value));
  }

  function answer(action: Action, reason: Reason): Decision {
    return { action, slot, reason, append: action === Action.Verify ? [] : records };
  }

  function recover(reason: Reason): Decision {
    slot = Slot.None;
    note(RecordType.RecoveryEntered, reason, 0);
    return answer(Action.Recovery, reason);
  }

  if (reset.gesture || state[StateField.RecoveryRequested] === 1) {
    return recover(reset.gesture ? Reason.RecoveryGesture : Reason.RecoveryRequested);
  }
  if (trial !== Slot.None) {
    if (reset.journalWritable) {
      const first = state[StateField.Attempts] === 0;
      slot = trial;
      if (!first && state[StateField.Attempts + verdict] >= allowance(verdict, budget)) {
        refusal = Reason.AttemptsUsedUp + verdict - Verdict.Failure;
      } else if (slots[slot].known) {
        refusal = refusalOf(slots[slot], state, slot);
      } else {
        return answer(Action.Verify, Reason.None);
      }
      if (refusal === Reason.None) {
        const goesOn = !first && verdict === Verdict.Continues;
        note(goesOn ? RecordType.Wake : RecordType.Attempt, first ? AttemptKind.First : verdict, cause);
        return answer(Action.Start, Reason.None);
      }
      note(RecordType.Rejected, refusal, 0);
      slot = state[StateField.Active];
    }
  } else if (announced) {
    // Used up by this start, so that it cannot excuse a later one.
    note(RecordType.Wake, 0, cause);
  } else if (verdict === Verdict.Failure && slot <= Slot.B) {
    note(RecordType.Death, cause, 0);
    if (state[StateField.Deaths] + 1 >= DEATHS_MAX) {
      return recover(Reason.DiedRepeatedly);
    }
  }
  // An active slot that does not exist is none: the journal's checksum holds against chance, not against a programmer.
  // The confirmed image, else the other one if it was confirmed here before, else recovery.
  for (let i = 0; i < slots.length && slot <= Slot.B; i++) {
    if (!slots[slot].known) {
      return answer(Action.Verify, Reason.None);
    }
    const first = refusal;
    refusal = refusalOf(slots[slot], state, slot);
    if (refusal === Reason.None) {
      if (i > 0) {
        note(RecordType.Fallback, first, 0);
      }
      return answer(Action.Start, Reason.None);
    }
    const other = otherSlot(slot);
    slot = state[slotOffset(other)] === SlotStatus.Confirmed ? other : Slot.None;
  }
  return recover(Reason.NothingBootable);
}
