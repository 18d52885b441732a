import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { testVerifier } from "./ed25519-portable-checks";

describe("Ed25519 in doubles", () => {
  testVerifier(createPortableEd25519);
});
