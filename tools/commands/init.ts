/** `trialboot init`: a new project that builds, signs, simulates and flashes. */

import { lstatSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import { projectFiles } from "../application/project-template";
import { loadBoard } from "../boards";
import type { Command } from "../command";
import type { Context } from "../context";
import { failure, systemSentence } from "../errors";
import { ExitCode } from "../exit-codes";
import { createFile, resolvePath } from "../files";
import { beginVerb } from "../verb";
import { keysCommand } from "./keys";

const INIT: CommandLine = {
  name: "trialboot init",
  summary: "Makes a small project: an application, a signing key, and what builds, signs, simulates and flashes it.",
  positionals: ["DIR"],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/ (default: esp32)" },
    { name: "js", help: "A plain script as Espruino runs it, instead of TypeScript" },
  ],
  remarks: [
    "DIR is made if it is not there. No file is overwritten: if one of those to be written exists, nothing is done.",
    "keys/signing.pem has no passphrase and is kept out of git. For products make the key elsewhere, with trialboot " +
      "keys new --passphrase, and name it in trialboot.json.",
  ],
};

const KEY = "keys/signing.pem";
const PUBLIC_KEY = "keys/signing.public.pem";
const NAME_MAX = 60;

/** A package name that npm takes. */
function packageName(folder: string): string {
  const name = path.basename(folder).toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "");
  return name === "" ? "application" : name.slice(0, NAME_MAX);
}

function refuseExisting(context: Context, folder: string, names: readonly string[]): void {
  const there = names.filter(
    (name) => lstatSync(resolvePath(context, path.join(folder, name)), { throwIfNoEntry: false }) !== undefined,
  );
  if (there.length > 0) {
    const those = there.map((name) => shown(path.join(folder, name))).join(", ");
    throw failure(
      `${those} ${there.length === 1 ? "exists already and is" : "exist already and are"} not overwritten; nothing ` +
        "was written.",
      "Name another folder, or move away what is there.",
    );
  }
}

function makeFolders(context: Context, folder: string, names: readonly string[]): void {
  try {
    for (const inside of new Set(names.map((name) => path.dirname(name)))) {
      mkdirSync(resolvePath(context, path.join(folder, inside)), { recursive: true });
    }
  } catch (error) {
    throw failure(`The folder ${shown(folder)} cannot be made: ${systemSentence(error)}.`, "Name another folder.");
  }
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(INIT, readArguments(INIT, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const folder = args.positionals[0] ?? "";
  const board = loadBoard(args.text("board") ?? "esp32");
  const name = packageName(resolvePath(context, folder));
  const files = projectFiles(args.has("js") ? "javascript" : "typescript", { name, board: board.name });
  const names = [...files.map((file) => file.name), KEY, PUBLIC_KEY];
  refuseExisting(context, folder, names);
  makeFolders(context, folder, names);
  for (const file of files) {
    createFile(context, path.join(folder, file.name), file.text);
  }
  const key = path.join(folder, KEY);
  await keysCommand.run(["new", "--quiet", "--out", key], context);
  await keysCommand.run(["public", "--quiet", "--out", path.join(folder, PUBLIC_KEY), "--", key], context);
  output.summary(
    [
      `Made a project for ${board.name} in ${shown(folder)}:`,
      ...names.map((each) => `  ${each}`),
      "",
      "Next:",
      `  cd ${shown(folder)}`,
      "  trialboot build                    check, build and sign: build/app.bin",
      "  trialboot sim run scenario.yaml    the update on a virtual board",
    ].join("\n"),
  );
  output.note(`${KEY} decides what your boards run: keep a copy in a safe place, and the file to yourself.`);
  output.jsonValue({ ok: true, folder, board: board.name, files: names });
  return ExitCode.Ok;
}

export const initCommand: Command = {
  name: "init",
  summary: "Makes a project that builds, signs, simulates and flashes",
  usage: helpText(INIT),
  run,
};
