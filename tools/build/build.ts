/**
 * `npm run build -- --board NAME [--key PUBLIC.pem]... [--out FOLDER]`: the board's files, in build/NAME unless FOLDER
 * is given; with keys also the key store of a board that trusts them. Prints them, and the board's partition plan.
 */

import path from "node:path";
import { buildBoard } from "./build-board";
import { partitionTable } from "../board/table";
import { loadBoard } from "../boards";
import { processContext } from "../context";
import { trustedKeysOf } from "../keys/trusted-keys";
import { fromCommandLine } from "./command-line";
import { REPOSITORY } from "./repository";

const OPTIONS = {
  board: { type: "string" },
  out: { type: "string" },
  key: { type: "string", multiple: true },
} as const;

await fromCommandLine(OPTIONS, async ({ board, out, key = [] }) => {
  if (board === undefined) {
    throw new Error("Say which board: make build BOARD=esp32.");
  }
  const folder = out ?? path.join("build", board);
  const keys = trustedKeysOf(processContext(), key);
  for (const file of await buildBoard(board, path.resolve(REPOSITORY, folder), keys)) {
    process.stdout.write(`${file.sha256}  ${String(file.sizeBytes).padStart(6)}  ${folder}/${file.name}\n`);
  }
  process.stdout.write(`\n${partitionTable(loadBoard(board)).join("\n")}\n`);
});
