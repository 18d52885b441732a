import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { computeIdentity } from "../../../core/boot/identity";
import { encodeProvisioning } from "../../../core/boot/provisioning";
import type { TrustedKey } from "../../../core/ports";
import { createHostHash } from "../../../tools/host-hash";
import { testKey } from "../image/mcuboot-vectors";

const HASH = createHostHash();

describe("the provisioning block", () => {
  it("has the layout of docs/SPEC.md, with a key and without", () => {
    const withKey = Buffer.from(encodeProvisioning(0x01020304, new Uint8Array(32).fill(0xaa), HASH));
    const head = "54425031" + "04030201" + "01000000" + "aa".repeat(32) + "ff".repeat(16);
    assert.equal(withKey.toString("hex", 0, 60), head);
    assert.equal(withKey.readUInt32LE(60), HASH.crc32(withKey.subarray(0, 60)));
    const without = Buffer.from(encodeProvisioning(0, undefined, HASH));
    assert.equal(without.toString("hex", 0, 60), "54425031" + "00000000" + "00000000" + "ff".repeat(48));
  });
});

describe("a board's identity", () => {
  it("is the start of a hash over its name and its keys in their order", () => {
    const keys = [testKey("sign-a"), testKey("sign-b")];
    const hash = createHash("sha256").update("esp32\0").update(keys[0].keyHash).update(keys[1].keyHash).digest();
    assert.deepEqual(computeIdentity(HASH, "esp32", keys), new Uint8Array(hash.subarray(0, 12)));
  });

  it("changes with the name, a key, the number and the order of keys", () => {
    const [a, b] = [testKey("sign-a"), testKey("sign-b")];
    const boards: [string, TrustedKey[]][] = [
      ["esp32", [a, b]], ["esp32", [b, a]], ["esp32", [a]], ["esp32", []], ["esp3", [a, b]], ["esp32 ", [a, b]],
    ];
    const identities = boards.map(([name, keys]) => Buffer.from(computeIdentity(HASH, name, keys)).toString("hex"));
    assert.equal(new Set(identities).size, boards.length);
  });
});
