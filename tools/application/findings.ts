/** What `trialboot check` finds, and how the rules say it. */

/**
 * error: it will not do what it says on a board with signed updates, or harms the board. warning: it may.
 * note: it does, a little differently.
 */
export type Severity = "error" | "warning" | "note";

export interface ApplicationFinding {
  readonly severity: Severity;
  /** Short name of the rule, for programs: stays the same when sentences change. */
  readonly rule: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly sentence: string;
  /** What to do; "" where the sentence says it. */
  readonly next: string;
}

export interface Remark {
  readonly severity: Severity;
  readonly rule: string;
  readonly sentence: string;
  readonly next: string;
}

/** Says `remark` of the place at offset `start`. */
export type Say = (start: number, remark: Remark) => void;

export function error(rule: string, sentence: string, next: string): Remark {
  return { severity: "error", rule, sentence, next };
}

export function warning(rule: string, sentence: string, next: string): Remark {
  return { severity: "warning", rule, sentence, next };
}

export function note(rule: string, sentence: string, next: string): Remark {
  return { severity: "note", rule, sentence, next };
}

/** Turns offsets into lines and columns, without walking the text again for each. */
export function createLocator(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
