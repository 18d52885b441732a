/** `npm run sizes`: prints the sizes, writes them to build/sizes.json, and fails if one is over its budget. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromCommandLine } from "./command-line";
import { measure, overBudget } from "./measure";
import { REPOSITORY } from "./repository";

await fromCommandLine({}, async () => {
  const sizes = await measure();
  for (const { board, title, sizeBytes, budgetBytes } of sizes) {
    const budget = budgetBytes === undefined ? "no budget" : `of ${budgetBytes}`;
    process.stdout.write(`${board.padEnd(12)} ${title.padEnd(40)} ${String(sizeBytes).padStart(6)} ${budget}\n`);
  }
  const folder = path.join(REPOSITORY, "build");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "sizes.json"), `${JSON.stringify(sizes, undefined, 2)}\n`);
  const faults = overBudget(sizes);
  if (faults.length > 0) {
    throw new Error(faults.join("\n"));
  }
});
