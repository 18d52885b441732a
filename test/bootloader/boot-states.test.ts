/**
 * Every state in which MCUboot's own C code was watched, before our bootloader on a board that was never provisioned.
 * docs/mcuboot-differences.md lists the classes of states where ours differs, with their numbers.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { BootConfig } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { trailerFieldOffset, TrailerField, trailerMagic } from "../../core/image/trailer";
import { Reason } from "../../core/reasons";
import { otherSlot, Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import type { MemoryFlash } from "../../hal/memory/flash";
import { PowerCut } from "../../sim/power";
import { vectorFile, vectorJson } from "../support/vectors";
import type { Bench, Start } from "./bench";
import { configWith, memoryBench, norBench } from "./bench";

type ImageName = "v1" | "v1b" | "v2" | "v2bad" | "v1c1" | "v2c2" | "empty";
type Flag = "unset" | "set" | "bad";
type SlotState = [image: ImageName, magic: "unset" | "good" | "bad", copyDone: Flag, imageOk: Flag];

interface State {
  readonly mode: "plain" | "revert" | "revert+counter";
  readonly a: SlotState;
  readonly b: SlotState;
  readonly boots: "A" | "B" | null;
  readonly counter_before?: number;
}

const STATES = (vectorJson("boot-states.json") as { cases: State[] }).cases;
const SLOT_BYTES = 16384;
const DOCUMENT = path.join(import.meta.dirname, "../../docs/mcuboot-differences.md");

const IMAGES = new Map<ImageName, Uint8Array>(
  (["v1", "v1b", "v2", "v2bad", "v1c1", "v2c2"] as const).map((name) => [name, vectorFile(`boot-states/${name}.bin`)]),
);
const COUNTERS: Partial<Record<ImageName, number>> = { v1c1: 1, v2c2: 2 };

const configs = new Map<number, BootConfig>();

/** The memoised configuration of a board whose hardware counter stands at this value. */
function configAt(floor: number): BootConfig {
  const config = configs.get(floor) ?? configWith({ baseFloor: floor });
  configs.set(floor, config);
  return config;
}

/** Puts image and trailer in a slot of 16 KB, each word written once, as a programmer would. */
function put(flash: FlashPartition, [name, magic, copyDone, imageOk]: SlotState): void {
  const image = IMAGES.get(name);
  if (image !== undefined) {
    const words = new Uint8Array(Math.ceil(image.length / 4) * 4).fill(0xff);
    words.set(image);
    flash.write(0, words);
  }
  if (magic !== "unset") {
    const bytes = trailerMagic(8);
    bytes[15] = magic === "bad" ? bytes[15] ^ 0xff : bytes[15];
    flash.write(SLOT_BYTES - bytes.length, bytes);
  }
  for (const [field, flag] of [[TrailerField.CopyDone, copyDone], [TrailerField.ImageOk, imageOk]] as const) {
    if (flag !== "unset") {
      flash.write(trailerFieldOffset(SLOT_BYTES, 8, field), Uint8Array.of(flag === "set" ? 1 : 0x5a, 255, 255, 255));
    }
  }
}

function putState(bench: Bench, state: State): Bench {
  put(bench.flash.slots[Slot.A], state.a);
  put(bench.flash.slots[Slot.B], state.b);
  return bench;
}

function benchWith(state: State): Bench {
  return putState(memoryBench(configAt(state.counter_before ?? 0)), state);
}

type Standing = "empty" | "refused" | "unmarked" | "failed" | "trial" | "confirmed";

/** What a slot holds, in the words of the document. */
function standing([name, magic, copyDone, imageOk]: SlotState, floor: number): Standing {
  if (name === "empty") {
    return "empty";
  }
  if (name === "v2bad" || (COUNTERS[name] ?? 0) < floor) {
    return "refused";
  }
  if (magic !== "good") {
    return "unmarked";
  }
  if (imageOk === "set") {
    return "confirmed";
  }
  return copyDone === "set" ? "failed" : "trial";
}

function started(start: Start): "A" | "B" | null {
  return start.slot === undefined ? null : start.slot === Slot.A ? "A" : "B";
}

