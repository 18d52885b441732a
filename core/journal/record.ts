/**
 * The journal's record: 32 bytes, programmed by one flash write, each word once (SPEC.md, "Journal"). Records stay
 * bytes on the device; record-view.ts gives them names for people.
 *
 *   0  u32  sequence       4  u8  type    5  u8  slot    6  u16 detail
 *   8  12 bytes digest    20  u32 value  24  u32 zero   28  u32 CRC-32 of bytes 0..27
 */

import { readU32, viewBytes, writeU32 } from "../bytes";
import { RECORD_BYTES, RECORD_READS_MAX } from "../limits";
import type { ByteSource, HashPort } from "../ports";
import type { Slot } from "../slot";

/** Bytes of an image digest that a record carries. */
export const RECORD_DIGEST_BYTES = 12;
/** Bytes of text that an ErrorText record carries in place of digest and value. */
export const RECORD_TEXT_BYTES = 20;

/** CRC-32 of anything that ends with its own CRC-32, little endian. */
const CRC_RESIDUE = 0x2144df1c;

/** CRC-32 of 32 erased bytes: tells a blank position without a loop over its bytes. */
export const BLANK_CRC = 0xff6cab0b;

/** Offsets in a record. */
export const enum RecordField {
  Sequence = 0,
  Type = 4,
  Slot = 5,
  Detail = 6,
  Digest = 8,
  Value = 20,
}

/** What a record says. Numbers on flash: never renumber. */
export const enum RecordType {
  /** The state block at the start of a page; never the type of a record behind it. */
  Checkpoint = 1,
  /** Everything before it was read back in full. */
  Settled = 2,
  /**
   * The slot holds nothing any more: it is about to be erased for a new image. value: size of the file; over a wire
   * also digest: first 12 bytes of the file's SHA-256, and detail: erases over wires in this period.
   */
  InstallBegin = 16,
  /** A verified image is in the slot. value: its counter. This and the next two set SlotStatus 1 to 3. */
  Installed = 17,
  TrialRequested = 18,
  /** value: the image's counter, which the floor rises to. */
  Confirmed = 19,
  /** detail: Reason. */
  Rejected = 20,
  /** The active image did not verify (detail: Reason) and the other confirmed one was taken. */
  Fallback = 21,
  /** A trial is about to start. detail: AttemptKind, value: ResetCause of this start. */
  Attempt = 32,
  /** An expected start: after deep sleep, an announced restart, recovery. value: ResetCause. */
  Wake = 33,
  /** A restart is coming that is no failure. value: milliseconds awake so far in this attempt. */
  Announced = 34,
  /** The confirmed image ended its last start badly. detail: ResetCause. */
  Death = 35,
  /** The confirmed image reached health after deaths. value: uptime in milliseconds. */
  Healthy = 36,
  RecoveryRequested = 37,
  /** detail: Reason. */
  RecoveryEntered = 38,
  /** detail: Reason, digest: refusals so far by kind, as in the state block. Written at the 1st, 2nd, 4th, 8th ... */
  Refusal = 39,
  /** An uncaught error. value: uptime in milliseconds; ErrorText records follow. */
  ErrorReport = 40,
  /** detail: length of the text, in bytes 8..27. */
  ErrorText = 41,
  /** The journal was lost and built again from the slots. */
  JournalLost = 42,
  /** The bootloader's keys or board model are not those of before. digest: the new identity. */
  IdentityChanged = 43,
  /** Boot files that are none of ours were removed. detail: a bit for each, see hal/espruino/boot-files.ts. */
  ForeignFiles = 44,
  /** So many bytes (value) of the file that the last InstallBegin of the slot names are in it. */
  UploadProgress = 45,
  /** detail: erases over wires in this period, value: failed logins in a row. Written forward, so that it stays. */
  Allowances = 46,
  /** The first nonce of a start was given away. Makes the nonces of every start different. */
  LoginChallenge = 47,
  /** detail: failed logins in a row. digest: what named the key. */
  LoginFailed = 48,
  /** detail: the command sets, digest: the technician's key hash. */
  LoginGranted = 49,
  /** A privileged command was used. detail: its command set, digest: the technician's key hash. */
  PrivilegedUse = 50,
  /** Starts in a row that did not last. detail: how many; 0: this one has lasted. On boards that count them. */
  PowerCycles = 51,
}

/** The 12 bytes of a digest that start at `offsetBytes`, in the memory of `bytes`. */
export function digestAt(bytes: Uint8Array, offsetBytes: number): Uint8Array {
  return viewBytes(bytes, offsetBytes, RECORD_DIGEST_BYTES);
}

/**
 * A record without sequence and CRC, which `sealRecord` fills in.
 *
 * @param digest its first 12 bytes are stored; `undefined`: zeros
 * @param value 0..2^32-1
 */
export function makeRecord(
  type: RecordType,
  slot: Slot,
  detail: number,
  digest: Uint8Array | undefined,
  value: number,
): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES);
  writeU32(record, RecordField.Type, type + slot * 256 + detail * 65536);
  if (digest !== undefined) {
    record.set(digestAt(digest, 0), RecordField.Digest);
  }
  writeU32(record, RecordField.Value, value);
  return record;
}

/** Puts the sequence at the start and the CRC at the end of a record or state block. */
export function sealRecord(bytes: Uint8Array, sequence: number, hash: HashPort): void {
  writeU32(bytes, 0, sequence);
  writeU32(bytes, bytes.length - 4, hash.crc32(viewBytes(bytes, 0, bytes.length - 4)));
}

/** Whether the CRC at the end of a record, a state block or a provisioning block is right. */
export function recordIsValid(bytes: Uint8Array, hash: HashPort): boolean {
  return hash.crc32(bytes) === CRC_RESIDUE;
}

/**
 * The u32 at the start of `bytes`, which were read from `offsetBytes` and end with their CRC: a record's sequence.
 * Where the CRC is wrong, they are read again in place, a bounded number of times, since marginal bits may settle.
 *
 * @returns 0 if the CRC stays wrong
 */
export function readFirstWord(source: ByteSource, hash: HashPort, bytes: Uint8Array, offsetBytes: number): number {
  for (let reads = 1; reads < RECORD_READS_MAX && !recordIsValid(bytes, hash); reads++) {
    bytes.set(source.read(offsetBytes, bytes.length), 0);
  }
  return recordIsValid(bytes, hash) ? readU32(bytes, 0) : 0;
}
