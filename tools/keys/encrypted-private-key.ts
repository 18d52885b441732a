/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958, 3) with PBES2 (RFC 8018, 6.2), that is PBKDF2
 * with HMAC-SHA-256 and AES-256-CBC. Node's own export stops at 2,048 rounds of PBKDF2, which is too few for a key that
 * decides what devices run, so the envelope is made here. OpenSSL, Node and imgtool read it.
 */

import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { childrenOf, derElement, derInteger, DerTag, integerOf, pemBytes, pemText } from "./der";

/** As OWASP's password storage advice has it for PBKDF2 with HMAC-SHA-256; about half a second at every use. */
export const PBKDF2_ROUNDS = 600000;
const SALT_BYTES = 16;
const AES_256_KEY_BYTES = 32;
const AES_BLOCK_BYTES = 16;

/** More would be an attempt to keep a machine busy. */
const PBKDF2_ROUNDS_MAX = 10000000;
const LABEL = "ENCRYPTED PRIVATE KEY";

/** Object identifiers, whole DER elements. */
const OID_PBES2 = Buffer.from("06092a864886f70d01050d", "hex");
const OID_PBKDF2 = Buffer.from("06092a864886f70d01050c", "hex");
const OID_HMAC_SHA256 = Buffer.from("06082a864886f70d0209", "hex");
const OID_AES_256_CBC = Buffer.from("060960864801650304012a", "hex");

/** @param pkcs8 PrivateKeyInfo in DER */
export function encryptPrivateKey(pkcs8: Uint8Array, passphrase: string): string {
  const salt = randomBytes(SALT_BYTES);
  const initialVector = randomBytes(AES_BLOCK_BYTES);
  const key = pbkdf2Sync(passphrase, salt, PBKDF2_ROUNDS, AES_256_KEY_BYTES, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, initialVector);
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()]);

  const prf = derElement(DerTag.Sequence, OID_HMAC_SHA256, derElement(DerTag.Null));
  const parameters = derElement(DerTag.Sequence, derElement(DerTag.OctetString, salt), derInteger(PBKDF2_ROUNDS), prf);
  const derivation = derElement(DerTag.Sequence, OID_PBKDF2, parameters);
  const scheme = derElement(DerTag.Sequence, OID_AES_256_CBC, derElement(DerTag.OctetString, initialVector));
  const algorithm = derElement(DerTag.Sequence, OID_PBES2, derElement(DerTag.Sequence, derivation, scheme));
  return pemText(LABEL, derElement(DerTag.Sequence, algorithm, derElement(DerTag.OctetString, encrypted)));
}

/**
 * PrivateKeyInfo in DER out of what `encryptPrivateKey` wrote, for kinds of keys that Node cannot open itself.
 *
 * @returns `undefined` if the passphrase is wrong or the text is of any other form
 */
export function decryptPrivateKey(pem: string, passphrase: string): Uint8Array | undefined {
  try {
    const [algorithm, encrypted] = childrenOf(pemBytes(pem, LABEL), DerTag.Sequence);
    const [pbes2, schemes] = childrenOf(algorithm, DerTag.Sequence);
    const [derivation, scheme] = childrenOf(schemes, DerTag.Sequence);
    const [pbkdf2, parameters] = childrenOf(derivation, DerTag.Sequence);
    const [salt, rounds, prf] = childrenOf(parameters, DerTag.Sequence);
    const [aes, initialVector] = childrenOf(scheme, DerTag.Sequence);
    const [hmac] = childrenOf(prf, DerTag.Sequence);
    const found = Buffer.concat([pbes2, pbkdf2, hmac, aes].map((element) => element?.whole ?? new Uint8Array(0)));
    const isOurs = found.equals(Buffer.concat([OID_PBES2, OID_PBKDF2, OID_HMAC_SHA256, OID_AES_256_CBC]));
    const count = integerOf(rounds);
    if (!isOurs || salt === undefined || initialVector === undefined || encrypted === undefined) {
      return undefined;
    }
    if (count < 1 || count > PBKDF2_ROUNDS_MAX) {
      return undefined;
    }
    const key = pbkdf2Sync(passphrase, salt.content, count, AES_256_KEY_BYTES, "sha256");
    const decipher = createDecipheriv("aes-256-cbc", key, initialVector.content);
    return new Uint8Array(Buffer.concat([decipher.update(encrypted.content), decipher.final()]));
  } catch {
    return undefined;
  }
}
