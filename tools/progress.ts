/**
 * How far something long has got: a bar on a terminal, plain lines elsewhere (a log, a CI server). Everything goes to
 * stderr, so that results can be piped on.
 */

import type { Context } from "./context";
import { printable } from "./output";

export interface ProgressOptions {
  readonly quiet: boolean;
  /** Plain lines even on a terminal. */
  readonly plain: boolean;
}

export interface Progress {
  /** A sentence of its own line, above the bar. */
  say(text: string): void;
  /** "step 2 of 4, test: ..." */
  step(number: number, of: number, name: string, text: string): void;
  /** Bytes done so far; the rate counts from the first call. */
  update(doneBytes: number, totalBytes: number): void;
  /** Ends the bar's line. */
  end(): void;
}

const BAR_CELLS = 24;
/** Redrawn no more often than people can see. */
const REDRAW_MS = 100;
/** Plain lines come at most so often, and at most so many for one file. */
const LINE_MS = 1000;
const LINE_PERCENT = 10;
/** A rate over less time than this is noise. */
const RATE_MS_MIN = 250;

/** A number of bytes as people read it: 512 bytes, 12.3 KB, 1.2 MB. */
export function bytesText(count: number): string {
  if (count < 1000) {
    return `${Math.floor(count)} bytes`;
  }
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} KB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** A time as people read it, rounded up: 5 s, 2 min 05 s. */
export function secondsText(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

interface Start {
  readonly atMs: number;
  readonly doneBytes: number;
}

function figures(start: Start, nowMs: number, doneBytes: number, totalBytes: number): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
  const parts = [`${String(percent).padStart(3)} %`, `${bytesText(doneBytes)} of ${bytesText(totalBytes)}`];
  const elapsedMs = nowMs - start.atMs;
  const movedBytes = doneBytes - start.doneBytes;
  if (elapsedMs >= RATE_MS_MIN && movedBytes > 0) {
    const bytesPerMs = movedBytes / elapsedMs;
    parts.push(`${bytesText(bytesPerMs * 1000)}/s`);
    if (doneBytes < totalBytes) {
      parts.push(`${secondsText((totalBytes - doneBytes) / bytesPerMs)} left`);
    }
  }
  return parts.join(", ");
}

function bar(doneBytes: number, totalBytes: number): string {
  const cells = totalBytes === 0 ? BAR_CELLS : Math.floor((doneBytes / totalBytes) * BAR_CELLS);
  return `[${"#".repeat(cells)}${".".repeat(BAR_CELLS - cells)}]`;
}

export function createProgress(context: Context, options: ProgressOptions): Progress {
  const isBar = context.stderrIsTerminal && !options.plain && context.env["TERM"] !== "dumb";
  let start: Start | undefined;
  let drawnMs = 0;
  let drawnPercent = -1;
  let isOpen = false;

  const write = (text: string): void => {
    if (!options.quiet) {
      context.stderr(text);
    }
  };
  const end = (): void => {
    if (isOpen) {
      write("\n");
    }
    isOpen = false;
    start = undefined;
    drawnPercent = -1;
  };
  const draw = (start: Start, nowMs: number, doneBytes: number, totalBytes: number): void => {
    const isLast = doneBytes >= totalBytes;
    const text = figures(start, nowMs, doneBytes, totalBytes);
    if (isBar) {
      if (isLast || nowMs - drawnMs >= REDRAW_MS) {
        drawnMs = nowMs;
        isOpen = true;
        write(`\r\u001b[K  ${bar(doneBytes, totalBytes)} ${text}`);
      }
      return;
    }
    const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
    const isDue = nowMs - drawnMs >= LINE_MS && percent >= drawnPercent + LINE_PERCENT;
    if (drawnPercent !== percent && (isLast || isDue)) {
      drawnMs = nowMs;
      drawnPercent = percent;
      write(`  ${text}\n`);
    }
  };
  const say = (text: string): void => {
    end();
    write(printable(text) + "\n");
  };
  return {
    say,
    step: (number, of, name, text) => say(`step ${number} of ${of}, ${name}: ${text}`),
    update: (doneBytes, totalBytes) => {
      const nowMs = Date.now();
      // A device that starts from an earlier byte makes the rate start anew as well.
      if (start === undefined || doneBytes < start.doneBytes) {
        start = { atMs: nowMs, doneBytes };
      }
      draw(start, nowMs, doneBytes, totalBytes);
    },
    end,
  };
}
