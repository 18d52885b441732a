// Prints the `## target: sentence` lines of the Makefile. Plain JavaScript, since it runs before anything is installed.
import { readFileSync } from "node:fs";

const makefile = readFileSync(new URL("../../Makefile", import.meta.url), "utf8");
// `make help | head` closes the pipe early; that is no error.
process.stdout.on("error", () => process.exit());
for (const [, target, sentence] of makefile.matchAll(/^## ([a-z-]+): (.*)$/gm)) {
  process.stdout.write(`make ${target.padEnd(14)} ${sentence}\n`);
}
