/** `trialboot help [VERB]`, and the overview that stands for a missing verb. */

import { nearest, shown } from "../arguments";
import type { Command } from "../command";
import { usageError } from "../errors";

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const rows = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`);
  return [
    "trialboot: signed firmware updates with trial boots and rollback for JavaScript microcontrollers",
    "",
    "Usage: trialboot VERB [arguments]",
    "",
    ...rows,
    "",
    "trialboot help VERB, or trialboot VERB --help, explains a verb. trialboot --version prints the version.",
    "Results go to stdout, messages to stderr. Exit codes are listed in docs/cli.md.",
  ].join("\n");
}

/** The help text for the words after `help`. Refuses (usage) unknown verbs. */
export function helpFor(commands: readonly Command[], words: readonly string[]): string {
  const verb = words.find((word) => !word.startsWith("-"));
  if (verb === undefined) {
    return overview(commands);
  }
  const command = commands.find((candidate) => candidate.name === verb);
  if (command === undefined) {
    const near = nearest(verb, commands.map((candidate) => candidate.name));
    const suggestion = near === undefined ? "" : `Did you mean "${near}"? `;
    throw usageError(`There is no verb "${shown(verb)}".`, `${suggestion}See trialboot help.`);
  }
  return command.usage;
}
