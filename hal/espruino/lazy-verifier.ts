/** The signature verifier as a file of its own, evaluated when a signature is to be checked. */

import type { KeyStore } from "../../core/boot/key-store";
import type { ImageVerifier } from "../../core/image/signatures";
import type { HashPort, TrustedKey } from "../../core/ports";
import { Reason } from "../../core/reasons";
import type { Watchdog } from "../watchdog";

/** Kicks of the watchdog in one check: all pauses of Ed25519 and LMS together. An endless loop takes more. */
export const VERIFIER_KICKS_MAX = 280;

/** What the verifier's file evaluates to. `kick` may be called between slices of long work. */
export type MakeVerifier = (
  this: void, hash: HashPort, baseTable: Uint8Array | undefined, kick: (this: void) => void,
) => ImageVerifier;

/**
 * @param loadVerifier evaluates the file
 * @param loadKeys reads the key store; `undefined` if it is damaged: then nothing is trusted
 */
export function createLazyVerifier(
  hash: HashPort, watchdog: Watchdog, loadVerifier: (this: void) => MakeVerifier,
  loadKeys: (this: void) => KeyStore | undefined,
): ImageVerifier {
  let inner: ImageVerifier | undefined;
  let keys: KeyStore | undefined;
  let isBroken = false;
  let kicksLeft = 0;

  function kick(): void {
    if (kicksLeft > 0) {
      kicksLeft--;
      watchdog.kick();
    }
  }

  /** The verifier, with a new budget of kicks. */
  function wake(): ImageVerifier {
    kicksLeft = VERIFIER_KICKS_MAX;
    if (inner === undefined) {
      keys = loadKeys();
      inner = loadVerifier()(hash, keys === undefined ? undefined : keys.baseTable, kick);
    }
    return inner;
  }

  return {
    verify(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
      return !isBroken && wake().verify(key, message, signature);
    },
    // Trusted are the keys of the store, whatever the caller's configuration says.
    checkSignatures(
      types: number[], values: Uint8Array[], digest: Uint8Array, hashLmsMessage: (this: void) => Uint8Array,
    ): Reason {
      const verifier = wake();
      if (isBroken || keys === undefined) {
        return isBroken ? Reason.VerifierBroken : Reason.KeyUnknown;
      }
      try {
        return verifier.checkSignatures(types, values, digest, hashLmsMessage, keys);
      } catch {
        // Without room in one piece for its result, a native hash gives `undefined`, on which all else stumbles.
        return Reason.VerifierBroken;
      }
    },
    selfTest(): boolean {
      isBroken = !wake().selfTest();
      return !isBroken;
    },
  };
}
