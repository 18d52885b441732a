/**
 * The key store: what a board trusts, and the tables that make checking fast. A file of its own beside the bootloader,
 * made by the host together with it (SPEC.md, "Key store"), so that nothing of it is program text.
 *
 *   0 u32 magic "TBK1"   4 u32 size of all   8 u8 policy   9 u8 comb teeth, 0: no table   10 u8 keys   11 u8 0
 *   12 comb table of the base point, 96 * 2^(teeth - 1) bytes
 *   then for each key: u16 size of its key, u16 size of its table, key hash (32), public key, comb table
 *   last: u32 CRC-32 of everything before
 */

import { readU16, readU32, viewBytes, writeU16, writeU32 } from "../bytes";
import type { SignaturePolicy } from "../image/signatures";
import { TRUSTED_KEYS_MAX } from "../limits";
import type { HashPort, TrustedKey } from "../ports";

export interface KeyStore {
  readonly trustedKeys: TrustedKey[];
  readonly signaturePolicy: SignaturePolicy;
  /** Comb table of Ed25519's base point; `undefined` on a board that has no Ed25519. */
  readonly baseTable: Uint8Array | undefined;
}

const MAGIC = 0x314b4254;
const HEAD_BYTES = 12;
const KEY_HEAD_BYTES = 36;
const KEY_HASH_BYTES = 32;
const CRC_BYTES = 4;
const ENTRY_BYTES = 96;
const TEETH_MAX = 7;

function tableBytes(teeth: number): number {
  let sizeBytes = teeth === 0 ? 0 : ENTRY_BYTES;
  for (let i = 1; i < teeth; i++) {
    sizeBytes *= 2;
  }
  return sizeBytes;
}

function tableSizeOf(key: TrustedKey): number {
  return key.table === undefined ? 0 : key.table.length;
}

/**
 * Reads a key store.
 *
 * @param bytes the store at their start; what it gives are views of them, not copies
 * @returns `undefined` unless every byte is as the host wrote it
 */
export function readKeyStore(bytes: Uint8Array, hash: HashPort): KeyStore | undefined {
  if (bytes.length < HEAD_BYTES + CRC_BYTES || readU32(bytes, 0) !== MAGIC) {
    return undefined;
  }
  const endBytes = readU32(bytes, 4) - CRC_BYTES;
  const count = bytes[10];
  if (
    endBytes < HEAD_BYTES || endBytes + CRC_BYTES > bytes.length || count > TRUSTED_KEYS_MAX || bytes[9] > TEETH_MAX ||
    hash.crc32(viewBytes(bytes, 0, endBytes)) !== readU32(bytes, endBytes)
  ) {
    return undefined;
  }
  const trustedKeys: TrustedKey[] = [];
  const baseBytes = tableBytes(bytes[9]);
  let at = HEAD_BYTES + baseBytes;
  for (let i = 0; i < count && at + KEY_HEAD_BYTES <= endBytes; i++) {
    const keyBytes = readU16(bytes, at);
    const sizeBytes = readU16(bytes, at + 2);
    const start = at + KEY_HEAD_BYTES;
    at = start + keyBytes + sizeBytes;
    if (at <= endBytes) {
      trustedKeys.push({
        publicKey: viewBytes(bytes, start, keyBytes),
        keyHash: viewBytes(bytes, start - KEY_HASH_BYTES, KEY_HASH_BYTES),
        table: sizeBytes === 0 ? undefined : viewBytes(bytes, start + keyBytes, sizeBytes),
      });
    }
  }
  return at === endBytes && trustedKeys.length === count
    ? {
      trustedKeys,
      signaturePolicy: bytes[8],
      baseTable: baseBytes === 0 ? undefined : viewBytes(bytes, HEAD_BYTES, baseBytes),
    }
    : undefined;
}

/**
 * The bytes of a key store, for the host. At most TRUSTED_KEYS_MAX keys; all tables have as many teeth as the base
 * table.
 */
export function encodeKeyStore(store: KeyStore, hash: HashPort): Uint8Array {
  const keys = store.trustedKeys;
  const baseBytes = store.baseTable === undefined ? 0 : store.baseTable.length;
  let sizeBytes = HEAD_BYTES + baseBytes + CRC_BYTES;
  for (let i = 0; i < keys.length; i++) {
    sizeBytes += KEY_HEAD_BYTES + keys[i].publicKey.length + tableSizeOf(keys[i]);
  }
  const bytes = new Uint8Array(sizeBytes);
  let teeth = 0;
  while (tableBytes(teeth) < baseBytes && teeth < TEETH_MAX) {
    teeth++;
  }
  writeU32(bytes, 0, MAGIC);
  writeU32(bytes, 4, sizeBytes);
  bytes[8] = store.signaturePolicy;
  bytes[9] = teeth;
  bytes[10] = keys.length;
  if (store.baseTable !== undefined) {
    bytes.set(store.baseTable, HEAD_BYTES);
  }
  let at = HEAD_BYTES + baseBytes;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const start = at + KEY_HEAD_BYTES;
    writeU16(bytes, at, key.publicKey.length);
    writeU16(bytes, at + 2, tableSizeOf(key));
    bytes.set(key.keyHash, at + 4);
    bytes.set(key.publicKey, start);
    at = start + key.publicKey.length;
    if (key.table !== undefined) {
      bytes.set(key.table, at);
      at += key.table.length;
    }
  }
  writeU32(bytes, at, hash.crc32(viewBytes(bytes, 0, at)));
  return bytes;
}
