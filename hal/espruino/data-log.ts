/**
 * Named values in the data partition that no power cut loses: a log in one half of the pages, copied to the other half
 * when it is full or its end is in doubt. The half with the higher sequence counts; its head is written last.
 *
 * Half: u32 magic "TBD1", u32 sequence, u32 0, u32 CRC-32 of the 12 bytes before; then entries.
 * Entry: u32 CRC-32 of what follows, u16 bytes of the value, u8 bytes of the name, u8 kind; name, value; padded to 8.
 */

import { alignUp, readU16, readU32, viewBytes, writeU16, writeU32 } from "../../core/bytes";
import type { FlashPort } from "../../core/ports";

const MAGIC = 0x31444254;
const HALF_HEAD_BYTES = 16;
const ENTRY_HEAD_BYTES = 8;
/** A multiple of the write units of all chips that Espruino runs on. */
const ALIGN_BYTES = 8;
const ERASED_WORD = 0xffffffff;
const KIND_VALUE = 1;
const KIND_DELETED = 2;

/** Longest name, as in Espruino's Storage. */
export const DATA_NAME_BYTES_MAX = 28;

/** Longest value: its size has 16 bits. */
export const VALUE_BYTES_MAX = 65535;

type Crc32 = (this: void, bytes: Uint8Array) => number;

interface Found {
  /** Offset of the entry in the partition. */
  readonly at: number;
  readonly valueBytes: number;
}

function entrySize(name: string, valueBytes: number): number {
  return alignUp(ENTRY_HEAD_BYTES + name.length + valueBytes, ALIGN_BYTES);
}

function encode(crc32: Crc32, name: string, kind: number, value: Uint8Array): Uint8Array {
  const entry = new Uint8Array(entrySize(name, value.length));
  const start = ENTRY_HEAD_BYTES + name.length;
  entry.fill(255);
  writeU16(entry, 4, value.length);
  entry[6] = name.length;
  entry[7] = kind;
  for (let i = 0; i < name.length; i++) {
    entry[ENTRY_HEAD_BYTES + i] = name.charCodeAt(i);
  }
  entry.set(value, start);
  writeU32(entry, 0, crc32(viewBytes(entry, 4, start + value.length - 4)));
  return entry;
}

export class DataLog {
  private readonly flash: FlashPort;
  private readonly crc32: Crc32;
  private readonly halfBytes: number;
  /** Keys are names with a prefix, so that no name is one of Object's. */
  private index: Record<string, Found | undefined> = {};
  /** Offset of the half in use. */
  private half = 0;
  /** Its sequence; 0: there is none yet. */
  private sequence = 0;
  /** Where in the half the next entry goes. */
  private end = HALF_HEAD_BYTES;
  /** Whether bits behind `end` may have been programmed. */
  private isDoubtful = false;

  /** @param crc32 see core/ports.ts */
  constructor(flash: FlashPort, crc32: Crc32) {
    this.flash = flash;
    this.crc32 = crc32;
    this.halfBytes = Math.floor(flash.sizeBytes / flash.pageSizeBytes / 2) * flash.pageSizeBytes;
    const first = this.sequenceAt(0);
    const second = this.sequenceAt(this.halfBytes);
    this.sequence = Math.max(first, second);
    this.half = second > first ? this.halfBytes : 0;
    while (this.sequence > 0 && this.takeEntry()) {
      // Each entry moves the end.
    }
  }

  /** Part of a value, in its bounds; `undefined`: there is none of that name. */
  read(name: string, offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const found = this.index["$" + name];
    return found === undefined
      ? undefined
      : this.flash.read(found.at + ENTRY_HEAD_BYTES + name.length + offsetBytes, lengthBytes);
  }

  /** Bytes of a value; -1: there is none. */
  sizeOf(name: string): number {
    const found = this.index["$" + name];
    return found === undefined ? -1 : found.valueBytes;
  }

  /** False: name or value do not fit, or the flash does not take them; the value of before is still there. */
  write(name: string, value: Uint8Array): boolean {
    const key = "$" + name;
    if (name.length === 0 || name.length > DATA_NAME_BYTES_MAX || value.length > VALUE_BYTES_MAX) {
      return false;
    }
    const entry = encode(this.crc32, name, KIND_VALUE, value);
    if (this.liveBytes(key) + entry.length > this.halfBytes) {
      return false;
    }
    const at = this.half + this.end;
    if (!this.append(entry)) {
      return this.copyOver(key, entry, this.liveKeys());
    }
    this.index[key] = { at, valueBytes: value.length };
    return true;
  }

  /** False: there was none, or the flash does not take it. */
  remove(name: string): boolean {
    const key = "$" + name;
    if (this.index[key] === undefined) {
      return false;
    }
    if (!this.append(encode(this.crc32, name, KIND_DELETED, new Uint8Array(0)))) {
      return this.copyOver(key, undefined, this.liveKeys());
    }
    this.index[key] = undefined;
    return true;
  }

  removeAll(): boolean {
    return this.copyOver("", undefined, []);
  }

  names(): string[] {
    const live = this.liveKeys();
    const names: string[] = [];
    for (let i = 0; i < live.length; i++) {
      names.push(live[i].substring(1));
    }
    return names;
  }

