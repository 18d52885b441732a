/** The name of a state: two states with the same name have the same future, apart from the place in a journal page. */

import type { Ghost } from "./ghost";
import { ghostText } from "./ghost";
import type { JournalForm } from "./journal-form";
import { journalForm } from "./journal-form";
import type { ManagementForm } from "./management-form";
import { managementForm } from "./management-form";
import type { SlotForm } from "./slot-form";
import type { ExploreWorld, TrackedPages } from "./world";

export interface StateForm {
  readonly key: string;
  /** States of one family are walked on from once (R16). */
  readonly family: string;
  /** Positions left on the journal page in use; they are no part of the key. */
  readonly leftPositions: number;
  readonly usedPositions: number;
  /** Journal page in use, counted from the start of the partition; -1: none for certain. */
  readonly journalPage: number;
  /** Whether it makes a difference how unstable bits read. */
  readonly flaky: boolean;
  readonly marginalPlaces: number;
  /** Lowest sequence that the newest record may have. */
  readonly sequence: number;
}

/** A slot that is erased before anything of it is read (R7). */
const UNUSED: SlotForm = { text: ".", image: -1, flaky: false };
/** Nobody reads what management noted. */
const UNMANAGED: ManagementForm = { text: "", keptBytes: [0, 0], flaky: false, marginalPlaces: 0 };

function slotForm(
  world: ExploreWorld, pages: TrackedPages, slot: number, journal: JournalForm, kept: readonly number[],
): SlotForm {
  const forms = world.slotForms[slot];
  const stands = world.slotOf(pages, slot);
  const whole = journal.slotsInUse[slot] ? forms.form(stands) : UNUSED;
  if (whole.image >= 0 || kept[slot] === 0) {
    return whole;
  }
  const part = forms.partForm(stands, kept[slot]);
  return { ...part, text: whole.text + part.text, flaky: whole.flaky || part.flaky };
}

export function stateForm(world: ExploreWorld, pages: TrackedPages, ghost: Ghost): StateForm {
  const { countLimits } = world;
  const journalPages = world.journalOf(pages);
  const journal = journalForm(journalPages, countLimits !== undefined);
  const management = countLimits === undefined
    ? UNMANAGED
    : managementForm(journalPages, Math.max(journal.page, 0), journal.isOld, countLimits);
  const slots = world.slotForms.map((_, slot) => slotForm(world, pages, slot, journal, management.keptBytes));
  const slotTexts = slots.map(({ text, image }) => (world.sealsMatter || image < 0 ? text : String(image)));
  const facts = `${ghostText(ghost)} ${slotTexts.join()}${management.text === "" ? "" : ` ${management.text}`}`;
  const key = `${facts} ${journal.text}`;
  return {
    key,
    family: journal.ring === "" ? key : `${facts} ring ${journal.ring}`,
    leftPositions: journal.leftPositions,
    usedPositions: journal.usedPositions,
    journalPage: journal.page,
    marginalPlaces: journal.marginalPlaces + management.marginalPlaces,
    sequence: journal.sequence,
    flaky: journal.flaky || management.flaky ||
      slots.some(({ flaky, image }) => flaky && (world.sealsMatter || image < 0)),
  };
}
