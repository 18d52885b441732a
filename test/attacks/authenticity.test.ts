import assert from "node:assert/strict";
import type { BootConfig } from "../../bootloader/config";
import { VerifyMode } from "../../bootloader/config";
import { computeIdentity } from "../../core/boot/identity";
import { ResetCause } from "../../core/boot/reset-cause";
import { SignaturePolicy } from "../../core/image/signatures";
import { appendSignature } from "../../core/image/writer";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import type { Bench } from "../bootloader/bench";
import { configWith, install, memoryBench } from "../bootloader/bench";
import { pair, rawImage } from "../core/image/image-builder";
import { nodeSha256, signWithTestKey, testKey } from "../core/image/mcuboot-vectors";
import { createHostHash } from "../../tools/host-hash";
import { makeImage, unsignedImage } from "../support/images";

const NEW = { version: "2.0.0", counter: 2 };

function confirmedBench(config = configWith()): Bench {
  const bench = memoryBench(config);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 1 }));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

/** Refused at install; and by hand in both slots, with the journal and without it, nothing of it starts. */
function assertNeverStarts(image: Uint8Array, reason: Reason): void {
  const bench = confirmedBench();
  assert.equal(install(bench.start(), image), reason);
  assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  bench.flash.slots.forEach((slot) => bench.flashByHand(slot, image));
  assert.equal(bench.start().slot, undefined);
  bench.eraseJournal();
  assert.equal(bench.start().slot, undefined);
  bench.flash.provisioning.erasePage(0);
  assert.equal(bench.start().slot, undefined);
}

/** The new image with this signature by sign-a's name. */
function signedWith(signature: Uint8Array, keyName = "sign-a"): Uint8Array {
  const unsigned = unsignedImage(NEW);
  return appendSignature(unsigned, nodeSha256(unsigned), testKey(keyName).keyHash, signature);
}

describe("THREAT.IMG.NON_AUTH: an image that nobody entitled signed", () => {
  const digest = nodeSha256(unsignedImage(NEW));
  const genuine = signWithTestKey("sign-a", digest);

  it("THREAT.IMG.NON_AUTH: without a signature", () => {
    assertNeverStarts(makeImage({ ...NEW, key: "none" }), Reason.Unsigned);
  });

  it("THREAT.IMG.NON_AUTH: signed by a key that the board does not know", () => {
    assertNeverStarts(makeImage({ ...NEW, key: "sign-x" }), Reason.KeyUnknown);
  });

  it("THREAT.IMG.NON_AUTH: signed by an unknown key under a trusted key's name", () => {
    assertNeverStarts(signedWith(signWithTestKey("sign-x", digest)), Reason.SignatureInvalid);
    assertNeverStarts(signedWith(signWithTestKey("sign-b", digest)), Reason.SignatureInvalid);
  });

  it("THREAT.IMG.NON_AUTH: with the genuine signature of another image", () => {
    const other = nodeSha256(unsignedImage({ ...NEW, version: "2.0.1" }));
    assertNeverStarts(signedWith(signWithTestKey("sign-a", other)), Reason.SignatureInvalid);
  });

  it("THREAT.IMG.NON_AUTH: with a signature of zeros or ones, or one bit of the genuine one changed", () => {
    assertNeverStarts(signedWith(new Uint8Array(64)), Reason.SignatureInvalid);
    assertNeverStarts(signedWith(new Uint8Array(64).fill(255)), Reason.SignatureInvalid);
    for (const at of [0, 31, 32, 63]) {
      assertNeverStarts(signedWith(genuine.map((byte, i) => (i === at ? byte ^ 1 : byte))), Reason.SignatureInvalid);
    }
  });

  it("THREAT.IMG.NON_AUTH: with S beyond the group order, which the boards' verifier refuses", () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const hex = Buffer.from(genuine.slice(32).reverse()).toString("hex");
    const s = (BigInt(`0x${hex}`) + order).toString(16).padStart(64, "0");
    const malleable = genuine.slice();
    malleable.set(Buffer.from(s, "hex").reverse(), 32);
    const verifier = createTweetnaclVerifier();
    assert.equal(verifier.verify(testKey("sign-a"), digest, genuine), true);
    assert.equal(verifier.verify(testKey("sign-a"), digest, malleable), false);
    assertNeverStarts(signedWith(malleable), Reason.SignatureInvalid);
  });

  it("THREAT.IMG.NON_AUTH: with a wrong signature of a trusted key beside a right one", () => {
    const image = rawImage({
      protectedTlvs: [[0x50, new Uint8Array([2, 0, 0, 0])]],
      unprotectedTlvs: (hash) =>
        [[0x10, hash], ...pair("sign-a", hash), [0x01, testKey("sign-b").keyHash], [0x24, genuine]],
    });
    assertNeverStarts(image, Reason.SignatureInvalid);
  });
});

describe("THREAT.KEY.EXPOSURE: a signing key is stolen", () => {
  it("THREAT.KEY.EXPOSURE: a board with two keys takes images by either, and by no third", () => {
    for (const [key, reason] of [["sign-a", 0], ["sign-b", 0], ["sign-x", Reason.KeyUnknown]] as const) {
      assert.equal(install(confirmedBench().start(), makeImage({ ...NEW, key })), reason);
    }
  });

  it("THREAT.KEY.EXPOSURE: a new bootloader without the stolen key starts and installs none of its images", () => {
    const bench = confirmedBench();
    assert.equal(install(bench.start(), makeImage({ ...NEW, key: "sign-b" })), Reason.None);
    bench.start(ResetCause.Software).door().confirm();
    const keys = [testKey("sign-b")];
    const demands = { trustedKeys: keys, signaturePolicy: SignaturePolicy.Any };
    bench.config = configWith({ ...demands, identity: computeIdentity(bench.hash, "board", demands) });
    assert.equal(install(bench.start(), makeImage({ version: "3.0.0", counter: 3 })), Reason.KeyUnknown);
    assert.deepEqual(bench.newest(RecordType.IdentityChanged)?.digest, bench.config.identity);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "3.0.0", counter: 3 }));
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.B);
  });

  it("THREAT.KEY.EXPOSURE: an installed image by the removed key does not start, not even as the last one", () => {
    const bench = confirmedBench();
    bench.config = configWith({ trustedKeys: [testKey("sign-b")] });
    const start = bench.start();
    assert.deepEqual([start.slot, start.reason], [undefined, Reason.NothingBootable]);
  });

  it("THREAT.KEY.EXPOSURE: nor does it by the seal that it earned while the key was trusted", () => {
    const sealed = (name: string): BootConfig => {
      const demands = { trustedKeys: [testKey(name)], signaturePolicy: SignaturePolicy.Any };
      return configWith({
        ...demands, verifyMode: VerifyMode.Seal, identity: computeIdentity(createHostHash(), "board", demands),
      });
    };
    const bench = memoryBench(sealed("sign-a"));
    bench.provision(0, new Uint8Array(32).fill(0x5a));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 1 }));
    bench.start();
    const before = bench.verifications;
    assert.equal(bench.start().slot, Slot.A);
    assert.equal(bench.verifications, before);
    bench.config = sealed("sign-b");
    const start = bench.start();
    assert.deepEqual([start.slot, start.reason], [undefined, Reason.NothingBootable]);
  });
});
