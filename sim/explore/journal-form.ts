/**
 * The canonical form of a journal: what of its bytes can matter to any later start, and nothing else. Two journals
 * with the same form offer the software the same possibilities (docs/explore.md, R1 to R6, with the reasons).
 */

import { applyRecord, emptyState, slotOffset, SlotStatus } from "../../core/boot/state";
import { RecordField, RecordType } from "../../core/journal/record";
import type { FlashPage } from "../flash-page";
import type { Checkpoint, PageForm, Position } from "./page-form";
import { pageForm, positionsOf } from "./page-form";
import { recordText, stateText } from "./state-text";

/** What the explorer needs to know of a journal. */
export interface JournalForm {
  /** Names the form, without the place in the page. */
  readonly text: string;
  /**
   * Where other pages matter besides the one that surely holds the state: `text` without what that says. "": only it
   * matters.
   */
  readonly ring: string;
  /** Page that surely holds the state, counted from the start of the partition; -1: none does. */
  readonly page: number;
  readonly usedPositions: number;
  /** Positions of that page that are left. */
  readonly leftPositions: number;
  /** Whether some unstable bit could make a difference. */
  readonly flaky: boolean;
  /** Lowest sequence that the newest record of the page in use may have. */
  readonly sequence: number;
  /** Places that may read in more than one way, where that makes a difference. */
  readonly marginalPlaces: number;
  /** Slot A, slot B: whether what stands there could be started, or taken into account, without being written anew. */
  readonly slotsInUse: readonly boolean[];
  /** Of each page, in the order of the partition, whether the boot state does not depend on it. */
  readonly isOld: readonly boolean[];
}

function isSettled(position: Position | undefined): boolean {
  return position?.record === undefined || position.record[RecordField.Type] === RecordType.Settled;
}

/** How a text names what stands on pages. */
interface Names {
  readonly sequence: (sequence: number) => number;
  readonly state: (text: string) => string;
  readonly record: (record: Uint8Array) => string;
}

/** The records of a page up to the first that is uncertain, folded; the rest, one by one. */
function pageText(form: PageForm, names: Names): string {
  const { checkpoint, positions } = form;
  if (checkpoint === undefined) {
    const rest = positions.map((position) => positionText(position, form, names)).join(";");
    return `-${form.usedPositions}|${rest}`;
  }
  const { text, count } = foldCertain(form, checkpoint);
  const others = positions.slice(count);
  const last = positions[count - 1];
  // What the last certain record is matters only as long as no other is behind it.
  const end = isSettled(last) ? (last?.sequence === checkpoint.sequence + 1 ? "y" : "s") : "u";
  const settled = last === undefined || others.some(({ certain }) => certain) ? "n" : end;
  const rest = others.map((position) => positionText(position, form, names)).join(";");
  return `${checkpoint.certain ? "C" : "c"}${settled}${names.state(text)}|${rest}|${form.programs}`;
}

/** A checkpoint with all records up to the first that is uncertain. */
interface Folded {
  readonly state: Uint8Array;
  readonly text: string;
  /** Records that are in it. */
  readonly count: number;
}

const folds = new WeakMap<PageForm, Folded>();

/** Of equal pages it is worked out once. */
function foldCertain(form: PageForm, checkpoint: Checkpoint): Folded {
  const known = folds.get(form);
  if (known !== undefined) {
    return known;
  }
  const { positions } = form;
  const uncertain = positions.filter(({ record, certain }) => record !== undefined && !certain);
  const limit = Math.min(...uncertain.map(({ sequence }) => sequence));
  const firstUncertain = uncertain[0]?.index ?? Infinity;
  const state = checkpoint.state.slice();
  let count = 0;
  while (count < positions.length) {
    const { record, certain, sequence, index } = positions[count];
    if (record === undefined || !certain || sequence >= limit || index > firstUncertain) {
      break;
    }
    applyRecord(state, record);
    count++;
  }
  const folded = { state, text: stateText(state.slice()), count };
  folds.set(form, folded);
  return folded;
}

function positionText(position: Position, form: PageForm, names: Names): string {
  const place = position.solid ? "" : String(position.index - form.usedPositions);
  const kind = `${position.certain ? "!" : "?"}${position.canBeBlank ? "_" : ""}`;
  const record = position.record === undefined ? ""
    : `${names.sequence(position.sequence)}:${names.record(position.record)}`;
  return `${kind}${place}${record}`;
}

/** Positions left with which no boot comes to the end of a page. */
const FAR_POSITIONS = 24;

/** How much of a page is used that may or may not be the one in use; far from its end it is all the same (A3). */
function placeOnPage({ usedPositions }: PageForm, page: FlashPage): string {
  const left = positionsOf(page) - usedPositions;
  return left > FAR_POSITIONS ? "" : String(left);
}

