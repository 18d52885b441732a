/** One page of the journal, as far as any reading can take it for part of the journal. */

import { readU32 } from "../../core/bytes";
import { RecordField, RecordType } from "../../core/journal/record";
import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import type { FlashPage } from "../flash-page";
import { readAsZeros, readingsOf } from "./position-form";
import { isOnlyForTheAudit, recordText } from "./state-text";

/** A position that is not blank for certain. */
export interface Position {
  readonly index: number;
  /** Whether it reads as something in every reading. */
  readonly solid: boolean;
  readonly canBeBlank: boolean;
  /** The record that it may be; `undefined`: none in any reading. */
  readonly record: Uint8Array | undefined;
  /** Whether it is that record in every reading. */
  readonly certain: boolean;
  readonly sequence: number;
}

export interface Checkpoint {
  readonly state: Uint8Array;
  readonly certain: boolean;
  readonly sequence: number;
}

/** One page, as far as it can ever be read as part of the journal. */
export interface PageForm {
  readonly checkpoint: Checkpoint | undefined;
  /** Ascending; void ones are left out. */
  readonly positions: readonly Position[];
  /** Positions up to the last solid one. */
  readonly usedPositions: number;
  /** Programmings of the positions behind that may be blank, where the chip limits them. */
  readonly programs: string;
  /** Lowest sequence that the page's newest record has in any reading, if the page counts in every reading; else 0. */
  readonly sureSequence: number;
  /** A sequence that every reading finds on the page, or 0. */
  readonly surelyHighest: number;
  /** Highest sequence that any reading gives. */
  readonly highestSequence: number;
}

const forms = new WeakMap<FlashPage, PageForm>();

function positionAt(page: FlashPage, index: number): Position | undefined {
  const from = STATE_BYTES + index * RECORD_BYTES;
  const to = from + RECORD_BYTES;
  const readings = readingsOf(page, from, to);
  const { stable, canBeBlank, validAsOnes, validAsZeros } = readings;
  if (stable && canBeBlank) {
    return undefined;
  }
  const bytes = validAsZeros && !stable ? readAsZeros(page, from, to) : page.bytes.subarray(from, to);
  const record = validAsOnes || validAsZeros ? bytes : undefined;
  const sequence = record === undefined ? 0 : readU32(record, RecordField.Sequence);
  return { index, solid: !canBeBlank, canBeBlank, record, certain: stable && validAsOnes, sequence };
}

/** Leaves out what can never be live: something certain behind it has the same or a lower sequence. */
function relevantPositions(all: readonly Position[], usedPositions: number): Position[] {
  const kept: Position[] = [];
  let lowest = Infinity;
  for (let i = all.length - 1; i >= 0; i--) {
    const position = all[i];
    const mayLive = position.record !== undefined && position.sequence > 0 && position.sequence < lowest;
    if (mayLive || (position.canBeBlank && position.index >= usedPositions)) {
      kept.unshift(mayLive ? position : { ...position, record: undefined, sequence: 0 });
    }
    if (position.certain) {
      lowest = Math.min(lowest, position.sequence);
    }
  }
  return kept;
}

function checkpointOf(page: FlashPage): Checkpoint | undefined {
  const { stable, validAsOnes, validAsZeros } = readingsOf(page, 0, STATE_BYTES);
  if (!validAsOnes && !validAsZeros) {
    return undefined;
  }
  const state = validAsZeros ? readAsZeros(page, 0, STATE_BYTES) : page.bytes.slice(0, STATE_BYTES);
  return { state, certain: stable, sequence: readU32(state, 0) };
}

function sureSequence(checkpoint: Checkpoint | undefined, positions: readonly Position[]): number {
  const sequences = positions.filter(({ record }) => record !== undefined).map(({ sequence }) => sequence);
  const lastCertain = positions.findLastIndex(({ certain }) => certain);
  const counts = checkpoint !== undefined && checkpoint.certain && lastCertain >= 0 &&
    sequences.every((sequence) => sequence > checkpoint.sequence);
  if (!counts) {
    return 0;
  }
  const newest = positions.slice(lastCertain).filter(({ record }) => record !== undefined);
  return Math.min(...newest.map(({ sequence }) => sequence));
}

