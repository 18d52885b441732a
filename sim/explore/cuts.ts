/** Every place of a boot at which power may fail, and what the flash holds then. */

import { readU32 } from "../../core/bytes";
import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import type { FlashPage } from "../flash-page";
import type { FlashOperation } from "../power";
import type { Ghost } from "./ghost";
import type { ExploredCut } from "./moves";
import { readingsOf } from "./position-form";
import type { StateForm } from "./state-key";
import { recordText } from "./state-text";
import type { ExploreWorld, Run, TrackedPages } from "./world";

export interface CutPlace {
  readonly cut: ExploredCut;
  /** Places that leave the same, this one included. */
  readonly count: number;
  /** `undefined`: nothing that belongs to a state differs from the place before. */
  readonly pages: TrackedPages | undefined;
  readonly ghost: Ghost;
  /** Whether it is one that no software can notice. */
  readonly leftOut: boolean;
}

/** Places of an erase that are tried. */
const ERASE_PLACES = 4;

/** Bytes of an operation after which it may tear: each of them stands for those up to the next (R10). */
function tornPlaces({ kind, lengthBytes }: FlashOperation, unitBytes: number): number[] {
  if (kind === "erase") {
    return [0, STATE_BYTES, lengthBytes / 2, lengthBytes - 1];
  }
  const places = new Set([unitBytes, Math.floor(lengthBytes / 2)]);
  for (let i = 0; i < unitBytes; i++) {
    places.add(i).add(lengthBytes - unitBytes + i);
  }
  return [...places].filter((place) => place < lengthBytes).sort((a, b) => a - b);
}

/**
 * A record whose first unit tears so that it reads as erased leaves no trace. Where a word may be programmed only so
 * often, software that cannot know comes to the limit: that one cut is left out (A1).
 */
function leavesNoTrace(world: ExploreWorld, page: FlashPage, operation: FlashOperation): boolean {
  const { writesPerWordMax, writeUnitBytes } = world.machine.chip.geometry;
  if (writesPerWordMax === undefined || page.programs === undefined || operation.kind === "erase") {
    return false;
  }
  const from = operation.offsetBytes % world.pageBytes;
  return page.programs[from / writeUnitBytes] >= writesPerWordMax &&
    readingsOf(page, from, from + operation.lengthBytes).canBeBlank;
}

/** What a torn operation's place can read as; places with the same answer are the same state. */
function readingName(world: ExploreWorld, page: FlashPage, { kind, offsetBytes, lengthBytes }: FlashOperation): string {
  if (kind === "erase") {
    return "";
  }
  const from = offsetBytes % world.pageBytes;
  const { stable, canBeBlank, validAsOnes, validAsZeros } = readingsOf(page, from, from + lengthBytes);
  return [stable, canBeBlank, validAsOnes, validAsZeros].join();
}

export function isTracked(world: ExploreWorld, { offsetBytes }: FlashOperation): boolean {
  return world.tracked.includes(Math.floor(offsetBytes / world.pageBytes));
}

function isRecord(world: ExploreWorld, { offsetBytes }: FlashOperation): boolean {
  const { journal } = world.places;
  return offsetBytes >= journal.offsetBytes && offsetBytes < journal.offsetBytes + journal.sizeBytes;
}

/** What an operation does to a state, in the state's own terms: with the same name it tears to the same states. */
export function operationName(world: ExploreWorld, run: Run, number: number, form: StateForm): string {
  const { operation, ghost } = run.operations[number];
  const { kind, offsetBytes, lengthBytes } = operation;
  const after = number + 1 < run.operations.length ? run.operations[number + 1].ghost : run.ghost;
  const learns = after === ghost ? "" : "!";
  if (!isRecord(world, operation)) {
    return `${isTracked(world, operation) ? offsetBytes : ""}${kind}${lengthBytes}${learns}`;
  }
  const pages = world.journalPages;
  const page = Math.floor((offsetBytes - world.places.journal.offsetBytes) / world.pageBytes);
  const place = (page - form.journalPage + pages) % pages;
  if (kind === "erase" || lengthBytes !== RECORD_BYTES) {
    return `${place}${kind}${lengthBytes}${learns}`;
  }
  const bytes = world.writtenBytes(run, number);
  const inPage = (offsetBytes % world.pageBytes - STATE_BYTES) / RECORD_BYTES;
  const index = place === 0 ? inPage - form.usedPositions : inPage;
  return `${place},${index},${readU32(bytes, 0) - form.sequence},${recordText(bytes)}${learns}`;
}

/** Power fails inside operation `number`, or right behind it. */
export function* cutPlaces(world: ExploreWorld, run: Run, number: number): Generator<CutPlace> {
  const { operation, ghost } = run.operations[number];
  const pageNumber = Math.floor(operation.offsetBytes / world.pageBytes);
  const after = run.operations[number + 1]?.before ?? run.after;
  const isOfState = isTracked(world, operation);
  if (isOfState) {
    yield* tornOperation(world, run, number, pageNumber);
  } else {
    const count = operation.kind === "erase" ? ERASE_PLACES : operation.lengthBytes;
    yield { cut: { operation: number, tornBytes: 0 }, count, pages: undefined, ghost, leftOut: false };
  }
  yield {
    cut: { operation: number, tornBytes: undefined },
    count: 1,
    pages: isOfState ? world.pick(after) : undefined,
    // What the software learns from the operation, it learns after the cut.
    ghost,
    leftOut: false,
  };
}

function* tornOperation(world: ExploreWorld, run: Run, number: number, pageNumber: number): Generator<CutPlace> {
  const { operation, ghost } = run.operations[number];
  const places = tornPlaces(operation, world.machine.chip.geometry.writeUnitBytes);
  let lastName: string | undefined;
  for (const [i, tornBytes] of places.entries()) {
    const count = operation.kind === "erase" ? 1 : (places[i + 1] ?? operation.lengthBytes) - tornBytes;
    const cut = { operation: number, tornBytes };
    const all = world.tear(run, number, tornBytes);
    const name = isRecord(world, operation) ? readingName(world, all[pageNumber], operation) : undefined;
    const isSame = name !== undefined && name === lastName;
    lastName = name;
    yield {
      cut,
      count,
      pages: isSame && operation.kind === "write" ? undefined : world.pick(all),
      ghost,
      leftOut: leavesNoTrace(world, all[pageNumber], operation),
    };
  }
}
