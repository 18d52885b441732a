/** How often one trial was started, and for whose account. */

import type { BootConfig } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import { TRIAL_ATTEMPTS_BLIND, TRIAL_WAKES_MAX } from "../../core/limits";
import type { SoakImage } from "./updates";

export interface TrialWatch {
  readonly slot: number;
  readonly image: SoakImage;
  /** Whether its request stands for certain: the bootloader said so, or it was started. */
  certain: boolean;
  /** It was given up for certain. */
  over: boolean;
  /** The application is giving it up. */
  rejecting: boolean;
  /** The next start may be one that was announced. */
  announced: boolean;
  starts: number;
  failures: number;
  powerLosses: number;
  wakes: number;
}

export function createTrial(slot: number, image: SoakImage): TrialWatch {
  return {
    slot, image, certain: false, over: false, rejecting: false, announced: false,
    starts: 0, failures: 0, powerLosses: 0, wakes: 0,
  };
}

type Account = "failures" | "powerLosses" | "wakes";

/** Who pays for a start at least; where that is open, the account with the most room. */
function accountOf(trial: TrialWatch, cause: ResetCause, knowsResetCauses: boolean): Account {
  if (!knowsResetCauses) {
    return trial.announced ? "wakes" : "failures";
  }
  switch (cause) {
    case ResetCause.PowerOn:
    case ResetCause.BrownOut:
    case ResetCause.Pin:
      return "powerLosses";
    case ResetCause.Software:
    case ResetCause.WarmStart:
      return trial.announced ? "wakes" : "failures";
    case ResetCause.DeepSleepWake:
      return "wakes";
    default:
      return "failures";
  }
}

/** Counts a start of the trial; too many of a kind break the budget. */
export function countStart(
  trial: TrialWatch,
  cause: ResetCause,
  config: Partial<BootConfig>,
  broke: (sentence: string) => void,
): void {
  const { knowsResetCauses = true, trialAttempts = 1, trialForgiven = 0 } = config;
  const failures = (knowsResetCauses ? trialAttempts : TRIAL_ATTEMPTS_BLIND) - 1;
  const limits: Record<Account, number> = {
    failures,
    powerLosses: trialForgiven,
    // An announcement that power cut short is taken for one here, and for a failure by the board.
    wakes: TRIAL_WAKES_MAX + failures + trialForgiven,
  };
  if (trial.starts > 0) {
    const account = accountOf(trial, cause, knowsResetCauses);
    trial[account]++;
    if (trial[account] > limits[account]) {
      broke(`${trial.image.version} was started on trial once too often: ${trial[account]} ${account}`);
    }
  }
  trial.starts++;
  trial.certain = true;
  trial.announced = false;
  trial.rejecting = false;
}
