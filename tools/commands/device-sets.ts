/** Command sets that a verb logs in for, if a technician key is given. */

import { COMMAND_SETS, setBits } from "../smp/command-sets";

/** Verbs that need no login take whatever the board grants. */
export const ALL_SETS = setBits(["erase", "factory-reset", "files", "console"]);
export const ERASE_SET: number = COMMAND_SETS.erase;
