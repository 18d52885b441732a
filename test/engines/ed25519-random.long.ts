import { createConvolveCheck } from "../../core/crypto/ed25519-convolve";
import { createPortableEd25519 } from "../../core/crypto/ed25519-portable";
import { createBigIntEd25519 } from "../../hal/jerryscript/ed25519-bigint";
import { compareRandomCases, type VerifierFactory } from "../core/crypto/ed25519-portable-checks";
import { arrayFunctions } from "../support/convolve";

const createConvolve: VerifierFactory = (baseTable, { sha512, pause }) =>
  createConvolveCheck(arrayFunctions, (bytes) => sha512(bytes), () => pause(), baseTable);

describe("Ed25519 on Node, in doubles, with BigInt and by dot products", function () {
  // Tweetnacl and noble alone take most of a minute for so many, and longer on a busy machine: not with `npm test`.
  this.timeout(3_600_000);

  it("agrees with tweetnacl and noble on 10,000 random signatures", () => {
    compareRandomCases([createPortableEd25519, createBigIntEd25519, createConvolve], 10_000);
  });
});
