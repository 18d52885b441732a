/** `trialboot check`: what of an application its board cannot run, and what signed updates do not go together with. */

import { type CommandLine, helpText, shown } from "../arguments";
import { hasErrors } from "../application/check";
import { loadCompiler } from "../application/compiler";
import { countsText, findingText } from "../application/finding-text";
import { type FileFinding, inspectScript } from "../application/inspect-script";
import { chooseProject, type ProjectChoice, readOptionalSource } from "../application/project-choice";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { beginVerb } from "../verb";

const CHECK: CommandLine = {
  name: "trialboot check",
  summary:
    "Reads an application and names what its board's interpreter lacks or gets wrong, and what does not go together " +
    "with signed updates, each with what to do.",
  positionals: ["SOURCE"],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/; default: that of the project file" },
    { name: "config", value: "FILE", help: "Project file; default: trialboot.json, if it is there" },
  ],
  remarks: [
    "SOURCE is a script as Espruino runs it (.js), a payload (.js, one function of the door) or TypeScript (.ts). " +
      "Modules in modules/NAME.js beside it are checked too. Without SOURCE: the project file's entry.",
    "Errors will not do what they say, or harm the board; warnings may; notes do, a little differently. What is not " +
      "in the text (names made up at run time, what a library does) is not seen.",
    "Exit codes: 0 no errors; 1 errors, or SOURCE cannot be read; 2 wrong command line; 24 TypeScript that does not " +
      "compile, or no text at all.",
  ],
};

async function findingsOf(context: Context, { source, engine, board }: ProjectChoice): Promise<readonly FileFinding[]> {
  const setting = { engine, board: board.name };
  if (!/\.[cm]?ts$/i.test(source)) {
    return inspectScript(context, source, setting).findings;
  }
  const { inspectProject } = await loadCompiler(() => import("../application/inspect-project"));
  return inspectProject(context, source, setting).findings;
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(CHECK, readOptionalSource(CHECK, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const choice = chooseProject(args, context);
  const findings = await findingsOf(context, choice);
  const ok = !hasErrors(findings);
  const exitCode = ok ? ExitCode.Ok : ExitCode.Failure;
  if (!output.json) {
    findings
      .filter(({ severity }) => severity !== "note" || !output.quiet)
      .forEach((finding) => output.data(findingText(finding, (style, text) => output.style(style, text)) + "\n"));
  }
  output.summary(`${shown(choice.source)} on ${choice.board.name}: ${countsText(findings)}.`);
  output.jsonValue({ ok, exitCode, file: choice.source, board: choice.board.name, findings });
  return exitCode;
}

export const checkCommand: Command = {
  name: "check",
  summary: "Names what of an application its board cannot run",
  usage: helpText(CHECK),
  run,
};
