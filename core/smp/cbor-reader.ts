/**
 * Reads the body of an SMP message: one CBOR map (RFC 8949) with text keys, within bounds (docs/spec-smp.md, "CBOR").
 * Goes once over the bytes without recursion; nothing that the bytes announce is allocated.
 */

import { viewBytes } from "../bytes";
import { SMP_CBOR_DEPTH_MAX, SMP_FIELDS_MAX, SMP_KEY_BYTES_MAX, SMP_TEXT_BYTES_MAX } from "../limits";

export const enum CborType {
  Unsigned,
  Negative,
  Bytes,
  Text,
  Flag,
  Null,
  /** Arrays, maps, tagged items, floating point, other simple values, integers beyond 32 bits. Their value is 0. */
  Other,
}

/** A number, a flag, or the bytes of a byte or text string: a view of the frame. */
export type CborValue = number | boolean | Uint8Array;

/** The entries of a map, in the order of the bytes. */
export interface CborFields {
  count: number;
  keys: string[];
  types: CborType[];
  values: CborValue[];
}

/** Major types (RFC 8949 section 3.1) beyond those that are a CborType. */
const enum Major {
  Unsigned = 0,
  Negative = 1,
  Bytes = 2,
  Text = 3,
  Array = 4,
  Map = 5,
  Tag = 6,
  Simple = 7,
}

/** Additional information (RFC 8949 section 3). */
const enum Info {
  False = 20,
  True = 21,
  Null = 22,
  OneByte = 24,
  EightBytes = 27,
  Indefinite = 31,
}

/** No number in a request is as large as this, and no frame as long. */
const TOO_LARGE = 4294967296;
/** Counted down from where nothing announces the number of items, so that it never comes to 0. */
const ENDLESS = -2;

interface Cursor {
  readonly bytes: Uint8Array;
  readonly endBytes: number;
  at: number;
  /** Of the head that was read last. */
  major: Major;
  info: number;
  argument: number;
  /**
   * For each map, array or tag that has begun, two numbers: what one item counts, and what is still to come. An entry
   * of a map is two items that count 1, an item of anything else counts 2: so only between a key and its value is what
   * is to come odd.
   */
  readonly levels: number[];
}

/** Reads the head of an item (RFC 8949 section 3); `false` if there is none or it is not well-formed. */
function readHead(cursor: Cursor): boolean {
  if (cursor.at >= cursor.endBytes) {
    return false;
  }
  const first = cursor.bytes[cursor.at++];
  const info = first % 32;
  cursor.major = (first - info) / 32;
  cursor.info = info;
  cursor.argument = info;
  if (info < Info.OneByte) {
    return true;
  }
  if (info > Info.EightBytes) {
    // Integers and tags have no indefinite form; at a simple value it is the "break".
    return info === Info.Indefinite && cursor.major >= Major.Bytes && cursor.major !== Major.Tag;
  }
  let size = 1;
  for (let i = Info.OneByte; i < info; i++) {
    size *= 2;
  }
  if (cursor.at + size > cursor.endBytes) {
    return false;
  }
  let argument = 0;
  for (let i = 0; i < size; i++) {
    argument = Math.min(argument * 256 + cursor.bytes[cursor.at++], TOO_LARGE);
  }
  cursor.argument = argument;
  return true;
}

function isBreak(cursor: Cursor): boolean {
  return cursor.major === Major.Simple && cursor.info === Info.Indefinite;
}

