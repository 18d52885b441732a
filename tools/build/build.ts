/** `npm run build -- --board NAME [--out FOLDER]`: the board's files, in build/NAME unless FOLDER is given. */

import path from "node:path";
import { buildBoard } from "./build-board";
import { fromCommandLine } from "./command-line";
import { REPOSITORY } from "./repository";

await fromCommandLine({ board: { type: "string" }, out: { type: "string" } }, async ({ board, out }) => {
  if (board === undefined) {
    throw new Error("Say which board: make build BOARD=esp32.");
  }
  const folder = out ?? path.join("build", board);
  for (const file of await buildBoard(board, path.resolve(REPOSITORY, folder))) {
    process.stdout.write(`${file.sha256}  ${String(file.sizeBytes).padStart(6)}  ${folder}/${file.name}\n`);
  }
});
