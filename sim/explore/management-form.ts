/**
 * What management can read in a journal of uploads, erases and logins (bootloader/management-log.ts): it looks at the
 * records of all pages, of which the boot state knows nothing, and a page takes its records with it when it is erased.
 * So a journal is named by what its records add up to from each of its pages on (docs/explore.md, R17).
 */

import { readU16, readU32 } from "../../core/bytes";
import { RecordField, RecordType } from "../../core/journal/record";
import type { FlashPage } from "../flash-page";
import type { PageForm, Position } from "./page-form";
import { pageForm } from "./page-form";
import { recordText } from "./state-text";

/** What management remembers of the file for one slot. */
interface SlotLog {
  /** Digest and length. */
  readonly file: string;
  readonly lengthBytes: number;
  readonly markBytes: number;
  readonly isInstalled: boolean;
}

interface Log {
  readonly slots: readonly (SlotLog | undefined)[];
  readonly isPermanent: boolean;
  readonly erases: number;
  readonly failures: number;
}

/** Up to which counts are told apart: beyond, management makes no difference (R18). */
export interface CountLimits {
  readonly erasesMax: number;
  readonly failuresMax: number;
}

export interface ManagementForm {
  readonly text: string;
  /** Slot A, slot B: bytes that an upload which was broken off may build on. */
  readonly keptBytes: readonly number[];
  /** Whether some unstable bit could make a difference. */
  readonly flaky: boolean;
  /** Old pages that may read in more than one way, where that makes a difference. */
  readonly marginalPlaces: number;
}

const EMPTY: Log = { slots: [undefined, undefined], isPermanent: false, erases: 0, failures: 0 };

const READ_TYPES = [
  RecordType.InstallBegin, RecordType.UploadProgress, RecordType.Installed, RecordType.TrialRequested,
  RecordType.Allowances, RecordType.LoginFailed, RecordType.LoginGranted,
];

function isRead(record: Uint8Array | undefined): record is Uint8Array {
  return record !== undefined && READ_TYPES.includes(record[RecordField.Type]);
}

function withSlot(log: Log, slot: number, change: SlotLog | undefined): Log {
  return { ...log, slots: log.slots.map((known, i) => (i === slot ? change : known)) };
}

/** As readLog of bootloader/management-log.ts, for both slots. */
function applyToLog(log: Log, record: Uint8Array): Log {
  const type: RecordType = record[RecordField.Type];
  const slot = record[RecordField.Slot];
  const detail = readU16(record, RecordField.Detail);
  const value = readU32(record, RecordField.Value);
  const known = log.slots[slot];
  switch (type) {
    case RecordType.InstallBegin: {
      const file = Buffer.from(record.subarray(RecordField.Digest, RecordField.Digest + 12)).toString("latin1");
      const begun = { file, lengthBytes: value, markBytes: 0, isInstalled: false };
      return { ...withSlot(log, slot, begun), erases: Math.max(log.erases, detail) };
    }
    case RecordType.UploadProgress:
      return known === undefined ? log : withSlot(log, slot, { ...known, markBytes: value });
    case RecordType.Installed:
      return known === undefined ? log : withSlot(log, slot, { ...known, isInstalled: true });
    case RecordType.TrialRequested:
      return { ...log, isPermanent: detail === 1 };
    case RecordType.Allowances:
      return { ...log, erases: detail, failures: value };
    case RecordType.LoginFailed:
      return { ...log, failures: detail };
    case RecordType.LoginGranted:
      return { ...log, failures: 0 };
    default:
      return log;
  }
}

/** One way in which a page may read. */
interface Reading {
  /** Of its newest live record. */
  readonly sequence: number;
  readonly records: readonly Uint8Array[];
}

/** More uncertain places than this on one page are a page whose erase was cut: it is there or not (A4). */
const UNCERTAIN_MAX = 3;

interface PageReadings {
  /** With each choice of what is uncertain; `undefined`: the page does not count. */
  readonly ways: readonly (Reading | undefined)[];
  /** Names what is uncertain. */
  readonly text: string;
}

const cache = new WeakMap<FlashPage, PageReadings>();

/** Positions whose records are live when only these are read (core/journal/page.ts). */
function livePositions(read: readonly Position[]): Position[] {
  let lowest = Infinity;
  const live: Position[] = [];
  for (const position of read.toReversed()) {
    if (position.sequence > 0 && position.sequence < lowest) {
      lowest = position.sequence;
      live.unshift(position);
    }
  }
  return live;
}

function readingOf({ checkpoint }: PageForm, hasCheckpoint: boolean, read: readonly Position[]): Reading | undefined {
  const live = livePositions(read);
  const counts = hasCheckpoint && live.length > 0 && checkpoint!.sequence < live[0].sequence;
  return counts
    ? { sequence: live.at(-1)!.sequence, records: live.map(({ record }) => record!).filter(isRead) }
    : undefined;
}

