import { createBigIntEd25519 } from "../../../hal/jerryscript/ed25519-bigint";
import { testVerifier } from "../../core/crypto/ed25519-portable-checks";

describe("Ed25519 with BigInt", () => {
  testVerifier(createBigIntEd25519);
});
