/** The portable suites as a program that runs when it is loaded. */

import { runAll } from "./run-all";

runAll();
