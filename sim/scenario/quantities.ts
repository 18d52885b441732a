/** Times and shares as people write them in scenarios: `30 s`, `1.5 min`, `40 %`. */

const UNITS_MS = { ms: 1, s: 1000, min: 60000, h: 3600000, d: 86400000 } as const;

type Unit = keyof typeof UNITS_MS;

/** A time with its unit; `0 s` is the start. */
export const DURATION_PATTERN = "^\\d{1,9}(\\.\\d{1,3})? ?(ms|s|min|h|d)$";
/** A time that may lie in the past. */
export const SIGNED_DURATION_PATTERN = "^-?\\d{1,9}(\\.\\d{1,3})? ?(ms|s|min|h|d)$";
export const PERCENT_PATTERN = "^(100|\\d{1,2}) ?%$";

/** Milliseconds of a text that SIGNED_DURATION_PATTERN takes. */
export function durationMs(text: string): number {
  const [, number, unit] = /^(-?[\d.]+) ?([a-z]+)$/.exec(text) ?? [];
  return Math.round(Number(number) * UNITS_MS[unit as Unit]);
}

/** 0..1 of a text that PERCENT_PATTERN takes. */
export function shareOf(text: string): number {
  return Number.parseInt(text, 10) / 100;
}