/** Whether some reading finds a checkpoint and a record behind it. */
function canCount({ checkpoint, positions }: PageForm): boolean {
  return checkpoint !== undefined && positions.some(({ sequence }) => sequence > checkpoint.sequence);
}

/** Of a page that never counts only this matters: whether a higher sequence than that in use stands on it. */
function highness({ checkpoint, positions }: PageForm): "H" | "h" {
  return checkpoint?.certain === true || (checkpoint === undefined && positions.some(({ certain }) => certain))
    ? "H"
    : "h";
}

/** A sequence that every reading finds on a page that never counts; 0: none. */
function sureHighSequence(form: PageForm): number {
  const { checkpoint, positions } = form;
  if (canCount(form) || highness(form) === "h") {
    return 0;
  }
  return checkpoint?.sequence ??
    Math.max(...positions.filter(({ certain }) => certain).map(({ sequence }) => sequence));
}

/** Whether nothing certain stands on a page but its checkpoint and the record that shows that this was read back. */
function isYoung({ checkpoint, positions }: PageForm): boolean {
  return positions.every(({ certain, sequence }) => !certain || sequence === (checkpoint?.sequence ?? 0) + 1);
}

/** Of the older pages, behind a young one: which is the newest, and is not to be erased besides the one in use. */
function oldTexts(old: readonly PageForm[]): ReadonlyMap<PageForm, string> {
  const counting = old.filter(canCount).sort((a, b) => b.highestSequence - a.highestSequence);
  const sure = counting.findIndex(({ sureSequence: sequence }) => sequence > 0);
  const matter = sure < 0 ? counting : counting.slice(0, sure + 1);
  return new Map(matter.map((form, i) => [form, i === sure ? "o!" : `o${i}?`]));
}

function withoutHidden(form: PageForm): PageForm {
  const positions = form.positions.filter(({ record }) => record !== undefined);
  return positions.length === form.positions.length ? form : { ...form, positions, programs: "" };
}

/** A page whose checkpoint is uncertain was cut as a whole: one place. */
function marginalPlaces({ checkpoint, positions }: PageForm): number {
  return checkpoint !== undefined && !checkpoint.certain ? 1 : positions.filter(({ certain }) => !certain).length;
}

/** Whether something of the page depends on how unstable bits read. */
function isFlaky(form: PageForm): boolean {
  return (form.checkpoint !== undefined && !form.checkpoint.certain) || form.positions.some(({ certain }) => !certain);
}

/**
 * @param pages all pages of the partition, in order
 * @param keepsInstalled whether an image that was installed may be asked for in a later start
 */
export function journalForm(pages: readonly FlashPage[], keepsInstalled = false): JournalForm {
  const found = pages.map(pageForm);
  const newest = found.reduce((best, form, i) => (form.sureSequence > (found[best]?.sureSequence ?? 0) ? i : best), -1);
  if (newest >= 0 && found.some(({ surelyHighest }) => surelyHighest > found[newest].highestSequence)) {
    // Nothing is appended to this page any more, so that it is all the same where it would be.
    found[newest] = withoutHidden(found[newest]);
  }
  const sure = found.reduce((best, form, i) => (form.sureSequence > (found[best]?.sureSequence ?? 0) ? i : best), -1);
  const sureAbove = sure < 0 ? 0 : found[sure].sureSequence;
  const open = found.map((form, i) => i === sure || form.highestSequence >= sureAbove);
  const counts = found.map((form, i) => open[i] && (i === sure || sure < 0 || canCount(form)));
  const compared = found.map((form, i) => (open[i] ? comparedSequences(form, counts[i]) : []));
  const ranks = ranksOf(compared);
  const sureHigh = Math.max(...found.map((form, i) => (i !== sure && open[i] ? sureHighSequence(form) : 0)));
  // Below a sequence that is surely there, it is all the same what a page that never counts has.
  const matters = found.map((form, i) => open[i] && form.highestSequence >= sureHigh);
  const old = oldTexts(sure >= 0 && isYoung(found[sure]) ? found.filter((_, i) => !open[i]) : []);
  const textOf = (at: number, names: Names): string => {
    const form = found[at];
    if (!open[at]) {
      return old.get(form) ?? "o";
    }
    if (counts[at]) {
      return `${at === sure ? "" : placeOnPage(form, pages[at])}${pageText(form, names)}${tieMark(compared, at)}`;
    }
    return matters[at] ? `${highness(form)}${names.sequence(form.highestSequence)}${tieMark(compared, at)}` : "o";
  };
  // Among the records that stay, only the order counts; those that are folded are not counted.
  const sequence = (number: number): number => (ranks.get(number) ?? 0) - (ranks.get(sureAbove) ?? 0);
  const names = { sequence, state: (text: string) => text, record: recordText };
  const order = pages.map((_, i) => (Math.max(sure, 0) + i) % pages.length);
  const texts = order.map((at) => textOf(at, names));
  const used = sure < 0 ? 0 : found[sure].usedPositions;
  const shown = found.filter((form, i) => counts[i] || (open[i] && highness(form) === "h" && matters[i]));
  const isAlone = sure < 0 || texts.every((text, i) => i === 0 || text === "o");
  const nameless = isAlone ? undefined : anonymous(found[sure], sequence);
  const ring = nameless === undefined ? "" : order.map((at) => textOf(at, nameless)).join("/");
  return {
    text: `${sure < 0 ? "lost" : ""}${texts.join("/")}`,
    ring,
    page: sure,
    usedPositions: used,
    leftPositions: positionsOf(pages[0]) - used,
    flaky: shown.some(isFlaky) || texts.some((text) => text.startsWith("o") && text.endsWith("?")),
    sequence: sureAbove,
    marginalPlaces: shown.reduce((sum, form) => sum + marginalPlaces(form), 0),
    slotsInUse: [0, 1].map((slot) => sure < 0 || shown.some((form) => isInUse(form, slot, keepsInstalled))),
    isOld: open.map((isOpen) => !isOpen),
  };
}

