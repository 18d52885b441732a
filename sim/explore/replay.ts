/** Runs the path of an id again, with real power cuts, and tells everything that happens on the way. */

import { readU32 } from "../../core/bytes";
import { RecordField } from "../../core/journal/record";
import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import { recordName } from "../journal-reader";
import { causeName } from "../reset";
import { BEHAVIOURS } from "./behaviours";
import type { Ghost } from "./ghost";
import type { BootMove, Move } from "./moves";
import { moveText } from "./moves";
import type { ExploredPath } from "./path-id";
import { PathIdError } from "./path-id";
import { stateViolations } from "./watch";
import type { ExploreWorld, Run, TrackedPages } from "./world";

/** One line of a replay. */
export type ReplayEvent =
  | { readonly event: "move"; readonly number: number; readonly move: string; readonly text: string }
  | {
    readonly event: "operation";
    readonly number: number;
    readonly kind: "erase" | "write";
    readonly offsetBytes: number;
    readonly lengthBytes: number;
    readonly text: string;
  }
  | { readonly event: "boot"; readonly started: string; readonly version: string; readonly text: string }
  | { readonly event: "violation"; readonly text: string };

const READS_TEXT = {
  random: "",
  ones: ", unstable bits read as ones",
  zeros: ", unstable bits read as zeros",
  alternating: ", unstable bits read as ones and zeros in turns",
  late: ", unstable bits read as zeros and ones in turns",
} as const;

function moveSentence(move: Move): string {
  if (move.kind === "flip") {
    return `a bit flips in slot ${"AB"[move.slot]} at ${move.offsetBytes}`;
  }
  const { agePositions, cause, gesture, behaviour, reads, disturbance, cut } = move;
  const age = agePositions === 0 ? "" : `${agePositions} more positions of the journal page are used up; `;
  const hand = gesture ? " with the recovery gesture" : "";
  const noise = disturbance === undefined
    ? ""
    : disturbance.kind === "slot"
      ? `, every read of slot ${"AB"[disturbance.slot]} has a wrong bit`
      : `, read ${disturbance.readNumber} has a wrong bit in byte ${disturbance.byte}`;
  const end = cut === undefined ? "" : `; power fails ${cutSentence(cut.operation, cut.tornBytes)}`;
  const title = BEHAVIOURS[behaviour]?.title ?? behaviour;
  return `${age}start by ${causeName(cause)}${hand}${READS_TEXT[reads]}${noise}; the application ${title}${end}`;
}

function cutSentence(operation: number, tornBytes: number | undefined): string {
  if (tornBytes === undefined) {
    return `after operation ${operation}`;
  }
  return tornBytes < 0 ? `before operation ${operation}` : `inside operation ${operation}, ${tornBytes} bytes done`;
}

/** The part of the flash, and what a record there says. */
function operationSentence(world: ExploreWorld, run: Run, whole: Run, number: number): string {
  const { kind, offsetBytes, lengthBytes } = run.operations[number].operation;
  const { journal, slots, data } = world.places;
  const places = { journal, "slot A": slots[0], "slot B": slots[1], data };
  const [name, place] = Object.entries(places).find(([, { offsetBytes: start, sizeBytes }]) =>
    offsetBytes >= start && offsetBytes < start + sizeBytes) ?? ["elsewhere", undefined];
  const inside = offsetBytes - (place?.offsetBytes ?? 0);
  const page = `page ${Math.floor(inside / world.pageBytes)}`;
  const bytes = kind === "write" ? world.writtenBytes(whole, number) : undefined;
  let what = "";
  if (name === "journal" && bytes !== undefined) {
    const position = (inside % world.pageBytes - STATE_BYTES) / RECORD_BYTES;
    const where = position < 0 ? "" : ` at position ${position}`;
    what = `, ${recordName(bytes[RecordField.Type])}, sequence ${readU32(bytes, 0)}${where}`;
  }
  return `${kind} ${name}, ${page}, ${lengthBytes} bytes${what}`;
}

function checkCut(number: number, move: BootMove, run: Run): void {
  if (move.cut !== undefined && move.cut.operation >= run.operations.length) {
    const count = run.operations.length;
    throw new PathIdError(`its boot ${number} has no operation ${move.cut.operation} (only ${count}): ` +
      "it was written for another commit");
  }
}

/** Throws PathIdError where the path cannot be gone in this version of the software. */
export function* replay(world: ExploreWorld, path: ExploredPath): Generator<ReplayEvent> {
  let pages: TrackedPages = world.firstPages;
  let ghost: Ghost = world.firstGhost;
  for (const [index, move] of path.moves.entries()) {
    yield { event: "move", number: index + 1, move: moveText(move), text: moveSentence(move) };
    if (move.kind === "flip") {
      pages = world.flip(pages, move.slot, move.offsetBytes);
      ghost = { ...ghost, flips: ghost.flips + 1 };
    } else {
      const run = yield* replayBoot(world, pages, ghost, move, index + 1);
      pages = world.pick(run.after);
      ghost = run.ghost;
    }
    for (const text of stateViolations(world, pages, ghost)) {
      yield { event: "violation", text };
    }
  }
}

function* replayBoot(
  world: ExploreWorld, before: TrackedPages, ghost: Ghost, move: BootMove, number: number,
): Generator<ReplayEvent, Run> {
  const pages = move.agePositions === 0 ? before : world.age(before, move.agePositions);
  // The uncut run knows what a torn operation was to write.
  const whole = world.run(pages, ghost, move);
  checkCut(number, move, whole);
  const run = move.cut === undefined ? whole : world.run(pages, ghost, move, true);
  for (const [at, { operation }] of run.operations.entries()) {
    yield { event: "operation", number: at, ...operation, text: operationSentence(world, run, whole, at) };
  }
  const { report } = run;
  const started = report?.started ?? "none";
  const version = report?.version ?? "";
  const trial = run.onTrial ? ", trial" : "";
  const what = started === "A" || started === "B" ? `slot ${started} starts, ${version}${trial}` : `starts ${started}`;
  yield { event: "boot", started, version, text: `${what}; ended by ${report?.endedBy ?? "a broken rule"}` };
  for (const text of run.violations) {
    yield { event: "violation", text };
  }
  return run;
}
