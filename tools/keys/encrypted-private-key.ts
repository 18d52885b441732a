/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958, 3) with PBES2 (RFC 8018, 6.2), that is PBKDF2
 * with HMAC-SHA-256 and AES-256-CBC. Node's own export stops at 2,048 rounds of PBKDF2, which is too few for a key that
 * decides what devices run, so the envelope is made here. OpenSSL, Node and imgtool read it.
 */

import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/** As OWASP's password storage advice has it for PBKDF2 with HMAC-SHA-256; about half a second at every use. */
export const PBKDF2_ROUNDS = 600000;
const SALT_BYTES = 16;
const AES_256_KEY_BYTES = 32;
const AES_BLOCK_BYTES = 16;

const TAG_INTEGER = 0x02;
const TAG_OCTET_STRING = 0x04;
const TAG_NULL = 0x05;
const TAG_SEQUENCE = 0x30;

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

  const prf = element(TAG_SEQUENCE, OID_HMAC_SHA256, element(TAG_NULL));
  const rounds = element(TAG_INTEGER, integerBytes(PBKDF2_ROUNDS));
  const derivation = element(
    TAG_SEQUENCE,
    OID_PBKDF2,
    element(TAG_SEQUENCE, element(TAG_OCTET_STRING, salt), rounds, prf),
  );
  const scheme = element(TAG_SEQUENCE, OID_AES_256_CBC, element(TAG_OCTET_STRING, initialVector));
  const algorithm = element(TAG_SEQUENCE, OID_PBES2, element(TAG_SEQUENCE, derivation, scheme));
  return pem("ENCRYPTED PRIVATE KEY", element(TAG_SEQUENCE, algorithm, element(TAG_OCTET_STRING, encrypted)));
}

/** A DER element; contents here stay below 256 bytes. */
function element(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 128 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** Big endian; a leading zero keeps a number with its top bit set positive. */
function integerBytes(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : "0" + digits, "hex");
  return (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
