/** Public keys of both schemes, from the files that people name. */

import { lmsSpki } from "../../core/crypto/lms-spki";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure } from "../errors";
import { readFile, SMALL_FILE_BYTES_MAX } from "../files";
import { looksLikeLmsKeyFile, parseLmsKeyFile } from "../lms/key-file";
import { parameterSetOf } from "../lms/parameters";
import { pemBytes } from "./der";
import { readPublicKey } from "./key-file";
import { ed25519PublicKey, lmsPublicKey, type PublicKey } from "./public-key";

/** Where the LMS public key begins in its SubjectPublicKeyInfo, and what precedes the lengths and the key there. */
const LMS_KEY_OFFSET = 24;
const LMS_ALGORITHM = Buffer.from("300d060b2a864886f70d0109100311", "hex");

/** Whether the file is an LMS private key. Refuses (failure) a file that cannot be read. */
export function holdsLmsPrivateKey(context: Context, path: string): boolean {
  return looksLikeLmsKeyFile(readFile(context, path, SMALL_FILE_BYTES_MAX));
}

/**
 * The public key of a file: SubjectPublicKeyInfo in PEM form, an Ed25519 private key without a passphrase, or an LMS
 * private key, whose public half is in the clear.
 * Refuses (failure): as `readPublicKey`; LMS and HSS keys with parameters that boards do not verify.
 */
export function readAnyPublicKey(context: Context, path: string): PublicKey {
  const bytes = readFile(context, path, SMALL_FILE_BYTES_MAX);
  if (looksLikeLmsKeyFile(bytes)) {
    return lmsPublicKey(parseLmsKeyFile(path, bytes).publicKey);
  }
  const der = spkiIn(Buffer.from(bytes).toString("latin1"));
  if (der === undefined || !LMS_ALGORITHM.equals(der.slice(2, 2 + LMS_ALGORITHM.length))) {
    return ed25519PublicKey(readPublicKey(context, path));
  }
  const key = der.slice(LMS_KEY_OFFSET);
  if (parameterSetOf(key) === undefined || !Buffer.from(lmsSpki(key)).equals(der)) {
    throw failure(
      `${shown(path)} is an LMS key with parameters that boards do not verify.`,
      "They take one level, SHA256_M24 or M32 with H5, H10 or H15, and W2, W4 or W8 of the same hash length.",
    );
  }
  return lmsPublicKey(key);
}

function spkiIn(text: string): Uint8Array | undefined {
  try {
    return pemBytes(text, "PUBLIC KEY");
  } catch {
    return undefined;
  }
}
