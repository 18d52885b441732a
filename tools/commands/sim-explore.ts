/** `trialboot sim explore`: every state that a board can get into in a story, wherever power fails. */

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { bootFromSource } from "../../sim/boot-chain";
import { Explorer } from "../../sim/explore/explorer";
import type { ExploreOptions, ExploreResult } from "../../sim/explore/result";
import { searchName } from "../../sim/explore/same-search";
import type { ExploreStory } from "../../sim/explore/stories";
import { STORIES } from "../../sim/explore/stories";
import type { ExploreSetting } from "../../sim/explore/world";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { countText } from "../../sim/gateway";
import type { ProvisionedBoardFile } from "../../sim/provision";
import { type Arguments, type CommandLine, helpText, integerOf, readArguments } from "../arguments";
import { boardNames, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createHostHash } from "../host-hash";

export const SIM_EXPLORE: CommandLine = {
  name: "trialboot sim explore",
  summary:
    "Walks through every state that a board can get into: every boot from it, with every cause, power failing at " +
    "every place, marginal bits, wrong reads. Ends when no new state is found (docs/explore.md).",
  positionals: [],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/, or all (default: all)" },
    {
      name: "story", value: "STORY", choices: [...STORIES.map(({ name }) => name), "all"], multiple: true,
      help: "What happens to the board (default: update and rollback)",
    },
    { name: "bound", value: "STATES", help: "Stop after walking on from so many states" },
    { name: "marginal", value: "PLACES", help: "Places in the journal that are marginal at one time (default: 1)" },
    { name: "workers", value: "N", help: "Processes that share the boards and stories (default: 1)" },
  ],
  remarks: [
    "Every row is also written to build/explore.json. With --json each line is one JSON value, told apart by its " +
      "\"event\": row, end.",
    "Exit codes: 0 nothing was broken, 2 wrong command line, 40 something was; the id that is printed is for " +
      "trialboot sim replay.",
  ],
};

const NUMBER_MAX = 1e9;

/** What the explorer needs of this project's own software. */
export function exploreSetting(board: ProvisionedBoardFile): ExploreSetting {
  return {
    board,
    boot: bootFromSource,
    hash: createHostHash(),
    verifier: createRememberingVerifier(createTweetnaclVerifier()),
  };
}

/** The story of this name, if there is one. */
export function findStory(name: string): ExploreStory | undefined {
  return STORIES.find((story) => story.name === name);
}

interface Task {
  readonly board: string;
  readonly story: string;
  /** Boards for which this is the same search. */
  readonly others: readonly string[];
}

function tasksOf(args: Arguments): Task[] {
  const board = args.text("board") ?? "all";
  const names = args.texts("story").length === 0 ? ["update", "rollback"] : args.texts("story");
  const stories = names.includes("all") ? STORIES.map(({ name }) => name) : names;
  const boards = new Map<string, string[]>();
  for (const one of board === "all" ? boardNames() : [board]) {
    const name = searchName(loadBoard(one));
    boards.set(name, [...(boards.get(name) ?? []), one]);
  }
  return [...boards.values()].flatMap(([first, ...others]) =>
    stories.map((story) => ({ board: first, story, others })));
}

function numberOf(args: Arguments, flag: string, min: number): number | undefined {
  const text = args.text(flag);
  return text === undefined ? undefined : integerOf(text, flag, min, NUMBER_MAX);
}

/** `esp32 update: 1,234 states, ... closed, 12.3 s` */
export function rowText(row: ExploreResult): string {
  const end = row.closed ? "closed" : row.violations.length > 0 ? "broken" : `bounded (${countText(row.open)} open)`;
  const counts = [
    `${countText(row.states)} states`,
    `${countText(row.edges)} edges`,
    `${countText(row.cuts)} cuts`,
    `${countText(row.boots)} boots run (${countText(row.bootsPerSecond)} a second of one core)`,
  ];
  if (row.sameAs !== undefined) {
    return `${row.board} ${row.story}: the same search as ${row.sameAs}, ${end}`;
  }
  return `${row.board} ${row.story}: ${counts.join(", ")}, ${end}, ${row.seconds.toFixed(1)} s`;
}

