/** `trialboot selftest`: tries watchdog, resets, flash and times on a board, for docs/boards.md. */

import { type CommandLine, helpText, readArguments } from "../arguments";
import type { SelftestReport } from "../board/tried";
import { loadBoard } from "../boards";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { writeFile } from "../files";
import { type Check, runSelftest, type SelftestResult } from "../provision/selftest";
import { beginVerb } from "../verb";
import { CONSOLE_FLAGS, reachOf } from "./console-reach";
import { confirmLoss, isCi, portChoice } from "./device-options";

const LINE: CommandLine = {
  name: "trialboot selftest",
  summary:
    "Tries on a board what its file claims: memory, flash, native hash, resets and their causes, random numbers, the " +
    "watchdog. Needs an open console: a bare interpreter, or a board flashed with --development.",
  positionals: [],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/; required" },
    ...CONSOLE_FLAGS,
    { name: "out", short: "o", value: "FILE", help: "Write the results as JSON, for boards/tried.json" },
  ],
  remarks: [
    "A check that a board cannot do is \"not possible\", and never counts as passed. Exit codes: 0 nothing failed, " +
      "31 a check failed or the board refused, 30 the connection, 23 another board.",
  ],
};

/** The report that `npm run boards` adds to docs/boards.md. */
export function reportOf(board: string, result: SelftestResult): SelftestReport & { checks: readonly Check[] } {
  const items = result.checks.flatMap(({ item, outcome, text }) =>
    item === undefined || outcome === "not possible" ? [] : [{ item, outcome, measured: text }]);
  const date = new Date().toISOString().slice(0, 10);
  return { board, interpreterVersion: result.facts.version, date, items, checks: result.checks };
}

const STYLES = { passed: "green", failed: "red", "not possible": "yellow" } as const;

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const boardName = args.text("board");
  if (boardName === undefined) {
    throw usageError("selftest needs to know which board this is.", "Add --board BOARD; boards/ has them.");
  }
  const board = loadBoard(boardName);
  const consent = { saysYes: args.has("yes"), isCi: isCi(args, context) };
  const result = await runSelftest({
    board,
    reach: reachOf(output, portChoice(args, context)),
    confirm: (facts) => {
      const bootloader = facts.isProvisioned
        ? " Its bootloader counts the resets as failures of the application; five in a row end in recovery."
        : "";
      const loss = "The last page of partition data is erased, written and put back, and the board is started anew " +
        `some times.${bootloader}`;
      return confirmLoss(context, consent, loss, "Go on?");
    },
    onCheck: ({ name, outcome, text }) => {
      output.summary(`${output.style(STYLES[outcome], outcome.padEnd(12))}  ${name}: ${text}`);
    },
  });
  const report = reportOf(boardName, result);
  const out = args.text("out");
  if (out !== undefined) {
    writeFile(context, out, JSON.stringify(report, undefined, 2) + "\n");
  }
  const failed = result.checks.filter(({ outcome }) => outcome === "failed").length;
  const passed = result.checks.filter(({ outcome }) => outcome === "passed").length;
  output.summary(`${passed} passed, ${failed} failed, ${result.checks.length - passed - failed} not possible`);
  output.jsonValue({ ok: failed === 0, ...report });
  return failed === 0 ? ExitCode.Ok : ExitCode.DeviceRefused;
}

export const selftestCommand: Command = {
  name: "selftest",
  summary: "try on a board what its file claims, for docs/boards.md",
  usage: helpText(LINE),
  run,
};
