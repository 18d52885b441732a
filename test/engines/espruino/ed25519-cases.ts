/** Many Ed25519 checks in one program for Espruino, with its native functions. */

import { createEd25519Check } from "../../../hal/espruino/ed25519";
import { runCases } from "../portable/ed25519-cases";

export function runOnce(): void {
  runCases((baseTable, services) => createEd25519Check(baseTable, services.pause));
}
