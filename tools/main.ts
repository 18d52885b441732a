/** The command `trialboot`: finds the verb, runs it, and turns whatever goes wrong into sentences and an exit code. */

import { nearest, shown } from "./arguments";
import type { Command } from "./command";
import { buildCommand } from "./commands/build";
import { checkCommand } from "./commands/check";
import { flashCommand } from "./commands/flash";
import { helpFor, overview } from "./commands/help";
import { imageCommand } from "./commands/image";
import { infoCommand } from "./commands/info";
import { initCommand } from "./commands/init";
import { keysCommand } from "./commands/keys";
import { logCommand } from "./commands/log";
import { loginCommand } from "./commands/login";
import { portsCommand } from "./commands/ports";
import { recoverCommand } from "./commands/recover";
import { selftestCommand } from "./commands/selftest";
import { signCommand } from "./commands/sign";
import { simCommand } from "./commands/sim";
import { upgradeCommand } from "./commands/upgrade";
import { verifyCommand } from "./commands/verify";
import { versionCommand, versionText } from "./commands/version";
import { type Context, processContext } from "./context";
import { failure, systemCode, systemSentence, ToolError, usageError } from "./errors";
import { ExitCode } from "./exit-codes";
import { writeError } from "./output";

/** Every verb, in the order of the help text. A new verb is one file in commands/ and one line here. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  checkCommand,
  buildCommand,
  keysCommand,
  signCommand,
  verifyCommand,
  infoCommand,
  flashCommand,
  selftestCommand,
  portsCommand,
  imageCommand,
  upgradeCommand,
  recoverCommand,
  logCommand,
  loginCommand,
  simCommand,
  versionCommand,
];

/**
 * Runs one command line.
 * @param argv the arguments after the program's name
 * @returns the exit code; never throws
 */
export async function main(argv: readonly string[], context: Context = processContext()): Promise<number> {
  try {
    return await dispatch(argv, context);
  } catch (error) {
    return report(error, argv, context);
  }
}

async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  const first = argv[0];
  const rest = argv.slice(1);
  if (first === undefined) {
    context.stderr(overview(COMMANDS) + "\n");
    return ExitCode.Usage;
  }
  if (first === "help" || first === "--help" || first === "-h") {
    context.stdout(helpFor(COMMANDS, rest) + "\n");
    return ExitCode.Ok;
  }
  if (first === "--version" || first === "-V") {
    context.stdout(versionText() + "\n");
    return ExitCode.Ok;
  }
  const command = COMMANDS.find((candidate) => candidate.name === first);
  if (command === undefined) {
    throw unknownVerb(first);
  }
  return await command.run(rest, context);
}

function unknownVerb(verb: string): ToolError {
  if (verb.startsWith("-")) {
    return usageError(`The first argument is a verb, not a flag (${shown(verb)}).`, "See trialboot help.");
  }
  const near = nearest(verb, [...COMMANDS.map((command) => command.name), "help"]);
  const suggestion = near === undefined ? "" : `Did you mean "${near}"? `;
  return usageError(`There is no verb "${shown(verb)}".`, `${suggestion}See trialboot help.`);
}

function report(error: unknown, argv: readonly string[], context: Context): number {
  const known = error instanceof ToolError ? error : systemFailure(error);
  if (known === undefined) {
    return reportDefect(error, context);
  }
  // After "--" there are only names.
  const end = argv.indexOf("--");
  if (argv.slice(0, end < 0 ? argv.length : end).includes("--json")) {
    const value = { ok: false, exitCode: known.exitCode, error: known.message, next: known.next };
    context.stdout(JSON.stringify(value, undefined, 2) + "\n");
  }
  writeError(context, known.message, known.next);
  return known.exitCode;
}

/** Errors of the operating system that no verb expected are still not defects of the tool. */
function systemFailure(error: unknown): ToolError | undefined {
  if (!/^E[A-Z0-9]+$/.test(systemCode(error))) {
    return undefined;
  }
  return failure(`A file operation failed: ${systemSentence(error)}.`, "Check the disk and the permissions.");
}

function reportDefect(error: unknown, context: Context): number {
  const debug = context.env["TRIALBOOT_DEBUG"] === "1";
  writeError(
    context,
    "internal error: trialboot met a situation that it was not made for.",
    debug ? "" : "Please report the command line with what TRIALBOOT_DEBUG=1 adds to this message.",
  );
  if (debug) {
    context.stderr((error instanceof Error ? (error.stack ?? error.message) : String(error)) + "\n");
  }
  return ExitCode.Failure;
}
