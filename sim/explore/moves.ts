/** What may happen to a board between one state and the next, and how it is written down in a few characters. */

import { ResetCause } from "../../core/boot/reset-cause";
import type { UnstableReads } from "../flash-geometry";

/** One bit of one read comes back wrong, or some bit of every read of a slot. */
export type Disturbance =
  | { readonly kind: "read"; readonly readNumber: number; readonly byte: number }
  | { readonly kind: "slot"; readonly slot: number };

/** Where power fails: inside an operation when `tornBytes` of it are done, or behind it. */
export interface ExploredCut {
  readonly operation: number;
  /** `undefined`: after the operation. -1: before it. */
  readonly tornBytes: number | undefined;
}

export interface BootMove {
  readonly kind: "boot";
  /** So many positions of the journal's page in use are used up first. */
  readonly agePositions: number;
  readonly cause: ResetCause;
  readonly gesture: boolean;
  /** One letter: what the application, or whoever repairs the board, does (behaviours.ts). */
  readonly behaviour: string;
  readonly reads: Reads;
  readonly disturbance: Disturbance | undefined;
  readonly cut: ExploredCut | undefined;
}

/** A bit of a slot changes. */
export interface FlipMove {
  readonly kind: "flip";
  readonly slot: number;
  readonly offsetBytes: number;
}

export type Move = BootMove | FlipMove;

/** How unstable bits read in one boot; `late`: alternating, but zeros first. */
export type Reads = UnstableReads | "late";

const CAUSES: Readonly<Record<ResetCause, string>> = {
  [ResetCause.Unknown]: "u",
  [ResetCause.PowerOn]: "p",
  [ResetCause.BrownOut]: "b",
  [ResetCause.Pin]: "r",
  [ResetCause.Watchdog]: "w",
  [ResetCause.Panic]: "c",
  [ResetCause.Software]: "s",
  [ResetCause.DeepSleepWake]: "d",
  [ResetCause.WarmStart]: "i",
};

const READS: Readonly<Record<Reads, string>> = {
  random: "",
  ones: "=o",
  zeros: "=z",
  alternating: "=l",
  late: "=m",
};

function keyOf<T extends string>(texts: Readonly<Record<T, string>>, text: string): T {
  return (Object.keys(texts) as T[]).find((key) => texts[key] === text)!;
}

export function moveText(move: Move): string {
  if (move.kind === "flip") {
    return `f${"AB"[move.slot]}${move.offsetBytes}`;
  }
  const { agePositions, cause, behaviour, gesture, reads, disturbance, cut } = move;
  const age = agePositions === 0 ? "" : `+${agePositions}`;
  const start = `${age}${CAUSES[cause]}${behaviour}${gesture ? "G" : ""}${READS[reads]}`;
  return start + disturbanceText(disturbance) + cutText(cut);
}

function disturbanceText(disturbance: Disturbance | undefined): string {
  if (disturbance === undefined) {
    return "";
  }
  return disturbance.kind === "slot"
    ? `N${"AB"[disturbance.slot]}`
    : `n${disturbance.readNumber}x${disturbance.byte}`;
}

function cutText(cut: ExploredCut | undefined): string {
  if (cut === undefined) {
    return "";
  }
  if (cut.tornBytes === -1) {
    return `@${cut.operation}b`;
  }
  return `@${cut.operation}${cut.tornBytes === undefined ? "a" : `t${cut.tornBytes}`}`;
}

const FLIP = /^f([AB])(\d+)$/;
const BOOT = /^(?:\+(\d+))?([upbrwcsdi])([a-zA-Z])(G)?(=[ozlm])?(?:n(\d+)x(\d+)|N([AB]))?(?:@(\d+)(?:([ab])|t(\d+)))?$/;

/** The move that `moveText` wrote; `undefined`: it is none. */
export function parseMove(text: string): Move | undefined {
  const flip = FLIP.exec(text);
  if (flip !== null) {
    return { kind: "flip", slot: "AB".indexOf(flip[1]), offsetBytes: Number(flip[2]) };
  }
  const match = BOOT.exec(text) as (string | undefined)[] | null;
  if (match === null) {
    return undefined;
  }
  const [, age, cause, behaviour, gesture, reads, readNumber, byte, slot, operation, place, torn] = match;
  const causes = CAUSES as Readonly<Record<string, string>>;
  const tornBytes = torn === undefined ? (place === "b" ? -1 : undefined) : Number(torn);
  return {
    kind: "boot",
    agePositions: Number(age ?? 0),
    cause: Number(keyOf(causes, cause!)) as ResetCause,
    behaviour: behaviour!,
    gesture: gesture !== undefined,
    reads: keyOf(READS, reads ?? ""),
    disturbance: slot !== undefined
      ? { kind: "slot", slot: "AB".indexOf(slot) }
      : readNumber === undefined
        ? undefined
        : { kind: "read", readNumber: Number(readNumber), byte: Number(byte) },
    cut: operation === undefined ? undefined : { operation: Number(operation), tornBytes },
  };
}
