/** Changes of the flash by hand, from words to bytes. */

import { encodeProvisioning } from "../../../core/boot/provisioning";
import { emptyState, activateSlot, StateField } from "../../../core/boot/state";
import { trailerFieldOffset, TrailerField, trailerMagic } from "../../../core/image/trailer";
import { formatJournal, openJournal } from "../../../core/journal/journal";
import { SEQUENCE_MAX } from "../../../core/limits";
import { Slot } from "../../../core/slot";
import { createMemoryFlash } from "../../../hal/memory/flash";
import type { PartitionName } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { identityFor, imageNamed } from "./images";
import { PAGE_BYTES, sizeOf } from "./layout";
import type { FlashImage } from "./observation";
import type { BoardWishes } from "./scenario";

export interface FlashEdit {
  readonly partition: PartitionName;
  /** Erases all of it, replaces bytes, or turns over the lowest bit of one. */
  readonly kind: "erase" | "put" | "turn";
  /** `first`, `last`: of the bytes that are not erased. */
  readonly offsetBytes: number | "first" | "last";
  /** What is put. */
  readonly bytes: Uint8Array;
}

const HASH = createHostHash();
const MAX_ALIGN = 8;
const SEAL_BYTES = 32;
/** What fills a journal; a slot has it at its start. JerryScript takes no literal of 64 KiB. */
const GARBAGE_BYTES_MAX = 4096;
const SLOTS: Readonly<Record<string, PartitionName>> = { A: "slotA", B: "slotB" };

const NOTHING = new Uint8Array(0);

function erase(partition: PartitionName): FlashEdit {
  return { partition, kind: "erase", offsetBytes: 0, bytes: NOTHING };
}

function put(partition: PartitionName, offsetBytes: number, bytes: Uint8Array): FlashEdit {
  return { partition, kind: "put", offsetBytes, bytes };
}

function slotNamed(letter: string): PartitionName {
  const slot = SLOTS[letter];
  if (slot === undefined) {
    throw new Error(`there is no slot ${letter}`);
  }
  return slot;
}

/** What MCUboot's tools and MCUboot itself write at the end of a slot. */
function trailerEdits(slot: PartitionName, kind: string | undefined): FlashEdit[] {
  if (kind === undefined) {
    return [];
  }
  const magic = trailerMagic(MAX_ALIGN);
  const edits = [put(slot, sizeOf(slot) - magic.length, magic)];
  const flags: Readonly<Record<string, readonly TrailerField[]>> = {
    test: [], confirmed: [TrailerField.ImageOk], failed: [TrailerField.CopyDone],
  };
  for (const field of flags[kind]) {
    edits.push(put(slot, trailerFieldOffset(sizeOf(slot), MAX_ALIGN, field), Uint8Array.of(1)));
  }
  return edits;
}

/**
 * A journal that says: this image is confirmed in slot A.
 *
 * @param sequencesLeft how many records can be appended to it; absent: as many as to any new journal
 */
function journalEdit(identity: Uint8Array, imageName: string, sequencesLeft?: number): FlashEdit {
  const state = emptyState();
  const image = imageNamed(imageName);
  const digest = HASH.sha256(image.bytes.subarray(0, signedBytes(image.bytes)));
  activateSlot(state, Slot.A, digest, Number(image.version.split(".")[0]));
  state.set(identity, StateField.Identity);
  const usual = formatted(state, 1);
  if (sequencesLeft === undefined) {
    return put("journal", 0, usual.bytes);
  }
  return put("journal", 0, formatted(state, SEQUENCE_MAX - sequencesLeft - usual.nextSequence + 1).bytes);
}

/** The bytes of a new journal whose sequences begin somewhere, and the sequence of the record after them. */
function formatted(state: Uint8Array, firstSequence: number): { bytes: Uint8Array; nextSequence: number } {
  const sizeBytes = sizeOf("journal");
  const flash = createMemoryFlash({
    name: "journal", addressBytes: 0, sizeBytes, pageSizeBytes: PAGE_BYTES, writeUnitBytes: 4,
  });
  const journal = openJournal(flash, HASH);
  journal.nextSequence = firstSequence;
  if (!formatJournal(journal, state)) {
    throw new Error("the journal cannot be made");
  }
  return { bytes: flash.read(0, sizeBytes), nextSequence: journal.nextSequence };
}

