import assert from "node:assert/strict";
import { createLmsTrustedKey } from "../../core/crypto/lms-spki";
import { createTrustedKey } from "../../core/image/key-hash";
import { readKeyStore } from "../../core/boot/key-store";
import { SignaturePolicy } from "../../core/image/signatures";
import type { BoardSignatures } from "../../tools/boards";
import { ToolError } from "../../tools/errors";
import { createHostHash } from "../../tools/host-hash";
import { keyStoreFile, keyStoreOf } from "../../tools/key-store";
import { testKey } from "../core/image/mcuboot-vectors";

const HASH = createHostHash();
const LMS_KEY = createLmsTrustedKey(HASH, new Uint8Array(56).fill(1));
const HYBRID: BoardSignatures = { schemes: ["ed25519", "lms"], policy: "all", combTeeth: 4 };

describe("the key store of a board", () => {
  it("has a table for the base point and for each Ed25519 key, and none for LMS", () => {
    const store = readKeyStore(keyStoreFile(HYBRID, [testKey("sign-a"), LMS_KEY]), HASH);
    assert.equal(store?.signaturePolicy, SignaturePolicy.All);
    assert.equal(store.baseTable?.length, 768);
    assert.deepEqual(store.trustedKeys.map((key) => key.table?.length), [768, undefined]);
  });

  it("takes as many bytes as it must on a board that checks LMS alone", () => {
    assert.equal(keyStoreFile({ schemes: ["lms"], policy: "any" }, [LMS_KEY, LMS_KEY]).length, 200);
  });

  const refused: [string, BoardSignatures, Parameters<typeof keyStoreOf>[1], RegExp][] = [
    ["no key", HYBRID, [], /1 to 4 keys, not 0/],
    ["five keys", HYBRID, Array(5).fill(LMS_KEY) as never, /1 to 4 keys, not 5/],
    ["an LMS key on a board without LMS", { ...HYBRID, schemes: ["ed25519"] }, [LMS_KEY], /for LMS, which this board/],
    ["an Ed25519 key on a board without it", { schemes: ["lms"], policy: "any" }, [testKey("sign-a")], /for Ed25519/],
    ["a key of small order", HYBRID, [createTrustedKey(HASH, Uint8Array.of(1, ...new Uint8Array(31)))], /prime-order/],
    ["a key that is no point", HYBRID, [createTrustedKey(HASH, Uint8Array.of(2, ...new Uint8Array(31)))], /no point/],
  ];
  for (const [what, signatures, keys, sentence] of refused) {
    it(`is refused for ${what}`, () => {
      assert.throws(
        () => keyStoreOf(signatures, keys),
        (error) => error instanceof ToolError && sentence.test(error.message),
      );
    });
  }
});
