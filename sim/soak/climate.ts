/** What a board of a soak is like, and what happens to it before and in each of its boots: all of it drawn. */

import type { BootConfig } from "../../bootloader/config";
import { VerifyMode } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import type { UnstableReads } from "../flash-geometry";
import type { CutPlan } from "../power";
import type { ProvisionedBoardFile } from "../provision";
import type { SeededRandom } from "../random";

/** What stays the same for the whole life of a board. */
export interface Climate {
  readonly board: ProvisionedBoardFile;
  readonly config: Partial<BootConfig>;
  readonly payloadBytes: number;
  readonly hasDeviceKey: boolean;
  readonly readNoise: number;
  readonly unstableReads: UnstableReads;
  /** Whether each power cut may change how bits read that a cut left between 0 and 1. */
  readonly readsChange: boolean;
  /** Whether pages wear out within this life. */
  readonly wears: boolean;
  /** Whether bits of images flip. */
  readonly flips: boolean;
  readonly verifyDurationMs: number;
}

/** What happens around one boot. */
export interface Weather {
  /** Another cause than what follows from the end of the last boot: somebody pulled the plug, pressed reset. */
  readonly cause: ResetCause | undefined;
  readonly cut: CutPlan | undefined;
  readonly powerCutAtMs: number | undefined;
  readonly gesture: boolean;
  /** How long the board was off before. */
  readonly offUs: number;
  /** Slot and bit number of a bit that flips in an image before this boot. */
  readonly flip: { readonly slot: number; readonly draw: number } | undefined;
}

const PAGE = 512;
const JOURNAL_PAGES = 4;
const SLOT_PAGES = 8;
const READS: readonly UnstableReads[] = ["random", "ones", "zeros", "alternating"];
/** Three of them in one place are needed to be noticed: once in a thousand million boots. */
const NOISE = 0.0002;

export function chance(random: SeededRandom, probability: number): boolean {
  return random.fraction() < probability;
}

export function pick<T>(random: SeededRandom, values: readonly T[]): T {
  return values[random.below(values.length)];
}

function pages(first: number, count: number): { offsetBytes: number; sizeBytes: number } {
  return { offsetBytes: first * PAGE, sizeBytes: count * PAGE };
}

/** The board with pages so small that journal and slots turn over within a few boots; everything else stays. */
function shrunk(board: ProvisionedBoardFile): ProvisionedBoardFile {
  const data = 5 + JOURNAL_PAGES + 2 * SLOT_PAGES;
  return {
    ...board,
    flash: { ...board.flash, pageSizeBytes: PAGE, sizeBytes: (data + 2) * PAGE },
    partitions: {
      boot: pages(0, 1),
      journal: pages(2, JOURNAL_PAGES),
      slotA: pages(3 + JOURNAL_PAGES, SLOT_PAGES),
      slotB: pages(4 + JOURNAL_PAGES + SLOT_PAGES, SLOT_PAGES),
      data: pages(data, 2),
    },
  };
}

export function drawClimate(random: SeededRandom, boards: readonly ProvisionedBoardFile[]): Climate {
  const drawn = pick(random, boards);
  const isSmall = chance(random, 0.8);
  const wears = isSmall && chance(random, 0.2);
  const small = isSmall ? shrunk(drawn) : drawn;
  const enduranceCycles = wears ? 5 + random.below(40) : undefined;
  // A watchdog may tear an operation that takes time anywhere, also where the chip has a limit (see drawCut).
  const takesTime = drawn.flash.writesPerWordMax === undefined && chance(random, 0.3);
  const durations = takesTime ? { eraseDurationUs: 40000, writeDurationUs: 20 } : {};
  const knowsResetCauses = chance(random, 0.8);
  return {
    board: { ...small, flash: { ...small.flash, ...durations, enduranceCycles }, knowsResetCauses },
    config: {
      knowsResetCauses,
      verifyMode: chance(random, 0.5) ? VerifyMode.Seal : VerifyMode.Full,
      trialAttempts: 1 + random.below(3),
      trialForgiven: random.below(9),
      baseFloor: random.below(2),
    },
    payloadBytes: 40 + random.below(1400),
    hasDeviceKey: chance(random, 0.8),
    readNoise: chance(random, 0.2) ? NOISE : 0,
    unstableReads: pick(random, READS),
    readsChange: chance(random, 0.5),
    wears,
    flips: chance(random, 0.2),
    verifyDurationMs: chance(random, 0.3) ? 300 : 0,
  };
}

/**
 * A cut at one of the next operations, more often at an early one: there stand the records of a start.
 *
 * Where a word may be programmed twice only, no write tears in its first word: two such tears that read as erased
 * would leave no trace for any software, and the third write would be one too many (docs/qa.md, "Known limit").
 */
function drawCut(random: SeededRandom, climate: Climate): CutPlan {
  const { writesPerWordMax, writeUnitBytes } = climate.board.flash;
  const atOperation = random.below(pick(random, [4, 12, 60]));
  const seed = random.below(0x10000);
  const when = pick(random, ["before", "torn", "torn", "torn", "after"] as const);
  const firstTornByte = writesPerWordMax === undefined ? 0 : writeUnitBytes;
  const tornBytes = firstTornByte + random.below(pick(random, [32, 512]));
  if (when !== "torn") {
    return { atOperation, when, seed };
  }
  const reads = climate.readsChange ? { unstableReads: pick(random, READS) } : {};
  return { atOperation, when, seed, tornBytes, ...reads };
}

export function drawWeather(random: SeededRandom, climate: Climate): Weather {
  const blink = chance(random, 0.08);
  return {
    cause: blink ? pick(random, [ResetCause.PowerOn, ResetCause.BrownOut, ResetCause.Pin]) : undefined,
    cut: chance(random, 0.3) ? drawCut(random, climate) : undefined,
    powerCutAtMs: chance(random, 0.1) ? random.below(8000) : undefined,
    gesture: chance(random, 0.01),
    offUs: chance(random, 0.1) ? random.below(30 * 86400) * 1e6 : 0,
    flip: climate.flips && chance(random, 0.02)
      ? { slot: random.below(2), draw: random.next() }
      : undefined,
  };
}