/** Sequences of a page that can be compared with those of others when a journal is opened. */
function comparedSequences(form: PageForm, counts: boolean): number[] {
  return counts
    ? [form.checkpoint?.sequence ?? 0, ...form.positions.map(({ sequence }) => sequence)]
    : [form.highestSequence];
}

/** The rank of each sequence among all. */
function ranksOf(compared: readonly (readonly number[])[]): ReadonlyMap<number, number> {
  return new Map([...new Set(compared.flat())].sort((a, b) => a - b).map((sequence, rank) => [sequence, rank]));
}

/** Of two pages with the same sequence, that with the lower offset is taken for the last one. */
function tieMark(compared: readonly (readonly number[])[], at: number): string {
  return compared.some((sequences, i) => i < at && sequences.some((one) => compared[at].includes(one))) ? "'" : "";
}

/** Names for what pages say that tell only whether it is the same as what the sure page says (R16). */
function anonymous(sure: PageForm, sequence: Names["sequence"]): Names {
  const { state, text, count } = foldCertain(sure, sure.checkpoint!);
  const known = new Map([[text, "="]]);
  const behind = state.slice();
  for (const { record } of sure.positions.slice(count)) {
    if (record !== undefined) {
      applyRecord(behind, record);
      const next = stateText(behind.slice());
      known.set(next, known.get(next) ?? `+${known.size}`);
    }
  }
  return {
    sequence,
    state: (other) => known.get(other) ?? other,
    record: (record) => (record[RecordField.Type] === RecordType.Settled ? "" : "r"),
  };
}

const inUse = new WeakMap<PageForm, (boolean | undefined)[]>();

/**
 * Whether a page may ever say that a slot's image be started: it is on trial or confirmed, or a record on the page says
 * something of it that is uncertain or was so in between.
 */
function isInUse(form: PageForm, slot: number, keepsInstalled: boolean): boolean {
  const known = inUse.get(form) ?? [];
  inUse.set(form, known);
  return (known[slot + (keepsInstalled ? 2 : 0)] ??= mayBeInUse(form, slot, keepsInstalled));
}

function mayBeInUse({ checkpoint, positions }: PageForm, slot: number, keepsInstalled: boolean): boolean {
  if (checkpoint === undefined) {
    return true;
  }
  const state = checkpoint.state.slice();
  const offset = slotOffset(slot);
  const firstUncertain = positions.findIndex(({ certain }) => !certain);
  const folded = firstUncertain < 0 ? positions.length : firstUncertain;
  let used = false;
  for (let i = 0; i <= positions.length; i++) {
    const status: SlotStatus = state[offset];
    const maySay = status === SlotStatus.Trial || status === SlotStatus.Confirmed ||
      (keepsInstalled && status === SlotStatus.Installed);
    used ||= i >= folded && maySay;
    const record = positions[i]?.record;
    if (record !== undefined) {
      applyRecord(state, record);
    }
  }
  return used;
}

/** The boot state as it reads with every unstable bit as 1; `undefined`: the journal is lost then. */
export function certainState(pages: readonly FlashPage[]): Uint8Array | undefined {
  let best: PageForm | undefined;
  let newest = 0;
  for (const page of pages) {
    const form = pageForm(page);
    if (form.sureSequence > newest) {
      newest = form.sureSequence;
      best = form;
    }
  }
  if (best?.checkpoint === undefined) {
    return undefined;
  }
  const state = emptyState();
  state.set(best.checkpoint.state);
  for (const { record, certain } of best.positions) {
    if (record !== undefined && certain) {
      applyRecord(state, record);
    }
  }
  return state;
}
