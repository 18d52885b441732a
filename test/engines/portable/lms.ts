import { LMS_PAUSES_MAX, lmsParameters, verifyLms } from "../../../core/crypto/lms";
import { sha256 } from "../../../core/crypto/sha256";
import type { Check, Suite } from "./check";
import { fromHex } from "./check";
import { M24_H5_W4, M32_H10_W2, type PortableLmsVector } from "./lms-vectors";

interface Bytes {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

function bytesOf(vector: PortableLmsVector): Bytes {
  return {
    publicKey: fromHex(vector.publicKeyHex),
    message: fromHex(vector.messageHex),
    signature: fromHex(vector.signatureHex),
  };
}

function verifies(bytes: Bytes): boolean {
  let pauses = 0;
  function pause(this: void): void {
    pauses++;
  }
  const result = verifyLms({ sha256, pause }, bytes.publicKey, bytes.message, bytes.signature);
  return result && pauses > 0 && pauses <= LMS_PAUSES_MAX;
}

/** Adds 1 to a byte, modulo 256. */
function alter(bytes: Uint8Array, index: number): void {
  bytes[index] = (bytes[index] + 1) % 256;
}

function runVector(check: Check, vector: PortableLmsVector): void {
  check.test("accepts the signature " + vector.name + " of another implementation", () => {
    check.isTrue(verifies(bytesOf(vector)), "valid");
  });
  check.test("refuses " + vector.name + " for another type, a leaf outside the tree, another length", () => {
    const type = bytesOf(vector);
    alter(type.publicKey, 3);
    check.equal(verifies(type), false, "type of the tree");
    const oneTimeType = bytesOf(vector);
    alter(oneTimeType.signature, 7);
    check.equal(verifies(oneTimeType), false, "type of the one-time signature");
    const leaf = bytesOf(vector);
    alter(leaf.signature, 1);
    check.equal(verifies(leaf), false, "leaf");
    const bytes = bytesOf(vector);
    const signature = bytes.signature.subarray(0, bytes.signature.length - 1);
    check.equal(verifies({ publicKey: bytes.publicKey, message: bytes.message, signature }), false, "length");
  });
}

/** Each of these costs a whole verification, which takes long where SHA-256 is not native. */
function runAltered(check: Check, vector: PortableLmsVector): void {
  const hashBytes = bytesOf(vector).publicKey.length - 24;
  check.test("refuses " + vector.name + " when message, key, randomizer, chain or path differ", () => {
    const message = bytesOf(vector);
    alter(message.message, 0);
    check.equal(verifies(message), false, "message");
    const root = bytesOf(vector);
    alter(root.publicKey, 24);
    check.equal(verifies(root), false, "root");
    const places = [8, 8 + hashBytes, bytesOf(vector).signature.length - 1];
    for (let i = 0; i < places.length; i++) {
      const bytes = bytesOf(vector);
      alter(bytes.signature, places[i]);
      check.equal(verifies(bytes), false, "byte " + places[i].toString());
    }
  });
}

export const lmsSuite: Suite = {
  name: "lms",
  run(check: Check): void {
    runVector(check, M24_H5_W4);
    runVector(check, M32_H10_W2);
    runAltered(check, M32_H10_W2);
    check.test("knows no parameters of a key that is cut short or empty", () => {
      const key = fromHex(M32_H10_W2.publicKeyHex);
      check.isTrue(lmsParameters(key) !== undefined, "whole");
      check.isTrue(lmsParameters(key.subarray(0, 48)) === undefined, "48 bytes");
      check.isTrue(lmsParameters(key.subarray(0, 55)) === undefined, "55 bytes");
      check.isTrue(lmsParameters(new Uint8Array(0)) === undefined, "nothing");
    });
  },
};