/** The bytes of a string whose head has been read. Chunks are moved together, within the frame. */
function takeString(cursor: Cursor): Uint8Array | undefined {
  const bytes = cursor.bytes;
  const major = cursor.major;
  const isWhole = cursor.info !== Info.Indefinite;
  const start = cursor.at;
  let end = start;
  while (isWhole || readHead(cursor)) {
    if (!isWhole && isBreak(cursor)) {
      return viewBytes(bytes, start, end - start);
    }
    const isChunk = cursor.major === major && (isWhole || cursor.info !== Info.Indefinite);
    if (!isChunk || cursor.argument > cursor.endBytes - cursor.at) {
      return undefined;
    }
    const chunk = viewBytes(bytes, cursor.at, cursor.argument);
    cursor.at += chunk.length;
    if (isWhole) {
      return chunk;
    }
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return undefined;
}

function toText(bytes: Uint8Array): string {
  let text = "";
  const count = Math.min(bytes.length, SMP_TEXT_BYTES_MAX);
  for (let i = 0; i < count; i++) {
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

/** Whether `key` is an ASCII text that the map does not have yet; then it is added. */
function addKey(fields: CborFields, key: Uint8Array): boolean {
  if (key.length > SMP_KEY_BYTES_MAX || fields.count === SMP_FIELDS_MAX) {
    return false;
  }
  for (let i = 0; i < key.length; i++) {
    if (key[i] > 127) {
      return false;
    }
  }
  const text = toText(key);
  const isNew = fields.keys.indexOf(text) < 0;
  fields.keys.push(text);
  return isNew;
}

/** Begins the map, array or tag whose head has been read; `false` if that is too deep. */
function openLevel(cursor: Cursor): boolean {
  let toCome = cursor.argument * 2;
  if (cursor.info === Info.Indefinite) {
    toCome = ENDLESS;
  } else if (cursor.major === Major.Tag) {
    toCome = 2;
  }
  cursor.levels.push(cursor.major === Major.Map ? 1 : 2, toCome);
  return cursor.levels.length <= 2 * SMP_CBOR_DEPTH_MAX;
}

/** Takes the item whose head has been read; `false` if it may not stand there. */
function takeItem(cursor: Cursor, fields: CborFields): boolean {
  const levels = cursor.levels;
  const top = levels.length - 1;
  const toCome = levels[top];
  const major = cursor.major;
  const info = cursor.info;
  if (isBreak(cursor)) {
    levels[top] = 0;
    return toCome < 0 && toCome % 2 === 0;
  }
  levels[top] -= levels[top - 1];
  let type = CborType.Other;
  let value: CborValue | undefined = 0;
  if (major === Major.Bytes || major === Major.Text) {
    type = major === Major.Bytes ? CborType.Bytes : CborType.Text;
    value = takeString(cursor);
    if (value === undefined) {
      return false;
    }
  } else if (major === Major.Simple) {
    if (info === Info.Null) {
      type = CborType.Null;
    } else if (info === Info.False || info === Info.True) {
      type = CborType.Flag;
      value = info === Info.True;
    }
  } else if (major > Major.Text) {
    if (!openLevel(cursor)) {
      return false;
    }
  } else if (cursor.argument < TOO_LARGE) {
    type = major === Major.Negative ? CborType.Negative : CborType.Unsigned;
    value = major === Major.Negative ? -1 - cursor.argument : cursor.argument;
  }
  if (top > 1) {
    return true;
  }
  if (toCome % 2 === 0) {
    return type === CborType.Text && addKey(fields, value as Uint8Array);
  }
  fields.types.push(type);
  fields.values.push(value);
  fields.count++;
  return true;
}

/**
 * The entries of the map that fills `bytes` from `startBytes` to `endBytes`; no bytes at all are an empty map. Chunks
 * of strings of indefinite length are moved together within `bytes`; nothing else changes.
 *
 * @returns `undefined` if that is not one well-formed map, has a key twice, a key that is no ASCII text, or is beyond
 * SMP_FIELDS_MAX, SMP_KEY_BYTES_MAX or SMP_CBOR_DEPTH_MAX
 */
export function readFields(bytes: Uint8Array, startBytes: number, endBytes: number): CborFields | undefined {
  const fields: CborFields = { count: 0, keys: [], types: [], values: [] };
  const levels: number[] = [];
  const cursor: Cursor = { bytes, endBytes, at: startBytes, major: 0, info: 0, argument: 0, levels };
  if (startBytes === endBytes) {
    return fields;
  }
  if (!readHead(cursor) || cursor.major !== Major.Map) {
    return undefined;
  }
  openLevel(cursor);
  for (;;) {
    while (levels.length > 0 && levels[levels.length - 1] === 0) {
      levels.pop();
      levels.pop();
    }
    if (levels.length === 0) {
      return cursor.at === endBytes ? fields : undefined;
    }
    if (!readHead(cursor) || !takeItem(cursor, fields)) {
      return undefined;
    }
  }
}

export function hasField(fields: CborFields, key: string): boolean {
  return fields.keys.indexOf(key) >= 0;
}

function valueOf(fields: CborFields, key: string, type: CborType): CborValue | undefined {
  const at = fields.keys.indexOf(key);
  return at >= 0 && fields.types[at] === type ? fields.values[at] : undefined;
}

/** Whether the field is there, is not null, and is of another type. */
export function fieldIsWrong(fields: CborFields, key: string, type: CborType): boolean {
  const at = fields.keys.indexOf(key);
  return at >= 0 && fields.types[at] !== type && fields.types[at] !== CborType.Null;
}

/** The number, if the field is there and an unsigned integer below 2^32. */
export function uintField(fields: CborFields, key: string): number | undefined {
  return valueOf(fields, key, CborType.Unsigned) as number | undefined;
}

/** A view of the bytes, if the field is there and a byte string. */
export function bytesField(fields: CborFields, key: string): Uint8Array | undefined {
  return valueOf(fields, key, CborType.Bytes) as Uint8Array | undefined;
}

/** A view of the bytes, if the field is there and a text string. Whether they are UTF-8 is not looked at. */
export function textBytesField(fields: CborFields, key: string): Uint8Array | undefined {
  return valueOf(fields, key, CborType.Text) as Uint8Array | undefined;
}

/**
 * A text, one character for each byte, if the field is there and a text string. No more than SMP_TEXT_BYTES_MAX
 * characters, which is for comparing it with names: an echo takes `textBytesField`.
 */
export function textField(fields: CborFields, key: string): string | undefined {
  const bytes = textBytesField(fields, key);
  return bytes === undefined ? undefined : toText(bytes);
}

/** Whether the field is set, if it is there: a flag, or an unsigned integer, which is set if it is not 0. */
export function flagField(fields: CborFields, key: string): boolean | undefined {
  const value = uintField(fields, key);
  return value === undefined ? (valueOf(fields, key, CborType.Flag) as boolean | undefined) : value !== 0;
}
