/**
 * The canonical form of a journal: what of its bytes can matter to any later start, and nothing else. Two journals
 * with the same form offer the software the same possibilities (docs/explore.md, R1 to R6, with the reasons).
 */

import { applyRecord, emptyState, slotOffset, SlotStatus } from "../../core/boot/state";
import { RecordField, RecordType } from "../../core/journal/record";
import { STATE_BYTES } from "../../core/limits";
import type { FlashPage } from "../flash-page";
import type { PageForm, Position } from "./page-form";
import { pageForm, positionsOf } from "./page-form";
import { readingsOf } from "./position-form";
import { recordText, stateText } from "./state-text";

/** What the explorer needs to know of a journal. */
export interface JournalForm {
  /** Names the form, without the place in the page. */
  readonly text: string;
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
  /** Whether a page that counts by marginal bits alone was erased in part, or filled by cut writes alone (A3). */
  readonly isKnownLimit: boolean;
  /** Slot A, slot B: whether what stands there could be started, or taken into account, without being written anew. */
  readonly slotsInUse: readonly boolean[];
}

function isSettled({ record }: Position): boolean {
  return record === undefined || record[RecordField.Type] === RecordType.Settled;
}

/** The records of a page up to the first that is uncertain, folded; the rest, one by one. */
function pageText(form: PageForm, name: (sequence: number) => number): string {
  const { checkpoint, positions } = form;
  if (checkpoint === undefined) {
    const rest = positions.map((position) => positionText(position, form, name)).join(";");
    return `-${form.usedPositions}|${rest}`;
  }
  const uncertain = positions.filter(({ record, certain }) => record !== undefined && !certain);
  const limit = Math.min(...uncertain.map(({ sequence }) => sequence));
  const firstUncertain = uncertain[0]?.index ?? Infinity;
  const state = checkpoint.state.slice();
  let folded = 0;
  while (folded < positions.length) {
    const { record, certain, sequence, index } = positions[folded];
    if (record === undefined || !certain || sequence >= limit || index > firstUncertain) {
      break;
    }
    applyRecord(state, record);
    folded++;
  }
  const others = positions.slice(folded);
  const last = positions[folded - 1];
  // What the last certain record is matters only as long as no other is behind it.
  const settled = last === undefined || others.some(({ certain }) => certain) ? "n" : isSettled(last) ? "s" : "u";
  const rest = others.map((position) => positionText(position, form, name)).join(";");
  return `${checkpoint.certain ? "C" : "c"}${settled}${stateText(state)}|${rest}|${form.programs}`;
}

function positionText(position: Position, form: PageForm, name: (sequence: number) => number): string {
  const place = position.solid ? "" : String(position.index - form.usedPositions);
  const kind = `${position.certain ? "!" : "?"}${position.canBeBlank ? "_" : ""}`;
  const record = position.record === undefined ? "" : `${name(position.sequence)}:${recordText(position.record)}`;
  return `${kind}${place}${record}`;
}

/** Positions left on a page of which it is said that cut writes have filled it. */
const FULL_POSITIONS = 4;

function isKnownLimit(form: PageForm, page: FlashPage): boolean {
  const isCutErase = form.checkpoint !== undefined && !form.checkpoint.certain && isHalfErased(page);
  return isCutErase || (canCount(form) && positionsOf(page) - form.usedPositions <= FULL_POSITIONS);
}

/** Positions left with which no boot comes to the end of a page. */
const FAR_POSITIONS = 24;

/** How much of a page is used that may or may not be the one in use; far from its end it is all the same (A4). */
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

/** Whether the checkpoint may read as blank: a cut erase, not a cut write, left it so. */
function isHalfErased(page: FlashPage): boolean {
  return readingsOf(page, 0, STATE_BYTES).canBeBlank;
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

/** @param pages all pages of the partition, in order */
export function journalForm(pages: readonly FlashPage[]): JournalForm {
  const found = pages.map(pageForm);
  const newest = found.reduce((best, form, i) => (form.sureSequence > (found[best]?.sureSequence ?? 0) ? i : best), -1);
  if (newest >= 0 && found.some(({ surelyHighest }) => surelyHighest > found[newest].highestSequence)) {
    // Nothing is appended to this page any more, so that it is all the same where it would be.
    found[newest] = withoutHidden(found[newest]);
  }
  const sure = found.reduce((best, form, i) => (form.sureSequence > (found[best]?.sureSequence ?? 0) ? i : best), -1);
  const sureAbove = sure < 0 ? 0 : found[sure].sureSequence;
  const open = found.map((form, i) => i === sure || form.highestSequence >= sureAbove);
  const sequences = found.flatMap((form, i) =>
    open[i] ? [form.checkpoint?.sequence ?? 0, ...form.positions.map(({ sequence }) => sequence)] : []);
  const ranked = [...new Set(sequences)].sort((a, b) => a - b);
  const ranks = new Map(ranked.map((sequence, rank) => [sequence, rank]));
  // Among the records that stay, only the order counts; those that are folded are not counted.
  const name = (sequence: number): number => (ranks.get(sequence) ?? 0) - (ranks.get(sureAbove) ?? 0);
  const sureHigh = found.some((form, i) => i !== sure && open[i] && !canCount(form) && highness(form) === "H");
  const start = Math.max(sure, 0);
  const texts: string[] = [];
  for (let i = 0; i < pages.length; i++) {
    const at = (start + i) % pages.length;
    const form = found[at];
    if (at === sure || sure < 0 || canCount(form)) {
      const place = at === sure ? "" : placeOnPage(form, pages[at]);
      texts.push(open[at] ? `${place}${pageText(form, name)}` : "o");
    } else {
      const high = open[at] ? highness(form) : "o";
      // Once some page surely has a higher sequence, it is all the same whether another one has.
      texts.push(high === "h" && sureHigh ? "o" : high);
    }
  }
  const used = sure < 0 ? 0 : found[sure].usedPositions;
  const shown = found.filter((form, i) =>
    open[i] && (i === sure || sure < 0 || canCount(form) || (highness(form) === "h" && !sureHigh)));
  return {
    text: `${sure < 0 ? "lost" : ""}${texts.join("/")}`,
    page: sure,
    usedPositions: used,
    leftPositions: positionsOf(pages[0]) - used,
    flaky: shown.some(isFlaky),
    sequence: sureAbove,
    isKnownLimit: sure >= 0 && found.some((form, i) => open[i] && i !== sure && isKnownLimit(form, pages[i])),
    marginalPlaces: shown.reduce((sum, form) => sum + marginalPlaces(form), 0),
    slotsInUse: [0, 1].map((slot) => sure < 0 || shown.some((form) => isInUse(form, slot))),
  };
}

/**
 * Whether a page may ever say that a slot's image be started: it is on trial or confirmed, or a record on the page says
 * something of it that is uncertain or was so in between.
 */
function isInUse({ checkpoint, positions }: PageForm, slot: number): boolean {
  if (checkpoint === undefined) {
    return true;
  }
  const state = checkpoint.state.slice();
  const offset = slotOffset(slot);
  const firstUncertain = positions.findIndex(({ certain }) => !certain);
  const folded = firstUncertain < 0 ? positions.length : firstUncertain;
  let used = false;
  for (let i = 0; i <= positions.length; i++) {
    used ||= i >= folded && (state[offset] === SlotStatus.Trial || state[offset] === SlotStatus.Confirmed);
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
