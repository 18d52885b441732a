import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { computeIdentity } from "../../../core/boot/identity";
import { encodeProvisioning } from "../../../core/boot/provisioning";
import { SignaturePolicy } from "../../../core/image/signatures";
import type { SignatureDemands } from "../../../core/image/signatures";
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
  const any = (trustedKeys: TrustedKey[]): SignatureDemands => ({ trustedKeys, signaturePolicy: SignaturePolicy.Any });

  it("is the start of a hash over its name, its policy and its keys in their order", () => {
    const trustedKeys = [testKey("sign-a"), testKey("sign-b")];
    const [a, b] = trustedKeys.map((key) => key.keyHash);
    const hash = createHash("sha256").update("esp32\0\u0001").update(a).update(b).digest();
    const demands = { trustedKeys, signaturePolicy: SignaturePolicy.All };
    assert.deepEqual(computeIdentity(HASH, "esp32", demands), new Uint8Array(hash.subarray(0, 12)));
    assert.notDeepEqual(computeIdentity(HASH, "esp32", any(trustedKeys)), computeIdentity(HASH, "esp32", demands));
  });

  it("changes with the name, a key, the number and the order of keys", () => {
    const [a, b] = [testKey("sign-a"), testKey("sign-b")];
    const boards: [string, TrustedKey[]][] = [
      ["esp32", [a, b]], ["esp32", [b, a]], ["esp32", [a]], ["esp32", []], ["esp3", [a, b]], ["esp32 ", [a, b]],
    ];
    const identities = boards.map(([name, keys]) => computeIdentity(HASH, name, any(keys)).toString());
    assert.equal(new Set(identities).size, boards.length);
  });
});
