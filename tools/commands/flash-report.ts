/** What `trialboot flash` tells people and programs. */

import { slotDigest, slotOffset, SlotStatus, StateField } from "../../core/boot/state";
import { Slot } from "../../core/slot";
import { partitionTable } from "../board/table";
import type { Context } from "../context";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { hexText, type Output } from "../output";
import type { BoardFiles } from "../provision/board-files";
import type { FirstStart } from "../provision/flash-board";
import { openJournalBytes } from "../provision/keep-data";
import type { StepProgress } from "../provision/run-steps";
import { type ProvisioningStep, stepLine } from "../provision/steps";
import type { FlashOptions } from "./flash-options";

/** On a terminal one line that changes; elsewhere, and for `--ci`, a line for each phase. */
export function progressReport(context: Context, output: Output, isCi: boolean): (progress: StepProgress) => void {
  let last = "";
  return ({ done, of, phase }) => {
    if (output.quiet) {
      return;
    }
    if (context.stderrIsTerminal && !isCi) {
      const text = phase === "done" ? "" : `${phase} ${Math.floor((done / of) * 100)} %`;
      if (text !== last) {
        context.stderr(`\r\u001b[K${text}`);
      }
      last = text;
    } else if (phase !== last && phase !== "done") {
      context.stderr(`${phase} ...\n`);
      last = phase;
    }
  };
}

/** Neighbouring steps that write on, and neighbouring erasures, as one line: boards have hundreds of them. */
function condensed(steps: readonly ProvisioningStep[]): string[] {
  const lines: { text: string; count: number; end: string }[] = [];
  for (const step of steps) {
    const last = lines.at(-1);
    const [start, end] = placesOf(step);
    if (last !== undefined && start !== "" && last.end === start) {
      last.count++;
      last.end = end;
    } else {
      lines.push({ text: stepLine(step), count: 1, end });
    }
  }
  return lines.map(({ text, count }) => (count === 1 ? text : `${text}, and so on: ${count} steps`));
}

/** Where a step begins and where one that goes on from it would begin; "" for steps that none goes on from. */
function placesOf(step: ProvisioningStep): [string, string] {
  switch (step.kind) {
    case "write-file":
      return [`${step.name} ${step.offsetBytes}`, `${step.name} ${step.offsetBytes + step.bytes.length}`];
    case "write-flash":
      return [`flash ${step.address}`, `flash ${step.address + step.bytes.length}`];
    case "erase-page":
      return ["erase", "erase"];
    default:
      return ["", ""];
  }
}

export function reportDryRun(output: Output, files: BoardFiles, steps: readonly ProvisioningStep[]): void {
  const { board, plan } = files;
  output.summary([
    `${board.title}, Espruino ${plan.interpreterVersion}. Nothing is written.`,
    "",
    ...partitionTable(board),
    "",
    ...files.files.map(({ name, bytes }) => `${name.padEnd(12)} ${String(bytes.length).padStart(7)} bytes`),
    "",
    ...condensed(steps).map((line, index) => `${String(index + 1).padStart(3)}  ${line}`),
  ].join("\n"));
  output.jsonValue({
    ok: true,
    board: board.name,
    interpreterVersion: plan.interpreterVersion,
    files: files.files.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length })),
    steps: steps.map((step) => stepLine(step)),
  });
}

/** Whether the journal says that the image in slot A is the confirmed one. */
function isConfirmed(options: FlashOptions, start: FirstStart): boolean | undefined {
  if (start.journal === undefined || options.image === undefined) {
    return undefined;
  }
  const journal = openJournalBytes(start.files, start.journal);
  const digest = hexText(slotDigest(journal.state, Slot.A));
  return journal.usable && journal.state[StateField.Active] === Slot.A &&
    journal.state[slotOffset(Slot.A)] === SlotStatus.Confirmed && options.image.digest.startsWith(digest);
}

function startText(options: FlashOptions, start: FirstStart): string {
  if (!start.hasConsole) {
    return "started; the console is closed, so the board says no more";
  }
  const confirmed = isConfirmed(options, start);
  return confirmed === undefined
    ? "started, console open"
    : `started, console open; journal: image ${confirmed ? "confirmed" : "NOT confirmed"}`;
}

/** Refuses (device): a board that came up with an open console though it was to be closed, or in recovery. */
export function reportStart(output: Output, options: FlashOptions, start: FirstStart): number {
  const { image, board, isDevelopment } = options;
  if (start.isInRecovery) {
    throw new ToolError(
      ExitCode.DeviceRefused,
      "Everything was written and read back, but the board waits in recovery instead of starting the image.",
      "Is a recovery gesture being made? See docs/technician.md; trialboot sim boot tells what a boot would do.",
    );
  }
  if (start.hasConsole && !isDevelopment) {
    throw new ToolError(
      ExitCode.DeviceRefused,
      "Everything was written and read back, but the board came up with its console open: no bootloader ran.",
      "Some boards skip boot files while a button is held. Start it again; see docs/boards.md.",
    );
  }
  output.summary([
    `${options.keepsData ? "Renewed the bootloader of" : "Provisioned"} ${board.title}` +
      (isDevelopment ? " for development" : ""),
    ...(image === undefined ? [] : [`image             version ${image.version}, digest ${image.digest}`]),
    `interpreter       Espruino ${start.facts.version}`,
    "read back         all of it, before the bootloader was activated",
    `first start       ${startText(options, start)}`,
  ].join("\n"));
  output.jsonValue({
    ok: true, board: board.name, interpreterVersion: start.facts.version, version: image?.version ?? null,
    digest: image?.digest ?? null, development: isDevelopment, consoleAnswers: start.hasConsole,
    isConfirmed: isConfirmed(options, start) ?? null,
  });
  return ExitCode.Ok;
}
