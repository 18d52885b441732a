/** The portable hashes as a program that runs when it is loaded. */

import { printPortableHashes } from "./portable";

printPortableHashes();
