/** What the fuzzing thread and the one that watches it tell each other. */

import type { FuzzProgress } from "./engine";

export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly corpus: readonly Uint8Array[];
  /** Counters in the instrumented code. */
  readonly counters: number;
  /** The input that runs: its length in 4 bytes, then its bytes. */
  readonly current: SharedArrayBuffer;
}

export type FuzzMessage =
  | { readonly kind: "progress"; readonly progress: FuzzProgress }
  | {
    readonly kind: "end";
    readonly progress: FuzzProgress;
    readonly crash: { readonly input: Uint8Array; readonly message: string } | undefined;
    /** The corpus that reaches what was reached, with as few bytes as possible. */
    readonly corpus: readonly Uint8Array[];
  };

/** Bytes that an input may have at most, for any target. */
export const INPUT_BYTES_MAX = 1 << 16;

export function writeCurrent(current: SharedArrayBuffer, input: Uint8Array): void {
  new DataView(current).setUint32(0, input.length);
  new Uint8Array(current, 4).set(input);
}

export function readCurrent(current: SharedArrayBuffer): Uint8Array {
  const length = new DataView(current).getUint32(0);
  return new Uint8Array(current, 4, length).slice();
}