  /** Bytes that the value of a new name may have. */
  freeBytes(): number {
    const overhead = ENTRY_HEAD_BYTES + DATA_NAME_BYTES_MAX + ALIGN_BYTES;
    return Math.max(this.halfBytes - this.liveBytes("") - overhead, 0);
  }

  private sequenceAt(start: number): number {
    const head = this.flash.read(start, HALF_HEAD_BYTES);
    const isWhole = readU32(head, 0) === MAGIC && this.crc32(viewBytes(head, 0, 12)) === readU32(head, 12);
    return isWhole ? readU32(head, 4) : 0;
  }

  /** Takes the entry at `end` into the index. False: there is no more, or none that is whole. */
  private takeEntry(): boolean {
    if (this.end + ENTRY_HEAD_BYTES > this.halfBytes) {
      return false;
    }
    const at = this.half + this.end;
    const head = this.flash.read(at, ENTRY_HEAD_BYTES);
    const valueBytes = readU16(head, 4);
    const nameBytes = head[6];
    const totalBytes = ENTRY_HEAD_BYTES + nameBytes + valueBytes;
    const isPossible = nameBytes > 0 && nameBytes <= DATA_NAME_BYTES_MAX && this.end + totalBytes <= this.halfBytes;
    const body = isPossible ? this.flash.read(at + 4, totalBytes - 4) : head;
    if (!isPossible || this.crc32(body) !== readU32(head, 0)) {
      this.isDoubtful = readU32(head, 0) !== ERASED_WORD || readU32(head, 4) !== ERASED_WORD;
      return false;
    }
    let key = "$";
    for (let i = 0; i < nameBytes; i++) {
      key += String.fromCharCode(body[4 + i]);
    }
    this.index[key] = head[7] === KIND_VALUE ? { at, valueBytes } : undefined;
    this.end += alignUp(totalBytes, ALIGN_BYTES);
    return true;
  }

  /** Whether `bytes` stand at `at` now; twice, because the bits of a cut write may change. */
  private program(at: number, bytes: Uint8Array): boolean {
    const expected = this.crc32(bytes);
    this.flash.write(at, bytes);
    return this.crc32(this.flash.read(at, bytes.length)) === expected &&
      this.crc32(this.flash.read(at, bytes.length)) === expected;
  }

  private liveKeys(): string[] {
    const live: string[] = [];
    const all = Object.keys(this.index);
    for (let i = 0; i < all.length; i++) {
      if (this.index[all[i]] !== undefined) {
        live.push(all[i]);
      }
    }
    return live;
  }

  private liveBytes(withoutKey: string): number {
    const live = this.liveKeys();
    let bytes = HALF_HEAD_BYTES;
    for (let i = 0; i < live.length; i++) {
      bytes += live[i] === withoutKey ? 0 : entrySize(live[i].substring(1), this.index[live[i]]!.valueBytes);
    }
    return bytes;
  }

  /** Appends where that is safe. False: it takes the other half. */
  private append(entry: Uint8Array): boolean {
    if (this.isDoubtful || this.sequence === 0 || this.end + entry.length > this.halfBytes) {
      return false;
    }
    const at = this.half + this.end;
    const blank = new Uint8Array(entry.length);
    blank.fill(255);
    // A write that power cut short may have left its head erased.
    const isBlank = this.crc32(this.flash.read(at, entry.length)) === this.crc32(blank);
    this.isDoubtful = !isBlank || !this.program(at, entry);
    this.end += this.isDoubtful ? 0 : entry.length;
    return !this.isDoubtful;
  }

  /** Copies `live` to the other half, `entry` in place of what has the key, and goes on there. */
  private copyOver(key: string, entry: Uint8Array | undefined, live: string[]): boolean {
    const target = this.half === 0 ? this.halfBytes : 0;
    const copied: Record<string, Found | undefined> = {};
    let at = target + HALF_HEAD_BYTES;
    for (let page = 0; page < this.halfBytes; page += this.flash.pageSizeBytes) {
      this.flash.erasePage(target + page);
    }
    for (let i = 0; i < live.length; i++) {
      const found = this.index[live[i]]!;
      if (live[i] !== key) {
        const size = entrySize(live[i].substring(1), found.valueBytes);
        if (!this.program(at, this.flash.read(found.at, size))) {
          return false;
        }
        copied[live[i]] = { at, valueBytes: found.valueBytes };
        at += size;
      }
    }
    if (entry !== undefined) {
      if (!this.program(at, entry)) {
        return false;
      }
      copied[key] = { at, valueBytes: readU16(entry, 4) };
      at += entry.length;
    }
    const head = new Uint8Array(HALF_HEAD_BYTES);
    writeU32(head, 0, MAGIC);
    writeU32(head, 4, this.sequence + 1);
    writeU32(head, 12, this.crc32(viewBytes(head, 0, 12)));
    if (!this.program(target, head)) {
      return false;
    }
    this.sequence++;
    this.half = target;
    this.index = copied;
    this.end = at - target;
    this.isDoubtful = false;
    return true;
  }
}
