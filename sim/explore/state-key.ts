/** The name of a state: two states with the same name have the same future, apart from the place in a journal page. */

import type { Ghost } from "./ghost";
import { ghostText } from "./ghost";
import { journalForm } from "./journal-form";
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
const UNUSED = { text: ".", image: -1, flaky: false };

export function stateForm(world: ExploreWorld, pages: TrackedPages, ghost: Ghost): StateForm {
  const journal = journalForm(world.journalOf(pages));
  const slots = world.slotForms.map((forms, slot) =>
    journal.slotsInUse[slot] ? forms.form(world.slotOf(pages, slot)) : UNUSED);
  const slotTexts = slots.map(({ text, image }) => (world.sealsMatter || image < 0 ? text : String(image)));
  const facts = `${ghostText(ghost)} ${slotTexts.join()}`;
  const key = `${facts} ${journal.text}`;
  return {
    key,
    family: journal.ring === "" ? key : `${facts} ring ${journal.ring}`,
    leftPositions: journal.leftPositions,
    usedPositions: journal.usedPositions,
    journalPage: journal.page,
    marginalPlaces: journal.marginalPlaces,
    sequence: journal.sequence,
    flaky: journal.flaky || slots.some(({ flaky, image }) => flaky && (world.sealsMatter || image < 0)),
  };
}
