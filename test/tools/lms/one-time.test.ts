import assert from "node:assert/strict";
import { lmsParameters, verifyLms } from "../../../core/crypto/lms";
import { chainsOf, type LmsSecret, oneTimePublicKey, signOneTime } from "../../../tools/lms/one-time";
import { leavesOf, LMS_PARAMETER_SETS, parameterSetNamed, parameterSetOf } from "../../../tools/lms/parameters";
import { buildTree, leadsToRoot, nodeOf, pathOf, publicKeyOf } from "../../../tools/lms/tree";
import { hostServices } from "../../core/crypto/lms-vectors";

function secretWith(name: string): LmsSecret {
  const set = parameterSetNamed(name);
  assert.ok(set !== undefined);
  return { set, identifier: new Uint8Array(16).fill(1), seed: new Uint8Array(set.hashBytes).fill(2) };
}

describe("LMS keys on the host", () => {
  it("have the numbers of chains of RFC 8554, appendix B, and SP 800-208, as boards have", () => {
    assert.equal(LMS_PARAMETER_SETS.length, 18);
    for (const set of LMS_PARAMETER_SETS) {
      const key = Buffer.alloc(24 + set.hashBytes);
      key.writeUInt32BE(set.type, 0);
      key.writeUInt32BE(set.oneTimeType, 4);
      assert.equal(parameterSetOf(key), set);
      assert.equal(lmsParameters(key)?.chains, chainsOf(set), set.name);
      assert.equal(lmsParameters(key)?.leaves, leavesOf(set), set.name);
    }
  });

  for (const { name, height } of LMS_PARAMETER_SETS) {
    if (height === 5) {
      it(`make signatures ${name} with every tenth leaf that boards accept`, () => {
        const secret = secretWith(name);
        const { set } = secret;
        const tree = buildTree(secret, () => undefined);
        const publicKey = publicKeyOf(secret, tree);
        for (let leaf = 1; leaf < 32; leaf += 10) {
          const message = new Uint8Array(leaf).fill(leaf);
          const oneTime = signOneTime(secret, leaf, message, new Uint8Array(set.hashBytes).fill(leaf));
          const numbers = Buffer.alloc(8);
          numbers.writeUInt32BE(leaf, 0);
          numbers.writeUInt32BE(set.type, 4);
          const path = pathOf(set, tree, leaf);
          const signature = Buffer.concat([numbers.subarray(0, 4), oneTime, numbers.subarray(4), ...path]);
          assert.equal(verifyLms(hostServices, publicKey, message, signature), true);
          assert.equal(verifyLms(hostServices, publicKey, new Uint8Array(leaf), signature), false);
        }
      });
    }
  }

  it("notice a neighbour in the tree that is wrong", () => {
    const secret = secretWith("M24_H5_W2");
    const tree = buildTree(secret, () => undefined);
    const root = nodeOf(secret.set, tree, 1);
    assert.equal(leadsToRoot(secret, tree, 0, root), true);
    const neighbour = nodeOf(secret.set, tree, 33);
    neighbour[0] = (neighbour[0] ?? 0) ^ 1;
    assert.equal(leadsToRoot(secret, tree, 0, root), false);
  });

  it("tell how far the tree is", () => {
    const shares: number[] = [];
    const secret = secretWith("M24_H10_W2");
    buildTree(secret, (share) => shares.push(share));
    assert.equal(shares.length, 32);
    assert.equal(shares.at(-1), 1);
  });

  it("derive different one-time keys for different leaves, seeds and identifiers", () => {
    const secret = secretWith("M24_H5_W2");
    const keys = [
      oneTimePublicKey(secret, 0),
      oneTimePublicKey(secret, 1),
      oneTimePublicKey({ ...secret, seed: new Uint8Array(24) }, 0),
      oneTimePublicKey({ ...secret, identifier: new Uint8Array(16) }, 0),
    ];
    assert.equal(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, keys.length);
  });
});
