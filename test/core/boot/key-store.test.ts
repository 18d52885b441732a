import assert from "node:assert/strict";
import fc from "fast-check";

import { encodeKeyStore, readKeyStore } from "../../../core/boot/key-store";
import type { KeyStore } from "../../../core/boot/key-store";
import { SignaturePolicy } from "../../../core/image/signatures";
import { TRUSTED_KEYS_MAX } from "../../../core/limits";
import type { TrustedKey } from "../../../core/ports";
import { buildBaseTable, buildKeyTable, COMB_TEETH } from "../../../tools/ed25519/comb-table";
import { memoryHash, testKey } from "../image/mcuboot-vectors";

const LMS_KEY: TrustedKey = {
  publicKey: new Uint8Array(56).fill(6), keyHash: new Uint8Array(32).fill(7), table: undefined,
};

function withTable(name: string, teeth: (typeof COMB_TEETH)[number]): TrustedKey {
  const key = testKey(name);
  return { ...key, table: buildKeyTable(key.publicKey, teeth) };
}

describe("the key store", () => {
  it("gives back what was put into it, with every size of table", () => {
    for (const teeth of COMB_TEETH) {
      const store: KeyStore = {
        trustedKeys: [withTable("sign-a", teeth), { ...testKey("sign-b"), table: undefined }, LMS_KEY],
        signaturePolicy: SignaturePolicy.All,
        baseTable: buildBaseTable(teeth),
      };
      const bytes = encodeKeyStore(store, memoryHash);
      assert.deepEqual(readKeyStore(bytes, memoryHash), store);
      assert.deepEqual(readKeyStore(new Uint8Array(Buffer.concat([bytes, Buffer.alloc(99, 255)])), memoryHash), store);
    }
  });

  it("may hold LMS keys alone, without any table", () => {
    const store: KeyStore = {
      trustedKeys: [LMS_KEY, LMS_KEY], signaturePolicy: SignaturePolicy.Any, baseTable: undefined,
    };
    const bytes = encodeKeyStore(store, memoryHash);
    assert.equal(bytes.length, 12 + 2 * (36 + 56) + 4);
    assert.deepEqual(readKeyStore(bytes, memoryHash), store);
  });

  it("THREAT.IMG.NON_AUTH: counts for nothing with any bit changed or any byte missing", () => {
    const store: KeyStore = { trustedKeys: [LMS_KEY], signaturePolicy: SignaturePolicy.Any, baseTable: undefined };
    const bytes = encodeKeyStore(store, memoryHash);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(readKeyStore(changed, memoryHash), undefined, `bit ${bit}`);
    }
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(readKeyStore(bytes.slice(0, length), memoryHash), undefined);
    }
    assert.equal(readKeyStore(new Uint8Array(4096).fill(255), memoryHash), undefined);
  });

  it("is read within its bounds whatever its sizes say, with a right CRC as well", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 12, maxLength: 200 }), fc.nat(6), (noise, keys) => {
      const bytes = new Uint8Array([...noise, 0, 0, 0, 0]);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, 0x314b4254, true);
      view.setUint32(4, bytes.length, true);
      bytes[9] = 0;
      bytes[10] = keys;
      view.setUint32(bytes.length - 4, memoryHash.crc32(bytes.subarray(0, bytes.length - 4)), true);
      const store = readKeyStore(bytes, memoryHash);
      if (store !== undefined) {
        assert.equal(store.trustedKeys.length, keys);
        assert.ok(keys <= TRUSTED_KEYS_MAX);
        const sizes = store.trustedKeys.map((key) => 36 + key.publicKey.length + (key.table?.length ?? 0));
        assert.equal(sizes.reduce((sum, size) => sum + size, 16), bytes.length);
      }
    }));
  });
});
