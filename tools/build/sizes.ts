/**
 * `npm run sizes`: prints the sizes, and for each first-class board what its files and the sample application leave of
 * its flash; writes them to build/sizes.json and build/room.json, and fails if one is over its budget or does not fit.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromCommandLine } from "./command-line";
import { measure, overBudget } from "./measure";
import { firstClassBoardNames } from "../boards";
import { REPOSITORY } from "./repository";
import { measureRoom, overRoom, roomLines } from "./room";
import type { BoardRoom } from "./room";

await fromCommandLine({}, async () => {
  const sizes = await measure();
  for (const { board, title, sizeBytes, budgetBytes } of sizes) {
    const budget = budgetBytes === undefined ? "no budget" : `of ${budgetBytes}`;
    process.stdout.write(`${board.padEnd(12)} ${title.padEnd(40)} ${String(sizeBytes).padStart(6)} ${budget}\n`);
  }
  const folder = path.join(REPOSITORY, "build");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "sizes.json"), `${JSON.stringify(sizes, undefined, 2)}\n`);
  const rooms: BoardRoom[] = [];
  for (const name of firstClassBoardNames()) {
    rooms.push(await measureRoom(name));
  }
  process.stdout.write(`\n${rooms.flatMap(roomLines).join("\n")}\n`);
  writeFileSync(path.join(folder, "room.json"), `${JSON.stringify(rooms, undefined, 2)}\n`);
  const faults = [...overBudget(sizes), ...overRoom(rooms)];
  if (faults.length > 0) {
    throw new Error(faults.join("\n"));
  }
});
