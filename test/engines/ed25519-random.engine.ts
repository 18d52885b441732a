import { createPortableEd25519 } from "../../core/crypto/ed25519-portable";
import { createBigIntEd25519 } from "../../hal/jerryscript/ed25519-bigint";
import { compareRandomCases } from "../core/crypto/ed25519-portable-checks";

describe("Ed25519 on Node, in doubles and with BigInt", function () {
  // Tweetnacl and noble alone take most of a minute for so many, and longer on a busy machine: not with `npm test`.
  this.timeout(3_600_000);

  it("agrees with tweetnacl and noble on 10,000 random signatures", () => {
    compareRandomCases([createPortableEd25519, createBigIntEd25519], 10_000);
  });
});
