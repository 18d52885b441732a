/** Many Ed25519 checks in one program for JerryScript: in doubles, and with BigInt. */

import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { createBigIntEd25519 } from "../../../hal/jerryscript/ed25519-bigint";
import { runCases } from "../portable/ed25519-cases";

export function runBoth(): void {
  runCases(createPortableEd25519);
  runCases(createBigIntEd25519);
}
