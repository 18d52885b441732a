/** Which tests are asked about a mutant: those of its part first, then those of the boot chain as a whole. */

import { readdirSync } from "node:fs";
import path from "node:path";

/** Folders and files of tests, the nearest first; each stage runs only if the ones before found nothing. */
export type Stages = readonly (readonly string[])[];

const WHOLE_CHAIN = [
  "test/bootloader", "test/attacks", "test/properties/boot.test.ts", "test/properties/journal.test.ts",
];
const SIMULATED = ["test/sim/soak", "test/sim/power-cuts.test.ts", "test/fuzz"];

const STAGES: readonly (readonly [prefix: string, stages: Stages])[] = [
  ["core/image/", [["test/core/image"], ["test/properties/image.test.ts", "test/attacks"], ["test/bootloader"]]],
  ["core/boot/", [["test/core/boot", "test/properties/boot.test.ts"], ["test/bootloader", "test/attacks"], SIMULATED]],
  ["core/journal/", [["test/core/journal"], ["test/properties/journal.test.ts", "test/bootloader"], SIMULATED]],
  ["bootloader/", [["test/bootloader"], WHOLE_CHAIN.slice(1), SIMULATED]],
];

/** Test files below a folder, sorted; a file is itself; what is not there is nothing. */
function testFiles(root: string, place: string): string[] {
  if (place.endsWith(".ts")) {
    return [place];
  }
  try {
    return readdirSync(path.join(root, place))
      .filter((name) => name.endsWith(".test.ts"))
      .sort()
      .map((name) => `${place}/${name}`);
  } catch {
    return [];
  }
}

/**
 * The test files to run against a mutant of `file`, in stages. Throws Error for a file that no stage covers.
 *
 * @param root the folder in which the tests will run
 */
export function stagesFor(root: string, file: string): string[][] {
  const entry = STAGES.find(([prefix]) => file.startsWith(prefix));
  if (entry === undefined) {
    throw new Error(`no tests are named for mutants of ${file}`);
  }
  const stages = entry[1].map((places) => places.flatMap((place) => testFiles(root, place)));
  return stages.filter((files) => files.length > 0);
}
