/** What a verb works on: flags first, then the project file, then what is usual. */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Arguments, type CommandLine, readArguments } from "../arguments";
import { type BoardFile, loadBoard } from "../boards";
import { type Engine, ENGINES } from "../build/engines";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { resolvePath } from "../files";
import { PROJECT_FILE, type ProjectFile, projectPath, readProjectFile } from "./project-file";

export interface ProjectChoice {
  readonly source: string;
  readonly board: BoardFile;
  readonly engine: Engine;
  readonly project: ProjectFile;
  /** Path of the project file; undefined without one. */
  readonly file: string | undefined;
}

/** Arguments of a verb whose SOURCE may be left out in a project. */
export function readOptionalSource(line: CommandLine, argv: readonly string[]): Arguments {
  const flags = [...line.flags, { name: "json" }, { name: "quiet", short: "q" }, { name: "help", short: "h" }];
  const options = Object.fromEntries(
    flags.map((flag) => {
      const type = "value" in flag && flag.value !== undefined ? ("string" as const) : ("boolean" as const);
      return [flag.name, { type, multiple: true, ...("short" in flag ? { short: flag.short } : {}) }];
    }),
  );
  const { positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  return readArguments({ ...line, positionals: positionals.length === 0 ? [] : line.positionals }, argv);
}

/**
 * Refuses (usage) where neither the command line nor the project file says what to work on, (failure) a project file
 * that cannot be used.
 */
export function chooseProject(args: Arguments, context: Context): ProjectChoice {
  const named = args.text("config");
  const isThere = named !== undefined || existsSync(resolvePath(context, PROJECT_FILE));
  const file = isThere ? (named ?? PROJECT_FILE) : undefined;
  const project = file === undefined ? {} : readProjectFile(context, file);
  const entry = projectPath(context, file, project.entry);
  const source = args.positionals[0] ?? entry;
  if (source === undefined) {
    throw usageError(
      "There is nothing to work on.",
      `Name the application's source, or its entry in ${PROJECT_FILE}; trialboot init makes a project.`,
    );
  }
  const boardName = args.text("board") ?? project.board;
  if (boardName === undefined) {
    throw usageError("Say for which board.", `Add --board esp32, or "board" to ${PROJECT_FILE}.`);
  }
  const board = loadBoard(boardName);
  const engine = ENGINES[board.engine.name];
  if (engine === undefined) {
    throw failure(`The build does not know the engine ${board.engine.name} of ${board.name}.`, "Take another board.");
  }
  return { source, board, engine, project, file };
}