/** The document's class of a state and of what ours did in it. */
function classOf(state: State, ours: "A" | "B" | null): string {
  if (ours === state.boots) {
    return ours === null ? "same-nothing" : "same-slot";
  }
  if (state.boots !== null || ours === null) {
    return "MCUboot starts something that ours does not";
  }
  const floor = state.counter_before ?? 0;
  const mine = ours === "A" ? state.a : state.b;
  const own = standing(mine, floor);
  const other = standing(ours === "A" ? state.b : state.a, floor);
  if (state.mode === "revert+counter" && floor === 0 && COUNTERS[mine[0]] === undefined && own !== "failed") {
    return "no-counter-at-floor-0";
  }
  const besides: Partial<Record<Standing, string>> = { empty: "alone", refused: "beside-refused" };
  const beside = besides[other] ?? (other === own ? "both" : `beside-${other}`);
  return `${own}-${beside}`;
}

/** Class and number of each row of the document's table. */
function documentedClasses(): Record<string, number> {
  const rows = readFileSync(DOCUMENT, "utf8").matchAll(/^\| `([\w-]+)` \| ([\d,]+) \|/gm);
  return Object.fromEntries([...rows].map(([, name, count]) => [name, Number(count?.replace(",", ""))]));
}

/** All states with what ours did at the first start. */
const OUTCOMES = STATES.map((state) => {
  const bench = benchWith(state);
  const writesBefore = bench.flash.slots.map((slot) => (slot as MemoryFlash).writeCount());
  const start = bench.start();
  return { state, bench, start, writesBefore, class: classOf(state, started(start)) };
});

describe("the 2,828 boot states of MCUboot", () => {
  it("fall into the classes of docs/mcuboot-differences.md, each with its number", () => {
    const counts: Record<string, number> = {};
    for (const outcome of OUTCOMES) {
      counts[outcome.class] = (counts[outcome.class] ?? 0) + 1;
    }
    assert.equal(OUTCOMES.length, 2828);
    assert.deepEqual(counts, documentedClasses());
  });

  it("start in the same slot wherever MCUboot starts anything", () => {
    const differing = OUTCOMES.filter(({ state, start }) => state.boots !== null && state.boots !== started(start));
    assert.deepEqual(differing.map(({ state }) => state), []);
  });

  it("cost no erase and no write in any slot", () => {
    for (const { bench, state, writesBefore } of OUTCOMES) {
      for (const slot of [Slot.A, Slot.B]) {
        const flash = bench.flash.slots[slot] as MemoryFlash;
        assert.equal(flash.eraseCount(), 0, JSON.stringify(state));
        assert.equal(flash.writeCount(), writesBefore[slot], JSON.stringify(state));
      }
    }
  });

  it("lead to recovery where no image verifies, and to a start of one that verifies everywhere else", () => {
    for (const { state, start } of OUTCOMES) {
      const usable = [state.a, state.b].filter((slot) => !isUnusable(slot, state));
      assert.equal(start.slot === undefined, usable.length === 0, JSON.stringify(state));
      assert.equal(start.reason, usable.length === 0 ? Reason.NothingBootable : Reason.None);
    }
  });

  it("never start an image below the hardware counter", () => {
    let atFloor = 0;
    for (const state of STATES.filter((one) => one.mode === "revert+counter")) {
      for (const floor of [0, 1, 2, 3]) {
        const start = benchWith({ ...state, counter_before: floor }).start();
        if (start.slot !== undefined) {
          const counter = COUNTERS[start.slot === Slot.A ? state.a[0] : state.b[0]] ?? 0;
          assert.ok(counter >= floor, `${JSON.stringify(state)} at ${floor}`);
          atFloor += counter === floor && floor > 0 ? 1 : 0;
        }
      }
    }
    assert.ok(atFloor > 50);
  });
});

function isUnusable(slot: SlotState, state: State): boolean {
  return ["empty", "refused"].includes(standing(slot, state.counter_before ?? 0));
}

