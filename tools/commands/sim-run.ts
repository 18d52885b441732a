/** `trialboot sim run`: stories of updates on a virtual board, the user's own application on one, and scenarios. */

import { parseArgs } from "node:util";
import type { ImageVerifier } from "../../core/image/signatures";
import { createHostVerifier } from "../host-verifier";
import { bootFromBundles, bootFromSource } from "../../sim/boot-chain";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { countText } from "../../sim/gateway";
import type { StoryEvent, StoryPayloads, StoryTeller } from "../../sim/story";
import { tellBadUpdates, tellUpdate } from "../../sim/story";
import { sweepFaults, sweepUpdate, tellPowerCuts } from "../../sim/story-power-cut";
import type { ScenarioSetting } from "../../sim/scenario/world";
import type { StorySetting } from "../../sim/story-world";
import type { SweepResult } from "../../sim/sweep";
import { type Arguments, type CommandLine, helpText, readArguments } from "../arguments";
import { type BoardFile, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createHostHash } from "../host-hash";
import { trustedKeysOf } from "../keys/trusted-keys";
import { reasonText } from "../reason-text";
import { bootBundles, samplePayloads } from "../sim-bundles";
import { loadUserGlobals } from "../sim-globals";
import { readUserImage, runUserImage } from "../sim-image";
import { runScenarioFiles } from "../sim-scenarios";
import { createSimOutput, type SimOutput } from "../sim-text";

export const SIM_RUN: CommandLine = {
  name: "trialboot sim run",
  summary:
    "Runs the bootloader and a sample application on a virtual board and tells what happens, a line for each boot " +
    "(docs/trace.md explains its columns). Without arguments: a good update, then two bad ones. With scenario files: " +
    "runs them and says which expectations hold.",
  positionals: ["[SCENARIO.yaml ...]"],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/ (default: esp32)" },
    { name: "story", value: "STORY", choices: ["update", "bad-update", "power-cut"], help: "Tell this story only" },
    { name: "image", short: "i", value: "FILE", help: "Boot this application (.js) or signed image instead" },
    { name: "key", short: "k", value: "PUBLIC.pem", multiple: true, help: "A key that the board trusts" },
    { name: "globals", value: "FILE", help: "Globals that the board has beside those of the simulator (.js, .mjs)" },
    { name: "filter", value: "TEXT", help: "Only scenarios with this text in their title or file name" },
    { name: "report", value: "FILE.html", help: "Write what the scenarios did as one HTML file" },
    { name: "junit", value: "FILE.xml", help: "Write the results of the scenarios as JUnit XML" },
    { name: "emitted", help: "Run the bootloader from the ES5 files that a board gets, not from its source" },
  ],
  remarks: [
    "--image FILE boots the file as the board's factory image; with --story update it is sent as the update. A .js " +
      "file is signed with the story's own key; a signed image needs the --key that it is signed with.",
    "Scenario files describe a board, images, faults and expectations; docs/scenarios.md explains every field. They " +
      "go with --filter, --report, --junit, --globals, --json and --quiet.",
    "With --json each line is one JSON value, told apart by its \"event\": say, boot, scenario, end.",
    "Exit codes: 0 the story ended as it should, or all expectations hold; 1 not so, or the application could not " +
      "run; 2 wrong command line; 20 to 24 the image was refused; 32 the update given with --image was rolled back.",
  ],
};

const HINTS = [
  "  npx trialboot sim run --story power-cut      the same update, with power failing everywhere",
  "  npx trialboot sim run --board nrf52840dk     on another board",
  "  npx trialboot sim run --image app.js         your own application",
];

function hintsAfter(story: string | undefined): string[] {
  return ["", "Try next:", ...HINTS.filter((hint) => story === undefined || !hint.includes(`--story ${story} `))];
}

/** The flags that go with scenario files only, and those that do not go with them. */
const WITH_SCENARIOS = ["filter", "report", "junit"] as const;
const WITHOUT_SCENARIOS = ["board", "story", "image", "key", "emitted"] as const;

/** Arguments without a dash: any number of them, which the table of a verb cannot say. */
function scenarioFiles(argv: readonly string[]): string[] {
  const options = Object.fromEntries(
    SIM_RUN.flags.map(({ name, value, short }) => {
      const type = value === undefined ? ("boolean" as const) : ("string" as const);
      return [name, { type, multiple: true, ...(short === undefined ? {} : { short }) }];
    }),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true }).positionals;
}

function checkScenarioFlags(args: Arguments): void {
  const withFiles = args.positionals.length > 0;
  const wrong = (withFiles ? WITHOUT_SCENARIOS : WITH_SCENARIOS).find((name) => args.has(name));
  if (wrong !== undefined && withFiles) {
    throw usageError(`--${wrong} does not go with scenario files, which say that themselves.`, `Leave out --${wrong}.`);
  }
  if (wrong !== undefined) {
    throw usageError(`--${wrong} is for scenario files, and there are none.`, "Name some: sim/scenarios/*.yaml.");
  }
}

