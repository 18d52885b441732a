/** How the simulator's events look: for people in columns and sentences, for programs as one JSON value per line. */

import { styleText } from "node:util";
import type { BootReport } from "../sim/report";
import type { StoryEvent } from "../sim/story";
import { durationText, traceHeader, traceLine, traceObject, traceRemarks } from "../sim/trace";
import { wrap } from "./arguments";
import type { Context } from "./context";
import { printable, wantsColour } from "./output";

/** Nothing the simulator prints is wider, except words that cannot be broken. */
export const COLUMNS_MAX = 99;

/** Where the texts below a boot begin. */
const TEXT_COLUMN = 14;
const CONSOLE_LINES_MAX = 200;

export interface SimOutput {
  /** A sentence between the boots. Not with `--quiet`. */
  say(text: string): void;
  boot(report: BootReport, happenings: StoryHappenings, withConsole?: boolean): void;
  event(event: StoryEvent): void;
  /** How it ended: text, and the same with more for programs. Not with `--quiet` as text. */
  end(text: string, ok: boolean, facts: Record<string, unknown>): void;
  /** What to try next. Text only, not with `--quiet`. */
  hint(lines: readonly string[]): void;
}

type StoryHappenings = Extract<StoryEvent, { kind: "boot" }>["happenings"];

/** A label or a time, right-aligned, and a text that keeps to its own column. */
function labelled(label: string, text: string): string[] {
  return wrap(printable(text), COLUMNS_MAX - TEXT_COLUMN).map((line, i) => {
    return (i === 0 ? label : "").padStart(TEXT_COLUMN - 2) + "  " + line;
  });
}

/** `journal: settled, attempt` as label and text; a remark without a label is a note. */
function remarkRows(remark: string): string[] {
  const [, label, text] = /^(uncaught|journal): ([^]*)$/.exec(remark) ?? ["", "note", remark];
  return labelled(label, text);
}

type StyleName = "bold" | "dim" | "green" | "red";
type Style = (name: StyleName, text: string) => string;

/** What an application printed, with a bar in front. */
function consoleRows(report: BootReport): string[] {
  const shown = report.console.slice(0, CONSOLE_LINES_MAX);
  const rows = shown.flatMap((text) => text.split("\n")).map((text) => {
    return "|".padStart(TEXT_COLUMN - 2) + "  " + printable(text);
  });
  const left = report.console.length - shown.length;
  return left > 0 ? [...rows, ...labelled("|", `... and ${left} more lines; --json has them all`)] : rows;
}

/** What stands below the line of a boot. */
function detailRows(report: BootReport, happenings: StoryHappenings, withConsole: boolean, style: Style): string[] {
  const timeline = happenings.flatMap(({ atMs, text }) => labelled(durationText(atMs), text));
  const remarks = traceRemarks(report).map((text) => text.trimStart());
  // With the console shown, what was not caught stands there already.
  const fresh = withConsole ? remarks.filter((text) => !text.startsWith("uncaught: ")) : remarks;
  const dim = (row: string): string => style("dim", row);
  return [
    ...timeline.map(dim),
    ...(withConsole ? consoleRows(report) : []),
    ...fresh.flatMap(remarkRows).map(dim),
  ];
}

export function createSimOutput(context: Context, options: { json: boolean; quiet: boolean }): SimOutput {
  const colour = wantsColour(context, context.stdoutIsTerminal);
  const style: Style = (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text);
  const line = (text: string): void => context.stdout(text + "\n");
  const json = (value: unknown): void => line(JSON.stringify(value));
  let headed = false;
  let said = false;

  function say(text: string): void {
    if (options.json) {
      json({ event: "say", text });
    } else if (!options.quiet) {
      // Sentences that follow each other are one paragraph.
      line((said ? "" : "\n") + wrap(text, COLUMNS_MAX).join("\n"));
      said = true;
    }
  }

  function boot(report: BootReport, happenings: StoryHappenings, withConsole = false): void {
    if (options.json) {
      json({ event: "boot", ...traceObject(report), happenings });
      return;
    }
    if (!headed) {
      line((options.quiet ? "" : "\n") + style("bold", traceHeader()));
    }
    headed = true;
    said = false;
    line(traceLine(report, colour));
    if (!options.quiet) {
      detailRows(report, happenings, withConsole, style).forEach(line);
    }
  }

  function end(text: string, ok: boolean, facts: Record<string, unknown>): void {
    if (options.json) {
      json({ event: "end", ok, text, ...facts });
    } else if (!options.quiet) {
      line("");
      wrap(text, COLUMNS_MAX).forEach((row) => line(style(ok ? "green" : "red", row)));
    }
  }

  return {
    say,
    boot,
    end,
    event: (event) => {
      if (event.kind === "say") {
        say(event.text);
      } else {
        boot(event.report, event.happenings);
      }
    },
    hint: (lines) => {
      if (!options.json && !options.quiet) {
        lines.forEach((text) => line(text));
      }
    },
  };
}