function programsBehind(page: FlashPage, positions: readonly Position[]): string {
  const { programs } = page;
  if (programs === undefined) {
    return "";
  }
  const unitsPerPosition = programs.length / (page.bytes.length / RECORD_BYTES);
  return positions.filter(({ solid }) => !solid).map(({ index }) => {
    const first = (STATE_BYTES / RECORD_BYTES + index) * unitsPerPosition;
    return programs.subarray(first, first + unitsPerPosition).join("");
  }).join();
}

/** Whether a record leaves the state as it is. */
function changesNothing(record: Uint8Array): boolean {
  const type: RecordType = record[RecordField.Type];
  return type === RecordType.Settled || isOnlyForTheAudit(type);
}

/**
 * Whether it is all the same how an uncertain record reads: it changes nothing, stands between records that are
 * certain, and voids none of them.
 */
function isIndifferent(positions: readonly Position[], at: number): boolean {
  const { record, certain, sequence } = positions[at];
  return record !== undefined && !certain && changesNothing(record) &&
    positions.some((other, i) => i > at && other.certain) &&
    positions.every((other, i) => i >= at || other.record === undefined || other.sequence < sequence);
}

/** Whether it is a copy of a certain record, carried forward with its sequence: whichever is read, it says the same. */
function isCopy(positions: readonly Position[], at: number): boolean {
  const { record, certain, solid, sequence } = positions[at];
  const original = positions[at - 1];
  return record !== undefined && !certain && solid && original?.record !== undefined && original.certain &&
    original.sequence === sequence && recordText(original.record) === recordText(record);
}

/** Whether the same record stands behind this one as well, as uncertain as this one. */
function isRepeated(positions: readonly Position[], at: number): boolean {
  const { record, certain, sequence } = positions[at];
  return record !== undefined && !certain && positions.some((other, i) =>
    i > at && other.record !== undefined && other.sequence === sequence && !other.certain &&
    recordText(other.record) === recordText(record));
}

const WORD_BYTES = 4;

/** The bytes as words: a page has a whole number of them, and memory of its own. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length / WORD_BYTES);
}

/** Behind it every byte is blank and stable. */
function endOfContent({ bytes, unstable }: FlashPage): number {
  const words = wordsOf(bytes);
  const masks = unstable === undefined ? undefined : wordsOf(unstable);
  let end = words.length;
  while (end > 0 && words[end - 1] === -1 && (masks === undefined || masks[end - 1] === 0)) {
    end--;
  }
  return end * WORD_BYTES;
}

/** Of equal pages it is worked out once. */
export function pageForm(page: FlashPage): PageForm {
  const known = forms.get(page);
  if (known !== undefined) {
    return known;
  }
  const all: Position[] = [];
  const end = Math.ceil((endOfContent(page) - STATE_BYTES) / RECORD_BYTES);
  for (let index = 0; index < end; index++) {
    const position = positionAt(page, index);
    if (position !== undefined) {
      all.push(position);
    }
  }
  const usedPositions = (all.findLast(({ solid }) => solid)?.index ?? -1) + 1;
  const positions = relevantPositions(all, usedPositions);
  // One by one: what a record is compared with has to stay.
  const kept = positions.filter((_, at) => !isRepeated(positions, at));
  const checkpoint = checkpointOf(page);
  const form = {
    checkpoint,
    positions: kept.filter((_, at) => !isIndifferent(kept, at) && !isCopy(kept, at)),
    usedPositions,
    programs: programsBehind(page, positions),
    sureSequence: sureSequence(checkpoint, positions),
    surelyHighest: checkpoint?.certain === true ? checkpoint.sequence : 0,
    highestSequence: Math.max(checkpoint?.sequence ?? 0, ...positions.map(({ sequence }) => sequence)),
  };
  forms.set(page, form);
  return form;
}

/** Positions for records on a page. */
export function positionsOf(page: FlashPage): number {
  return (page.bytes.length - STATE_BYTES) / RECORD_BYTES;
}

/** The newest record of the page that surely holds the state. */
export function newestRecord(pages: readonly FlashPage[]): Uint8Array | undefined {
  const found = pages.map(pageForm);
  const newest = found.reduce((best, form) => (form.sureSequence > best.sureSequence ? form : best), found[0]);
  return newest.positions.findLast(({ certain, record }) => certain && record !== undefined)?.record;
}
