/** The key store that a board gets beside its bootloader: the keys it trusts, and tables for those of Ed25519. */

import { createHash } from "node:crypto";
import { createPortableEd25519 } from "../core/crypto/ed25519-portable";
import { ed25519SelfTest } from "../core/crypto/ed25519-self-test";
import { encodeKeyStore, type KeyStore } from "../core/boot/key-store";
import { ED25519_KEY_BYTES, SignaturePolicy } from "../core/image/signatures";
import { TRUSTED_KEYS_MAX } from "../core/limits";
import type { TrustedKey } from "../core/ports";
import type { BoardSignatures } from "./boards";
import { buildBaseTable, buildKeyTable } from "./ed25519/comb-table";
import { usageError } from "./errors";
import { createHostHash } from "./host-hash";
import { hexText } from "./output";

const SERVICES = {
  sha512: (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha512").update(bytes).digest()),
  pause: (): void => undefined,
};

const SCHEME_NAMES = { ed25519: "Ed25519", lms: "LMS" } as const;

/**
 * Refuses (usage): no key, too many, a key of a scheme that the board does not check, an Ed25519 key that is no point
 * of the prime-order group.
 */
export function keyStoreOf(signatures: BoardSignatures, keys: readonly TrustedKey[]): KeyStore {
  if (keys.length === 0 || keys.length > TRUSTED_KEYS_MAX) {
    throw usageError(`A board trusts 1 to ${TRUSTED_KEYS_MAX} keys, not ${keys.length}.`, "Give them with --key.");
  }
  const { combTeeth } = signatures;
  const baseTable = combTeeth === undefined ? undefined : buildBaseTable(combTeeth);
  if (baseTable !== undefined && !ed25519SelfTest(createPortableEd25519(baseTable, SERVICES), baseTable)) {
    throw new Error("The comb table of the base point fails the self-test of Ed25519.");
  }
  return {
    trustedKeys: keys.map((key) => {
      const scheme = key.publicKey.length === ED25519_KEY_BYTES ? "ed25519" : "lms";
      if (!signatures.schemes.includes(scheme)) {
        throw usageError(
          `Key ${hexText(key.keyHash)} is for ${SCHEME_NAMES[scheme]}, which this board does not check.`,
          `It checks ${signatures.schemes.map((name) => SCHEME_NAMES[name]).join(" and ")}.`,
        );
      }
      return { ...key, table: scheme === "lms" || combTeeth === undefined ? undefined : tableOf(key, combTeeth) };
    }),
    signaturePolicy: signatures.policy === "all" ? SignaturePolicy.All : SignaturePolicy.Any,
    baseTable,
  };
}

function tableOf(key: TrustedKey, combTeeth: NonNullable<BoardSignatures["combTeeth"]>): Uint8Array {
  try {
    return buildKeyTable(key.publicKey, combTeeth);
  } catch (error) {
    if (error instanceof RangeError) {
      throw usageError(`Key ${hexText(key.keyHash)} cannot be used: ${error.message}.`, "Make another key.");
    }
    throw error;
  }
}

/** The file's bytes, see docs/SPEC.md, "Key store". */
export function keyStoreFile(signatures: BoardSignatures, keys: readonly TrustedKey[]): Uint8Array {
  return encodeKeyStore(keyStoreOf(signatures, keys), createHostHash());
}
