/** What every verb begins with. */

import { type Arguments, type CommandLine, helpText } from "./arguments";
import type { Context } from "./context";
import { createOutput, type Output } from "./output";

export interface BegunVerb {
  readonly args: Arguments;
  readonly output: Output;
}

/**
 * Shows the help where it was asked for; otherwise opens the verb's output as `--json` and `--quiet` say.
 *
 * @param args what was read by `line`
 * @returns `undefined`: the help was shown, and nothing is left to do
 */
export function beginVerb(line: CommandLine, args: Arguments, context: Context): BegunVerb | undefined {
  if (args.wantsHelp) {
    context.stdout(helpText(line) + "\n");
    return undefined;
  }
  return { args, output: createOutput(context, { json: args.has("json"), quiet: args.has("quiet") }) };
}
