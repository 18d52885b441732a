import assert from "node:assert/strict";
import { createConvolveCheck } from "../../../core/crypto/ed25519-convolve";
import { ed25519SelfTest } from "../../../core/crypto/ed25519-self-test";
import { buildBaseTable, COMB_TEETH } from "../../../tools/ed25519/comb-table";
import { arrayFunctions } from "../../support/convolve";
import { sha512 } from "./ed25519-portable-cases";
import { testVerifier, type VerifierFactory } from "./ed25519-portable-checks";

const create: VerifierFactory = (baseTable, { sha512: hash, pause }) =>
  createConvolveCheck(arrayFunctions, (bytes) => hash(bytes), () => pause(), baseTable);

describe("Ed25519 by native dot products", () => {
  testVerifier(create);

  for (const teeth of COMB_TEETH) {
    it(`passes its self-test with ${teeth} teeth`, () => {
      const baseTable = buildBaseTable(teeth);
      const check = create(baseTable, { sha512: (bytes) => sha512(bytes), pause: () => undefined });
      assert.equal(ed25519SelfTest(check, baseTable), true);
    });
  }
});
