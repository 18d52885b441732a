/** `trialboot version`: which version this is. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { helpText, readArguments } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { createOutput } from "../output";

const LINE = {
  name: "trialboot version",
  summary: "Prints the version of trialboot.",
  positionals: [],
  flags: [],
};

/** Folders between this file and package.json, at most: sources and built files lie at different depths. */
const PARENTS_MAX = 6;

/** The version in the package.json that this file belongs to. */
export function versionText(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < PARENTS_MAX; i++) {
    const version = versionIn(join(folder, "package.json"));
    if (version !== undefined) {
      return version;
    }
    folder = dirname(folder);
  }
  return "unknown";
}

function versionIn(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const content = JSON.parse(text) as { name?: unknown; version?: unknown };
  return content.name === "trialboot" && typeof content.version === "string" ? content.version : undefined;
}

function run(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(LINE, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(LINE) + "\n");
    return Promise.resolve(ExitCode.Ok);
  }
  const output = createOutput(context, { json: args.has("json"), quiet: false });
  output.summary(versionText());
  output.jsonValue({ name: "trialboot", version: versionText(), node: process.version });
  return Promise.resolve(ExitCode.Ok);
}

export const versionCommand: Command = {
  name: "version",
  summary: "print the version",
  usage: helpText(LINE),
  run,
};
