/** `trialboot sim`: virtual boards. */

import { helpText, shown, usageLine } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { bootOnce, SIM_BOOT } from "./sim-boot";
import { SIM_RUN, runStories } from "./sim-run";

const USAGE = [helpText(SIM_RUN), helpText(SIM_BOOT)].join("\n\n");

async function run(argv: readonly string[], context: Context): Promise<number> {
  switch (argv[0]) {
    case "run":
      return await runStories(argv.slice(1), context);
    case "boot":
      return bootOnce(argv.slice(1), context);
    case "--help":
    case "-h":
      context.stdout(USAGE + "\n");
      return ExitCode.Ok;
    case undefined:
      throw usageError("sim needs to know what to do: run or boot.", `Usage: ${usageLine(SIM_RUN)}`);
    default:
      throw usageError(`sim cannot do "${shown(argv[0])}".`, "It can do: run, boot. See trialboot sim --help.");
  }
}

export const simCommand: Command = {
  name: "sim",
  summary: "show stories on a virtual board (sim run), one boot on given flash contents (sim boot)",
  usage: USAGE,
  run,
};