/** Whether ours treats the started image as a trial: it is marked so, and there is a way back. */
function isTrial(state: State, slot: Slot): boolean {
  const floor = state.counter_before ?? 0;
  const own = standing(slot === Slot.A ? state.a : state.b, floor);
  const other = standing(slot === Slot.A ? state.b : state.a, floor);
  return own === "trial" && ["unmarked", "trial", "confirmed"].includes(other);
}

describe("what follows a factory start", () => {
  const startedOutcomes = OUTCOMES.filter(({ start }) => start.slot !== undefined);

  it("is a trial exactly where the trailer asks for one and there is an image to go back to", () => {
    let trials = 0;
    for (const { state, start, bench } of startedOutcomes) {
      const trial = isTrial(state, start.slot!);
      assert.equal(start.door().info.trial, trial, JSON.stringify(state));
      const status = bench.state().slots[start.slot!].status;
      assert.equal(status, trial ? SlotStatus.Trial : SlotStatus.Confirmed, JSON.stringify(state));
      trials += trial ? 1 : 0;
    }
    assert.ok(trials > 100);
  });

  it("keeps the other image as a fallback only where it was confirmed too", () => {
    for (const { state, start, bench } of startedOutcomes) {
      const other = otherSlot(start.slot!);
      const floor = state.counter_before ?? 0;
      const kind = standing(other === Slot.A ? state.a : state.b, floor);
      const trial = isTrial(state, start.slot!);
      const expected: Record<Standing, SlotStatus> = {
        empty: SlotStatus.Unknown,
        refused: SlotStatus.Unknown,
        unmarked: trial ? SlotStatus.Confirmed : SlotStatus.Installed,
        failed: SlotStatus.Installed,
        trial: trial ? SlotStatus.Confirmed : SlotStatus.Installed,
        confirmed: SlotStatus.Confirmed,
      };
      assert.equal(bench.state().slots[other].status, expected[kind], JSON.stringify(state));
    }
  });

  it("falls back from a trial after a watchdog reset, and starts a confirmed image again", () => {
    for (const { state, start, bench } of startedOutcomes) {
      const slot = start.slot!;
      const after = bench.start(ResetCause.Watchdog);
      assert.equal(after.slot, isTrial(state, slot) ? otherSlot(slot) : slot, JSON.stringify(state));
      assert.equal(after.door().info.trial, false);
      const status = bench.state().slots[slot].status;
      assert.equal(status, isTrial(state, slot) ? SlotStatus.Rejected : SlotStatus.Confirmed);
    }
  });
});

describe("power cuts in a factory start", () => {
  /** Up to 25 states of each class in which something starts. */
  const sample = [...new Set(OUTCOMES.map((outcome) => outcome.class))].flatMap((name) => {
    const outcomes = OUTCOMES.filter((outcome) => outcome.class === name && outcome.start.slot !== undefined);
    const step = Math.max(1, Math.floor(outcomes.length / 25));
    return outcomes.filter((_, index) => index % step === 0);
  });
  const same = OUTCOMES.filter((outcome) => outcome.class === "same-slot").filter((_, index) => index % 10 === 0);

  it("before any flash operation do not change which slot starts next", () => {
    const outcomes = [...new Set([...sample, ...same])];
    assert.ok(outcomes.length >= 200);
    let cuts = 0;
    for (const { state, start } of outcomes) {
      const config = configAt(state.counter_before ?? 0);
      const { bench, chip } = norBench({}, config, SLOT_BYTES);
      putState(bench, state);
      const factory = chip.snapshot();
      const operationsBefore = chip.counters.writes + chip.counters.erases;
      assert.equal(bench.start().slot, start.slot);
      const operations = chip.counters.writes + chip.counters.erases - operationsBefore;
      for (let atOperation = 0; atOperation < operations; atOperation++) {
        chip.restore(factory);
        chip.arm({ atOperation, when: "before" });
        assert.throws(() => bench.start(), PowerCut);
        chip.powerOn();
        assert.equal(bench.start().slot, start.slot, `${JSON.stringify(state)}, cut ${atOperation}`);
        cuts++;
      }
    }
    assert.ok(cuts > 800);
  });
});
