import assert from "node:assert/strict";
import { SignaturePolicy } from "../../../core/image/signatures";
import { Reason } from "../../../core/reasons";
import { createLazyVerifier, VERIFIER_KICKS_MAX } from "../../../hal/espruino/lazy-verifier";
import { createMemoryHash } from "../../../hal/memory/hash";
import { createMemoryWatchdog } from "../../../hal/memory/watchdog";
import { trustedKey } from "../../support/vectors";

const hash = createMemoryHash();
const STORE = {
  trustedKeys: [trustedKey("sign-a")], signaturePolicy: SignaturePolicy.Any, baseTable: Uint8Array.of(7),
};
const noMessage = (): Uint8Array => new Uint8Array(32);
const NOBODY = { trustedKeys: [], signaturePolicy: SignaturePolicy.Any };

describe("the verifier as a file of its own", () => {
  it("is evaluated when it is first needed, with the key store, whose keys are the ones trusted", () => {
    const events: string[] = [];
    const verifier = createLazyVerifier(hash, createMemoryWatchdog(), () => {
      events.push("evaluated");
      return (_hash, baseTable) => ({
        verify: () => true,
        checkSignatures: (_types, _values, _digest, _hashLmsMessage, demands) => {
          events.push(`${demands.trustedKeys.length} keys, table ${baseTable?.length ?? 0}`);
          return Reason.None;
        },
        selfTest: () => true,
      });
    }, () => STORE);
    assert.deepEqual(events, []);
    assert.equal(verifier.checkSignatures([], [], new Uint8Array(32), noMessage, NOBODY), Reason.None);
    assert.equal(verifier.checkSignatures([], [], new Uint8Array(32), noMessage, NOBODY), Reason.None);
    assert.deepEqual(events, ["evaluated", "1 keys, table 1", "1 keys, table 1"]);
  });

  it("trusts nobody where the key store is damaged", () => {
    const verifier = createLazyVerifier(hash, createMemoryWatchdog(), () => () => ({
      verify: () => true, checkSignatures: () => Reason.None, selfTest: () => true,
    }), () => undefined);
    assert.equal(verifier.checkSignatures([], [], new Uint8Array(32), noMessage, STORE), Reason.KeyUnknown);
  });

  it("accepts nothing after a self-test that failed", () => {
    const verifier = createLazyVerifier(hash, createMemoryWatchdog(), () => () => ({
      verify: () => true, checkSignatures: () => Reason.None, selfTest: () => false,
    }), () => STORE);
    assert.equal(verifier.selfTest(), false);
    assert.equal(verifier.checkSignatures([], [], new Uint8Array(32), noMessage, STORE), Reason.VerifierBroken);
    assert.equal(verifier.verify(trustedKey("sign-a"), new Uint8Array(32), new Uint8Array(64)), false);
  });

  it("accepts nothing where a check stumbles, as it does where memory has no room in one piece", () => {
    const verifier = createLazyVerifier(hash, createMemoryWatchdog(), () => () => ({
      verify: () => true, checkSignatures: () => { throw new TypeError("undefined"); }, selfTest: () => true,
    }), () => STORE);
    assert.equal(verifier.checkSignatures([], [], new Uint8Array(32), noMessage, STORE), Reason.VerifierBroken);
  });

  it("kicks the watchdog a bounded number of times in each check", () => {
    const watchdog = createMemoryWatchdog();
    const verifier = createLazyVerifier(hash, watchdog, () => (_hash, _table, kick) => ({
      verify: () => true,
      checkSignatures: () => {
        for (let i = 0; i < 10 * VERIFIER_KICKS_MAX; i++) {
          kick();
        }
        return Reason.None;
      },
      selfTest: () => true,
    }), () => STORE);
    verifier.checkSignatures([], [], new Uint8Array(32), noMessage, STORE);
    assert.equal(watchdog.kickCount(), VERIFIER_KICKS_MAX);
    verifier.checkSignatures([], [], new Uint8Array(32), noMessage, STORE);
    assert.equal(watchdog.kickCount(), 2 * VERIFIER_KICKS_MAX);
  });
});
