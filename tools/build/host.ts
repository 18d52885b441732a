/** `npm run build:host`: the command for installation without TypeScript, dist/trialboot.js. Packages stay outside. */

import path from "node:path";
import { fromCommandLine } from "./command-line";
import { bundleHost } from "./host-bundle";
import { REPOSITORY } from "./repository";

await fromCommandLine({}, async () => {
  const { packages, laterPackages } = await bundleHost(path.join(REPOSITORY, "dist"));
  process.stdout.write(`dist/trialboot.js needs: ${packages.join(", ")}; to build: ${laterPackages.join(", ")}\n`);
});
