/** `trialboot sim`: virtual boards. */

import { type CommandLine, helpText, shown, usageLine } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { bootOnce, SIM_BOOT } from "./sim-boot";
import { explore, SIM_EXPLORE } from "./sim-explore";
import { replayPath, SIM_REPLAY } from "./sim-replay";
import { runStories, SIM_RUN } from "./sim-run";
import { serveBoard, SIM_SERVE } from "./sim-serve";
import { SIM_SOAK, soak } from "./sim-soak";

interface Verb {
  readonly line: CommandLine;
  run(argv: readonly string[], context: Context): number | Promise<number>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  run: { line: SIM_RUN, run: runStories },
  boot: { line: SIM_BOOT, run: bootOnce },
  explore: { line: SIM_EXPLORE, run: explore },
  replay: { line: SIM_REPLAY, run: replayPath },
  soak: { line: SIM_SOAK, run: soak },
  serve: { line: SIM_SERVE, run: serveBoard },
};

const USAGE = Object.values(VERBS)
  .map(({ line }) => helpText(line))
  .join("\n\n");

async function run(argv: readonly string[], context: Context): Promise<number> {
  const [name, ...rest] = argv;
  const names = Object.keys(VERBS).join(", ");
  if (name === undefined) {
    throw usageError(`sim needs to know what to do: ${names}.`, `Usage: ${usageLine(SIM_RUN)}`);
  }
  if (name === "--help" || name === "-h") {
    context.stdout(USAGE + "\n");
    return ExitCode.Ok;
  }
  if (!Object.hasOwn(VERBS, name)) {
    throw usageError(`sim cannot do "${shown(name)}".`, `It can do: ${names}. See trialboot sim --help.`);
  }
  return await VERBS[name].run(rest, context);
}

export const simCommand: Command = {
  name: "sim",
  summary:
    "virtual boards: stories and scenarios (run), one boot, all states (explore, replay), random lives (soak), " +
    "device management (serve)",
  usage: USAGE,
  run,
};
