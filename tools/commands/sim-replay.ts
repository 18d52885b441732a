/** `trialboot sim replay`: the path of an id that `trialboot sim explore` printed, step by step. */

import { ExploreWorld } from "../../sim/explore/world";
import type { ExploredPath } from "../../sim/explore/path-id";
import { parsePathId, PathIdError } from "../../sim/explore/path-id";
import type { ReplayEvent } from "../../sim/explore/replay";
import { replay } from "../../sim/explore/replay";
import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import { boardNames, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure } from "../errors";
import { ExitCode } from "../exit-codes";
import { exploreSetting, findStory } from "./sim-explore";

export const SIM_REPLAY: CommandLine = {
  name: "trialboot sim replay",
  summary: "Runs the path of an id again, with a line for each boot and for each flash operation.",
  positionals: ["ID"],
  flags: [{ name: "step", help: "Wait for Enter before each line, on a terminal" }],
  remarks: [
    "An id holds the whole path from the first state of its story. It means the same as long as the software is the " +
      "same: use it with the commit that printed it.",
    "Exit codes: 0 nothing was broken on the path, 1 the id cannot be run here, 40 something was.",
  ],
};

function refused(id: string, why: string): Error {
  return failure(`"${shown(id)}" cannot be replayed: ${why}.`, "Copy the id as trialboot sim explore printed it.");
}

function lineOf(event: ReplayEvent): string {
  switch (event.event) {
    case "move":
      return `${event.number}  ${event.move}  ${event.text}`;
    case "operation":
      return `     ${String(event.number).padStart(3)}  ${event.text}`;
    case "boot":
      return `   ->  ${event.text}`;
    case "violation":
      return `BROKEN  ${event.text}`;
  }
}

function openWorld(id: string): { world: ExploreWorld; path: ExploredPath } {
  const path = parsePathId(id);
  const story = findStory(path.story);
  if (!boardNames().includes(path.board)) {
    throw new PathIdError(`there is no board "${shown(path.board)}" here`);
  }
  if (story === undefined) {
    throw new PathIdError(`there is no story "${shown(path.story)}" here`);
  }
  return { world: new ExploreWorld(exploreSetting(loadBoard(path.board)), story), path };
}

export async function replayPath(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(SIM_REPLAY, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIM_REPLAY) + "\n");
    return ExitCode.Ok;
  }
  const [id] = args.positionals;
  // Until nobody is there any more who presses Enter.
  let waits = args.has("step") && context.stdoutIsTerminal;
  let isBroken = false;
  try {
    const { world, path } = openWorld(id);
    for (const event of replay(world, path)) {
      isBroken ||= event.event === "violation";
      waits &&= (await context.ask?.("")) !== undefined;
      context.stdout((args.has("json") ? JSON.stringify(event) : lineOf(event)) + "\n");
    }
  } catch (error) {
    throw error instanceof PathIdError ? refused(id, error.message) : error;
  }
  if (!args.has("json") && !args.has("quiet")) {
    context.stdout(isBroken ? "Something was broken on this path.\n" : "Nothing was broken on this path.\n");
  }
  return isBroken ? ExitCode.RuleBroken : ExitCode.Ok;
}
