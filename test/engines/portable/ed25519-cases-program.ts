/** The checks in doubles, as a program that runs when it is loaded. */

import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { runCases } from "./ed25519-cases";

runCases(createPortableEd25519);
