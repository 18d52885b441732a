/**
 * The soak: boards of any kind lead long random lives, and what must never break is checked in each of their boots.
 * The first board has the soak's seed, each later one the next higher number, so that a failure is found again by the
 * seed of its own board alone.
 */

import type { BootReport } from "../report";
import type { SoakCounts, SoakSetting } from "./life";
import { SoakLife } from "./life";

export interface SoakFailure {
  /** `new SoakLife(setting, seed)` leads this life again. */
  readonly seed: number;
  /** The boot in which it broke, counted from 1. */
  readonly step: number;
  readonly sentences: readonly string[];
}

export interface SoakResult extends SoakCounts {
  readonly lives: number;
  /** `undefined`: nothing broke. */
  readonly failure: SoakFailure | undefined;
}

/**
 * Leads lives until `goesOn` says no, or something breaks.
 *
 * @param goesOn asked before each boot with the counts so far; a life that it ends is not led to its end
 * @param tell told of each boot, if anybody wants to know
 */
export function runSoak(
  setting: SoakSetting,
  seed: number,
  goesOn: (counts: Readonly<SoakCounts>) => boolean,
  tell?: (report: BootReport, life: SoakLife) => void,
): SoakResult {
  const total: SoakCounts = {
    boots: 0, updates: 0, confirmed: 0, rejected: 0, recoveries: 0, cuts: 0, flips: 0,
  };
  const keys = Object.keys(total) as (keyof SoakCounts)[];
  for (let lives = 0; ; lives++) {
    const life = new SoakLife(setting, seed + lives);
    const before = { ...total };
    let wanted = true;
    while (wanted && !life.over) {
      wanted = goesOn(total);
      const report = wanted ? life.step() : undefined;
      keys.forEach((key) => (total[key] = before[key] + life.counts[key]));
      if (report !== undefined) {
        tell?.(report, life);
      }
    }
    const { violations } = life.oracle;
    const failure = violations.length === 0
      ? undefined
      : { seed: seed + lives, step: life.counts.boots, sentences: violations };
    if (failure !== undefined || !wanted) {
      return { ...total, lives: lives + 1, failure };
    }
  }
}