export async function explore(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(SIM_EXPLORE, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIM_EXPLORE) + "\n");
    return ExitCode.Ok;
  }
  const tasks = tasksOf(args);
  const workers = numberOf(args, "workers", 1) ?? 1;
  const options: ExploreOptions = {
    statesMax: numberOf(args, "bound", 1),
    marginalPlacesMax: numberOf(args, "marginal", 1),
  };
  const rows: ExploreResult[] = [];
  const tell = (row: ExploreResult, others: readonly string[]): void => {
    for (const one of [row, ...others.map((board) => ({ ...row, board, sameAs: row.board }))]) {
      rows.push(one);
      tellRow(one, args, context);
    }
  };
  if (workers > 1) {
    await inProcesses(tasks, workers, args, tell);
  } else {
    tasks.forEach((task) => tell(exploreHere(task, options, args, context), task.others));
  }
  writeRows(rows, context);
  const isBroken = rows.some(({ violations }) => violations.length > 0);
  if (args.has("json")) {
    context.stdout(JSON.stringify({ event: "end", ok: !isBroken, rows: rows.length }) + "\n");
  }
  return isBroken ? ExitCode.RuleBroken : ExitCode.Ok;
}

function tellRow(row: ExploreResult, args: Arguments, context: Context): void {
  if (args.has("json")) {
    context.stdout(JSON.stringify({ event: "row", ...row }) + "\n");
    return;
  }
  if (!args.has("quiet")) {
    context.stdout(rowText(row) + "\n");
  }
  for (const { id, sentence } of row.violations) {
    context.stdout(`  broken: ${sentence}\n  run it again: trialboot sim replay ${id}\n`);
  }
}

function exploreHere(task: Task, options: ExploreOptions, args: Arguments, context: Context): ExploreResult {
  const story = findStory(task.story)!;
  const showsProgress = context.stderrIsTerminal && !args.has("quiet") && !args.has("json");
  const onProgress = (now: ExploreResult): void => {
    const text = `${now.board} ${now.story}: ${countText(now.states)} states, ${countText(now.open)} to go`;
    context.stderr(`\r${text.padEnd(78)}`);
  };
  const explorer = new Explorer(
    exploreSetting(loadBoard(task.board)), story, showsProgress ? { ...options, onProgress } : options,
  );
  const result = explorer.run();
  if (showsProgress) {
    context.stderr(`\r${" ".repeat(78)}\r`);
  }
  return result;
}

/** One process per board and story, so many at a time: this command itself. */
async function inProcesses(
  tasks: readonly Task[], workers: number, args: Arguments,
  tell: (row: ExploreResult, others: readonly string[]) => void,
): Promise<void> {
  const left = [...tasks];
  const passedOn = ["bound", "marginal"].flatMap((flag) => {
    const value = args.text(flag);
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const work = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      tell(await exploreElsewhere(task, passedOn), task.others);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function exploreElsewhere(task: Task, flags: readonly string[]): Promise<ExploreResult> {
  const script = process.argv[1];
  if (script === undefined) {
    throw usageError("--workers needs the command itself, which was not started from a file.", "Leave out --workers.");
  }
  const argv = ["sim", "explore", "--board", task.board, "--story", task.story, "--json", ...flags];
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [...process.execArgv, script, ...argv], (error, stdout, stderr) => {
      const line = stdout.split("\n").find((text) => text.startsWith("{\"event\":\"row\""));
      if (line === undefined) {
        const why = stderr === "" ? error?.message ?? "it said nothing" : stderr;
        reject(failure(`The search of ${task.board} ${task.story} came to no end: ${why}`));
      } else {
        resolve(JSON.parse(line) as ExploreResult);
      }
    });
  });
}

/** Rows of other boards and stories are no part of this run, and are not kept. */
function writeRows(rows: readonly ExploreResult[], context: Context): void {
  const folder = path.join(context.cwd, "build");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "explore.json"), JSON.stringify(rows, undefined, 2) + "\n");
}
