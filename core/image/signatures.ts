/**
 * Which signatures an image must have, and whether they hold. Apart from judge.ts, because a board evaluates this and
 * the schemes only where an image has no seal: they are a file of their own there.
 */

import { startsWith, viewBytes } from "../bytes";
import { TRUSTED_KEYS_MAX } from "../limits";
import type { SignatureVerifier, TrustedKey } from "../ports";
import { Reason } from "../reasons";
import { Tlv } from "./image";

/** Which of the schemes that a board has keys for must have signed an image. */
export const enum SignaturePolicy {
  /** At least one of them. */
  Any = 0,
  /** Every one of them: an image is as good as the better scheme. */
  All = 1,
}

export interface SignatureDemands {
  /** TRUSTED_KEYS_MAX at most. */
  readonly trustedKeys: TrustedKey[];
  readonly signaturePolicy: SignaturePolicy;
}

/** Checks the signatures of images. */
export interface ImageVerifier extends SignatureVerifier {
  /**
   * Goes through the signatures: an Ed25519 signature counts for the KEYHASH in front of it, an LMS signature names its
   * key itself. Signatures by keys that are not trusted are skipped; one by a trusted key that does not verify refuses
   * the image, whatever else it carries. Verifies at most TRUSTED_KEYS_MAX signatures.
   *
   * Refuses with Unsigned, KeyUnknown, SignatureInvalid, TlvTooMany; SignatureMissing (the policy demands another
   * scheme as well); VerifierBroken (after a self-test that failed).
   *
   * @param types the types of the image's TLVs, in the order of the file
   * @param values their values
   * @param digest the image's digest, known to be right: what Ed25519 signs
   * @param hashLmsMessage computes what LMS signs; called where an LMS signature is by a trusted key
   */
  checkSignatures(
    types: number[], values: Uint8Array[], digest: Uint8Array, hashLmsMessage: (this: void) => Uint8Array,
    demands: SignatureDemands,
  ): Reason;
  /** Runs the known-answer tests of the schemes. From a failure on, this verifier accepts nothing any more. */
  selfTest(): boolean;
}

/** Ed25519 public keys have 32 bytes, LMS ones have more. */
export const ED25519_KEY_BYTES = 32;
const KEY_HASH_BYTES = 32;

function isLms(key: TrustedKey): boolean {
  return key.publicKey.length !== ED25519_KEY_BYTES;
}

function findKey(keys: TrustedKey[], keyHash: Uint8Array): TrustedKey | undefined {
  for (let i = 0; i < keys.length; i++) {
    if (startsWith(keyHash, keys[i].keyHash)) {
      return keys[i];
    }
  }
  return undefined;
}

/** Whether one of the keys is of this scheme. */
function hasScheme(keys: TrustedKey[], lms: boolean): boolean {
  for (let i = 0; i < keys.length; i++) {
    if (isLms(keys[i]) === lms) {
      return true;
    }
  }
  return false;
}

function checkAll(
  types: number[], values: Uint8Array[], digest: Uint8Array, hashLmsMessage: (this: void) => Uint8Array,
  demands: SignatureDemands, verifier: SignatureVerifier,
): Reason {
  const keys = demands.trustedKeys;
  const signers: TrustedKey[] = [];
  let reason: Reason = Reason.Unsigned;
  let key: TrustedKey | undefined;
  let lmsMessage: Uint8Array | undefined;
  for (let i = 0; i < values.length; i++) {
    const type = types[i];
    let signature = values[i];
    let message = digest;
    if (type === Tlv.KeyHash) {
      key = findKey(keys, signature);
    } else if (type === Tlv.Ed25519 || type === Tlv.Lms) {
      if (type === Tlv.Lms) {
        key = findKey(keys, signature);
        signature = viewBytes(signature, KEY_HASH_BYTES, signature.length - KEY_HASH_BYTES);
        if (key !== undefined) {
          lmsMessage = lmsMessage === undefined ? hashLmsMessage() : lmsMessage;
          message = lmsMessage;
        }
      }
      if (key !== undefined) {
        if (signers.length === TRUSTED_KEYS_MAX) {
          return Reason.TlvTooMany;
        }
        // The two schemes sign different messages, so that a signature must not pass for one of the other.
        if (isLms(key) !== (type === Tlv.Lms) || !verifier.verify(key, message, signature)) {
          return Reason.SignatureInvalid;
        }
        signers.push(key);
        key = undefined;
      }
      reason = signers.length > 0 ? Reason.None : Reason.KeyUnknown;
    }
  }
  const needsBoth = reason === Reason.None && demands.signaturePolicy === SignaturePolicy.All;
  if (needsBoth && (
    hasScheme(keys, false) !== hasScheme(signers, false) || hasScheme(keys, true) !== hasScheme(signers, true)
  )) {
    reason = Reason.SignatureMissing;
  }
  return reason;
}

/**
 * @param verify checks one signature, see SignatureVerifier
 * @param selfTest known-answer tests of everything that `verify` uses
 */
export function createImageVerifier(
  verify: (this: void, key: TrustedKey, message: Uint8Array, signature: Uint8Array) => boolean,
  selfTest: (this: void) => boolean,
): ImageVerifier {
  let isBroken = false;
  const verifier: ImageVerifier = {
    verify(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
      return !isBroken && verify(key, message, signature);
    },
    checkSignatures(
      types: number[], values: Uint8Array[], digest: Uint8Array, hashLmsMessage: (this: void) => Uint8Array,
      demands: SignatureDemands,
    ): Reason {
      return isBroken ? Reason.VerifierBroken : checkAll(types, values, digest, hashLmsMessage, demands, verifier);
    },
    selfTest(): boolean {
      isBroken = !selfTest();
      return !isBroken;
    },
  };
  return verifier;
}
