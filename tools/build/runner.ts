/** For `make explore`: the command of this checkout as build/run-trialboot.js, which runs faster than its source. */

import path from "node:path";
import { fromCommandLine } from "./command-line";
import { bundleRunner } from "./host-bundle";
import { REPOSITORY } from "./repository";

await fromCommandLine({}, () => bundleRunner(path.join(REPOSITORY, "build")));