function newReadings(form: PageForm): PageReadings {
  const { checkpoint } = form;
  const positions = form.positions.filter(({ record }) => record !== undefined);
  if (checkpoint === undefined || positions.length === 0) {
    return { ways: [undefined], text: "" };
  }
  const uncertain = positions.filter(({ certain }) => !certain);
  if (uncertain.length + (checkpoint.certain ? 0 : 1) > UNCERTAIN_MAX) {
    return { ways: [readingOf(form, true, positions), undefined], text: "torn" };
  }
  const ways: (Reading | undefined)[] = [];
  for (let choice = 0; choice < 2 ** uncertain.length; choice++) {
    const read = positions.filter((position) =>
      position.certain || (choice & (1 << uncertain.indexOf(position))) !== 0);
    ways.push(readingOf(form, true, read));
  }
  if (!checkpoint.certain) {
    ways.push(undefined);
  }
  const names = uncertain.map(({ record }) => recordText(record!));
  return { ways, text: ways.length > 1 ? `?${names.join(";")}` : "" };
}

function readingsOfPage(page: FlashPage): PageReadings {
  const known = cache.get(page) ?? newReadings(pageForm(page));
  cache.set(page, known);
  return known;
}

function slotText(slot: SlotLog | undefined): string {
  if (slot === undefined) {
    return "-";
  }
  const { file, lengthBytes, markBytes, isInstalled } = slot;
  return `${file}:${lengthBytes}${isInstalled ? "!" : `@${markBytes}`}`;
}

function logText({ slots, isPermanent, erases, failures }: Log, limits: CountLimits): string {
  const counts = `${Math.min(erases, limits.erasesMax)},${Math.min(failures, limits.failuresMax)}`;
  return `${slots.map(slotText).join()},${isPermanent ? "p" : ""},${counts}`;
}

/** What the records add up to from each page on, one text a page; "": the page adds nothing. */
function textsOf(readings: readonly (Reading | undefined)[], limits: CountLimits): { texts: string[]; log: Log } {
  const counting = readings.flatMap((reading, at) => (reading === undefined ? [] : [{ reading, at }]))
    .sort((a, b) => a.reading.sequence - b.reading.sequence);
  const texts = readings.map(() => "");
  let after = "";
  let whole = EMPTY;
  for (let first = counting.length - 1; first >= 0; first--) {
    const log = counting.slice(first).flatMap(({ reading }) => reading.records).reduce(applyToLog, EMPTY);
    const text = logText(log, limits);
    texts[counting[first].at] = text === after ? "" : text;
    after = text;
    whole = log;
  }
  const { records } = counting.at(-1)?.reading ?? { records: [] };
  const hasCounts = whole.erases + whole.failures > 0;
  // Counts that stand on an older page only are written once more.
  const isFresh = records.some((record) => record[RecordField.Type] === RecordType.Allowances);
  return { texts: [...texts, hasCounts && isFresh ? "f" : ""], log: whole };
}

/** What certain records say of erases and failed logins. */
export function certainCounts(pages: readonly FlashPage[]): { readonly erases: number; readonly failures: number } {
  const readings = pages.map((page) => {
    const form = pageForm(page);
    return readingOf(form, form.checkpoint?.certain === true, form.positions.filter(({ certain }) => certain));
  });
  return textsOf(readings, { erasesMax: Infinity, failuresMax: Infinity }).log;
}

/**
 * @param pages all pages of the partition, in order
 * @param first the page that the names of the others begin with
 * @param isOld of each page: whether the boot state does not depend on it
 */
export function managementForm(
  pages: readonly FlashPage[], first: number, isOld: readonly boolean[], limits: CountLimits,
): ManagementForm {
  const order = [...pages.keys()].map((i) => (first + i) % pages.length);
  const found = order.map((at) => readingsOfPage(pages[at]));
  const keptBytes = [0, 0];
  const nameOf = (choice: readonly (Reading | undefined)[]): string => {
    const { texts, log } = textsOf(choice, limits);
    log.slots.forEach((slot, i) => {
      const isPartial = slot !== undefined && !slot.isInstalled && slot.markBytes < slot.lengthBytes;
      keptBytes[i] = Math.max(keptBytes[i], isPartial ? slot.markBytes : 0);
    });
    return texts.join("/");
  };
  // Pages that may read in more than one way count only where that makes a difference, whatever the others say.
  const matters = found.map(({ ways }, i) => ways.length > 1 &&
    choicesOf(found.map((page, k) => (k === i ? [page.ways[0]] : page.ways))).some((choice) =>
      ways.some((way) => nameOf(choice.with(i, way)) !== nameOf(choice))));
  const names = choicesOf(found.map(({ ways }, i) => (matters[i] ? ways : [ways[0]]))).map(nameOf);
  const uncertain = found.map(({ text }, i) => (matters[i] ? text : ""));
  return {
    text: names.length === 1 ? names[0] : `${names.join("|")} ${uncertain.join("/")}`,
    keptBytes,
    flaky: names.length > 1,
    marginalPlaces: matters.filter((isMarginal, i) => isMarginal && isOld[order[i]]).length,
  };
}

/** One way or the other for each page: nearly always there is one page at most with more than one. */
function choicesOf(ways: readonly (readonly (Reading | undefined)[])[]): (Reading | undefined)[][] {
  return ways.reduce<(Reading | undefined)[][]>(
    (choices, next) => choices.flatMap((before) => next.map((way) => [...before, way])), [[]],
  );
}