/** Header, payload and protected TLVs. */
function signedBytes(image: Uint8Array): number {
  const view = Buffer.from(image);
  return view.readUInt16LE(8) + view.readUInt32LE(12) + view.readUInt16LE(10);
}

/** Bytes that look random and are the same every time. */
function garbage(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 32) {
    bytes.set(HASH.sha256(new Uint8Array(Buffer.from(`garbage ${at}`))), at);
  }
  return bytes;
}

type MakeEdits = (words: readonly string[], wishes: BoardWishes) => FlashEdit[];

/** The only edits there are. */
const EDITS: readonly (readonly [RegExp, MakeEdits])[] = [
  [/^image (\S+) in ([AB])(?: (test|confirmed|failed))?$/, ([, name, letter, kind]) => {
    const slot = slotNamed(letter);
    return [erase(slot), put(slot, 0, imageNamed(name).bytes), ...trailerEdits(slot, kind)];
  }],
  [/^erase (journal|boot|slotA|slotB|data)$/, ([, partition]) => [erase(partition as PartitionName)]],
  [/^garbage in (journal|boot|slotA|slotB)$/, ([, name]) => {
    const partition = name as PartitionName;
    return [erase(partition), put(partition, 0, garbage(Math.min(sizeOf(partition), GARBAGE_BYTES_MAX)))];
  }],
  [/^turn over the (first|last) byte in (journal|boot)$/, ([, which, name]) => [
    {
      partition: name as PartitionName, kind: "turn", offsetBytes: which === "first" ? "first" : "last", bytes: NOTHING,
    },
  ]],
  [/^turn over (\d+) of (journal|boot|slotA|slotB)$/, ([, offset, name]) => [
    { partition: name as PartitionName, kind: "turn", offsetBytes: Number(offset), bytes: NOTHING },
  ]],
  [/^turn over the (verified|confirmed) seal behind (\S+) in ([AB])$/, ([, kind, name, letter]) => {
    const firstBytes = Math.ceil(imageNamed(name).bytes.length / SEAL_BYTES) * SEAL_BYTES;
    const offsetBytes = firstBytes + (kind === "verified" ? 0 : SEAL_BYTES);
    return [{ partition: slotNamed(letter), kind: "turn", offsetBytes, bytes: NOTHING }];
  }],
  [/^provisioned with floor (\d+)(?: and (key|another key))?$/, ([, floor, key]) => {
    const deviceKey = key === undefined ? undefined : new Uint8Array(32).fill(key === "key" ? 0x4b : 0x62);
    return [put("boot", 0, encodeProvisioning(Number(floor), deviceKey, HASH))];
  }],
  [/^journal of another board with (\S+)$/, ([, name]) => [journalEdit(new Uint8Array(12).fill(0x99), name)]],
  [/^journal with (\d+) sequences left, (\S+) confirmed$/, ([, left, name], wishes) => [
    journalEdit(identityFor(wishes), name, Number(left)),
  ]],
];

/** The edits that a line of a scenario asks for. */
export function flashEdits(line: string, wishes: BoardWishes): FlashEdit[] {
  for (const [pattern, make] of EDITS) {
    const words = pattern.exec(line);
    if (words !== null) {
      return make(words, wishes);
    }
  }
  throw new Error(`no such change of the flash: ${line}`);
}

/** Makes an edit in the content of the partitions. */
export function applyEdit(flash: FlashImage, { partition, kind, offsetBytes, bytes }: FlashEdit): void {
  const content = flash[partition];
  if (kind === "erase") {
    content.fill(0xff);
  } else if (kind === "put") {
    content.set(bytes, Number(offsetBytes));
  } else if (offsetBytes === "first") {
    content[content.findIndex(isWritten)] ^= 1;
  } else {
    content[offsetBytes === "last" ? content.findLastIndex(isWritten) : offsetBytes] ^= 1;
  }
}

function isWritten(byte: number): boolean {
  return byte !== 0xff;
}
