/** `trialboot keys`: makes signing keys, exports their public halves, shows what they are. */

import { helpText, shown, usageLine } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { KEYS_NEW, newKey } from "./keys-new";
import { exportPublicKey, KEYS_PUBLIC } from "./keys-public";
import { KEYS_SHOW, showKey } from "./keys-show";

const USAGE = [helpText(KEYS_NEW), helpText(KEYS_PUBLIC), helpText(KEYS_SHOW)].join("\n\n");

async function run(argv: readonly string[], context: Context): Promise<number> {
  switch (argv[0]) {
    case "new":
      return await newKey(argv.slice(1), context);
    case "public":
      return await exportPublicKey(argv.slice(1), context);
    case "show":
      return showKey(argv.slice(1), context);
    case "--help":
    case "-h":
      context.stdout(USAGE + "\n");
      return ExitCode.Ok;
    case undefined:
      throw usageError("keys needs to know what to do: new, public or show.", `Usage: ${usageLine(KEYS_NEW)}`);
    default:
      throw usageError(
        `keys cannot do "${shown(argv[0])}".`,
        "It can do: new, public, show. See trialboot keys --help.",
      );
  }
}

export const keysCommand: Command = {
  name: "keys",
  summary: "make a signing key (keys new), export its public half (keys public), look at it (keys show)",
  usage: USAGE,
  run,
};