export async function runStories(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments({ ...SIM_RUN, positionals: scenarioFiles(argv) }, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIM_RUN) + "\n");
    return ExitCode.Ok;
  }
  checkScenarioFlags(args);
  if (args.positionals.length > 0) {
    return await runScenarios(args, context);
  }
  const story = args.text("story");
  const image = args.text("image");
  if (image !== undefined && story !== undefined && story !== "update") {
    throw usageError(`The story ${story} has applications of its own.`, "Leave out --image, or take --story update.");
  }
  if (image === undefined && args.has("key")) {
    throw usageError("--key names the key of an image of yours, and there is none.", "Add --image FILE.");
  }
  const board = loadBoard(args.text("board") ?? "esp32");
  const output = createSimOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  if (image === undefined) {
    const setting = await settingOf(args, board, context);
    return tellStories(story, setting, await samplePayloads(board.engine.name), output);
  }
  const file = readUserImage(context, image);
  const setting = await settingOf(args, board, context);
  const payloads = story === "update" ? await samplePayloads(board.engine.name) : undefined;
  return runUserImage(setting, file, payloads, output);
}

async function runScenarios(args: Arguments, context: Context): Promise<number> {
  const globals = args.text("globals");
  const setting: ScenarioSetting = {
    loadBoard,
    boot: bootFromSource,
    hash: createHostHash(),
    verifier: createVerifier(),
    reasonName: (reason) => reasonText(reason).name,
    userGlobals: globals === undefined ? undefined : await loadUserGlobals(context, globals),
  };
  const options = {
    files: args.positionals,
    filter: args.text("filter"),
    report: args.text("report"),
    junit: args.text("junit"),
    json: args.has("json"),
    quiet: args.has("quiet"),
  };
  return runScenarioFiles(context, options, setting);
}

function createVerifier(): ImageVerifier {
  return createRememberingVerifier(createHostVerifier());
}

async function settingOf(args: Arguments, board: BoardFile, context: Context): Promise<StorySetting> {
  const globals = args.text("globals");
  return {
    board,
    boot: args.has("emitted") ? bootFromBundles(await bootBundles(board.engine.name)) : bootFromSource,
    hash: createHostHash(),
    verifier: createVerifier(),
    reasonName: (reason) => reasonText(reason).name,
    // One place in the bootloader is for the story's own key.
    trustedKeys: trustedKeysOf(context, args.texts("key"), 1),
    userGlobals: globals === undefined ? undefined : await loadUserGlobals(context, globals),
  };
}

function tellStories(
  story: string | undefined,
  setting: StorySetting,
  payloads: StoryPayloads,
  output: SimOutput,
): number {
  const tell = (event: StoryEvent): void => output.event(event);
  if (story === "power-cut") {
    return powerCuts(setting, payloads, output);
  }
  const updated = story === "bad-update" ? undefined : tellUpdate(setting, payloads, tell);
  const cannotGoOn = updated?.ending({ version: "2.0.0", rejected: [] }).ok === false;
  if (updated !== undefined && (story === "update" || cannotGoOn)) {
    return conclude(updated, { story, rejected: [] }, output);
  }
  return conclude(tellBadUpdates(setting, payloads, tell, updated), { story, rejected: ["3.0.0", "4.0.0"] }, output);
}

interface Conclusion {
  readonly story: string | undefined;
  /** Versions that should have been given up. */
  readonly rejected: readonly string[];
  /** A sentence beside the ending. */
  readonly more?: string;
}

function conclude(teller: StoryTeller, conclusion: Conclusion, output: SimOutput): number {
  const ending = teller.ending({ version: "2.0.0", rejected: conclusion.rejected });
  const text = `${ending.text}.${conclusion.more ?? ""}`;
  output.end(text, ending.ok, { ...ending, text });
  if (!ending.ok) {
    throw failure(
      "The story did not end as it should: this is a defect of the boot chain.",
      "Please report it, with what the same command says with --json.",
    );
  }
  output.hint(hintsAfter(conclusion.story));
  return ExitCode.Ok;
}

function powerCuts(setting: StorySetting, payloads: StoryPayloads, output: SimOutput): number {
  const teller = tellPowerCuts(setting, payloads, (event) => output.event(event));
  output.say("Those were five places. Now at every flash operation of the update, before, inside and after it:");
  const result = sweepUpdate(setting);
  const faults = sweepFaults(result);
  faults.forEach((fault) => output.say(fault));
  if (faults.length > 0) {
    throw failure(
      `${result.violations.length} of ${result.cases} power cuts broke what must hold: a defect of the boot chain.`,
      "Please report it with the board's name and the power cuts above.",
    );
  }
  return conclude(teller, { story: "power-cut", rejected: [], more: sweepText(result) }, output);
}

function sweepText(result: SweepResult): string {
  const { cases, operations, boots } = result;
  return (
    ` Power was cut in ${countText(cases)} ways at ${operations.length} flash operations, ${countText(boots)} boots ` +
    "in all: each time the board came back with a confirmed version, and ended with the new one."
  );
}
