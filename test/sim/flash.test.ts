import assert from "node:assert/strict";
import { NorFlash } from "../../sim/flash";
import type { FlashFaults, FlashGeometry } from "../../sim/flash-geometry";
import { FlashRuleError } from "../../sim/flash-rules";
import type { FlashRule } from "../../sim/flash-rules";
import { PowerCut } from "../../sim/power";
import type { CutPlan } from "../../sim/power";

const SMALL: FlashGeometry = { sizeBytes: 1024, pageSizeBytes: 256, writeUnitBytes: 4 };

function chipOf(geometry: Partial<FlashGeometry> = {}, faults: FlashFaults = {}): NorFlash {
  return new NorFlash({ ...SMALL, ...geometry }, faults);
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

function breaks(rule: FlashRule, action: () => void): void {
  assert.throws(action, (error) => error instanceof FlashRuleError && error.rule === rule);
}

function cut(chip: NorFlash, plan: CutPlan, action: () => void): void {
  chip.arm(plan);
  assert.throws(action, PowerCut);
  chip.powerOn();
}

describe("simulated NOR flash: rules", () => {
  it("reads 0xFF everywhere when new", () => {
    assert.ok(chipOf().read(0, 1024).every((byte) => byte === 0xff));
  });

  it("programs across a page border and reads the bytes back as a copy", () => {
    const chip = chipOf();
    chip.write(252, bytes(1, 2, 3, 4, 5, 6, 7, 8));
    const read = chip.read(250, 12);
    assert.deepEqual([...read], [255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 255, 255]);
    read.fill(0);
    assert.equal(chip.read(252, 1)[0], 1);
  });

  it("erases one page and no other", () => {
    const chip = chipOf();
    chip.write(252, bytes(1, 2, 3, 4, 5, 6, 7, 8));
    chip.erasePage(256);
    assert.deepEqual([...chip.read(252, 8)], [1, 2, 3, 4, 255, 255, 255, 255]);
  });

  it("refuses to set a bit, by name, and changes nothing", () => {
    const chip = chipOf();
    chip.write(0, bytes(0xf0, 0xff, 0xff, 0xff));
    breaks("sets-bit", () => chip.write(0, bytes(0x0f, 0xff, 0xff, 0xff)));
    assert.equal(chip.read(0, 1)[0], 0xf0);
    assert.equal(chip.counters.writes, 1);
    chip.write(0, bytes(0x30, 0xff, 0xff, 0xff));
    assert.equal(chip.read(0, 1)[0], 0x30);
  });

  it("ANDs in silence when it is not strict", () => {
    const chip = chipOf({}, { strict: false });
    chip.write(1, bytes(0xf0));
    chip.write(1, bytes(0x3c));
    assert.equal(chip.read(1, 1)[0], 0x30);
    chip.erasePage(7);
    assert.equal(chip.read(1, 1)[0], 0xff);
  });

  it("refuses writes off the write unit and erases off a page's start", () => {
    const chip = chipOf();
    breaks("unaligned", () => chip.write(2, bytes(0, 0, 0, 0)));
    breaks("unaligned", () => chip.write(0, bytes(0, 0)));
    breaks("unaligned", () => chip.write(0, bytes()));
    breaks("unaligned", () => chip.erasePage(4));
    chipOf({ writeUnitBytes: 2 }).write(2, bytes(0, 0));
  });

  it("refuses everything outside the chip, strict or not", () => {
    for (const strict of [true, false]) {
      const chip = chipOf({}, { strict });
      breaks("out-of-range", () => chip.read(1020, 8));
      breaks("out-of-range", () => chip.read(-4, 4));
      breaks("out-of-range", () => chip.write(1024, bytes(0, 0, 0, 0)));
      breaks("out-of-range", () => chip.erasePage(1024));
      breaks("out-of-range", () => chip.read(0.5, 1));
    }
  });

  for (const writesPerWordMax of [1, 2]) {
    it(`lets a unit be programmed ${writesPerWordMax} times between erases where the chip limits it`, () => {
      const chip = chipOf({ writesPerWordMax });
      for (let i = 0; i < writesPerWordMax; i++) {
        chip.write(8, bytes(0xff, 0xff, 0xff, 0xff));
      }
      breaks("programmed-too-often", () => chip.write(8, bytes(0xff, 0xff, 0xff, 0xff)));
      chip.write(4, bytes(0, 0, 0, 0));
      chip.erasePage(0);
      chip.write(8, bytes(0, 0, 0, 0));
    });
  }

  it("counts a torn programming against the limit, of the torn unit but not of later ones", () => {
    const chip = chipOf({ writesPerWordMax: 1 });
    cut(chip, { atOperation: 0, when: "torn", tornBytes: 5 }, () => chip.write(0, new Uint8Array(12)));
    breaks("programmed-too-often", () => chip.write(0, new Uint8Array(4)));
    breaks("programmed-too-often", () => chip.write(4, new Uint8Array(4)));
    chip.write(8, new Uint8Array(4));
  });

  it("counts operations and bytes, and wear by page", () => {
    const chip = chipOf();
    chip.write(0, new Uint8Array(8));
    chip.erasePage(256);
    chip.erasePage(256);
    chip.read(0, 1);
    assert.deepEqual(chip.counters, { reads: 1, writes: 1, erases: 2, bytesWritten: 8 });
    assert.deepEqual(chip.wear(), [0, 2, 0, 0]);
  });

  it("refuses a geometry whose sizes do not fit together", () => {
    assert.throws(() => chipOf({ sizeBytes: 1000 }), RangeError);
    assert.throws(() => chipOf({ writeUnitBytes: 3 }), RangeError);
    assert.throws(() => chipOf({ pageSizeBytes: 0 }), RangeError);
  });

  it("takes bytes from the programmer on the bench without wear, over anything", () => {
    const chip = chipOf({ writesPerWordMax: 1 });
    chip.install(0, bytes(0, 0, 0, 0));
    chip.install(0, bytes(1, 2, 3, 4));
    assert.deepEqual([...chip.read(0, 4)], [1, 2, 3, 4]);
    assert.equal(chip.counters.writes, 0);
    breaks("programmed-too-often", () => chip.write(0, bytes(0, 0, 0, 0)));
    chip.install(0, bytes(255, 255, 255, 255));
    chip.write(0, bytes(0, 0, 0, 0));
  });

  it("flips exactly the bit it is told to", () => {
    const chip = chipOf();
    chip.flipBit(300, 3);
    assert.equal(chip.read(300, 1)[0], 0xf7);
    chip.flipBit(300, 3);
    assert.ok(chip.read(0, 1024).every((byte) => byte === 0xff));
  });
});

describe("simulated NOR flash: wear and noise", () => {
  it("leaves one more bit stuck for each erase beyond the endurance", () => {
    const chip = chipOf({ enduranceCycles: 2 });
    const zeroBits = (): number =>
      [...chip.read(0, 256)].map((byte) => byte.toString(2).padStart(8, "0")).join("").split("0").length - 1;
    const seen = [0, 1, 2, 3, 4].map(() => {
      chip.erasePage(0);
      return zeroBits();
    });
    assert.deepEqual(seen, [0, 0, 1, 2, 3]);
    assert.ok(chip.read(256, 256).every((byte) => byte === 0xff));
  });

  it("does not blame software for a stuck bit: the write is silent, reading back shows it", () => {
    const chip = chipOf({ enduranceCycles: 0 });
    chip.erasePage(0);
    const at = chip.read(0, 256).findIndex((byte) => byte !== 0xff);
    const word = at - (at % 4);
    chip.write(word, bytes(255, 255, 255, 255));
    assert.notEqual(chip.read(at, 1)[0], 0xff);
  });

  it("flips one bit of a read now and then, as often as the knob says, and harms no cell", () => {
    const quiet = chipOf();
    const noisy = chipOf({}, { readNoise: 0.25, seed: 7 });
    const wrong = (chip: NorFlash): number =>
      Array.from({ length: 400 }, () => chip.read(0, 64)).filter((read) => read.some((byte) => byte !== 0xff)).length;
    assert.equal(wrong(quiet), 0);
    const flipped = wrong(noisy);
    assert.ok(flipped > 60 && flipped < 140, `${flipped} of 400`);
    assert.ok(noisy.peek(0, 1024).every((byte) => byte === 0xff));
  });

  it("makes the same noise for the same seed and another for another", () => {
    const run = (seed: number): string => {
      const chip = chipOf({}, { readNoise: 0.5, seed });
      return Array.from({ length: 50 }, () => Buffer.from(chip.read(0, 8)).toString("hex")).join();
    };
    assert.equal(run(1), run(1));
    assert.notEqual(run(1), run(2));
  });
});

describe("simulated NOR flash: power cuts", () => {
  it("cuts before an operation: nothing of it happens", () => {
    const chip = chipOf();
    cut(chip, { atOperation: 1, when: "before" }, () => {
      chip.write(0, new Uint8Array(4));
      chip.write(4, new Uint8Array(4));
    });
    assert.deepEqual([...chip.read(0, 8)], [0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it("cuts after an operation: all of it has happened", () => {
    const chip = chipOf();
    cut(chip, { atOperation: 0, when: "after" }, () => chip.write(0, new Uint8Array(8)));
    assert.deepEqual([...chip.read(0, 12)], [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]);
    assert.equal(chip.hasUnstableBits(), false);
  });

  it("stays without power until it is switched on", () => {
    const chip = chipOf();
    chip.arm({ atOperation: 0, when: "before" });
    assert.throws(() => chip.erasePage(0), PowerCut);
    assert.throws(() => chip.read(0, 1), PowerCut);
    assert.throws(() => chip.write(0, new Uint8Array(4)), PowerCut);
    chip.powerOn();
    chip.read(0, 1);
  });

  it("counts from the moment it was armed, erases and writes alike, and cuts once", () => {
    const chip = chipOf();
    chip.write(0, new Uint8Array(4));
    chip.arm({ atOperation: 1, when: "before" });
    chip.erasePage(0);
    assert.throws(() => chip.write(0, new Uint8Array(4)), PowerCut);
    chip.powerOn();
    chip.write(0, new Uint8Array(4));
    chip.write(4, new Uint8Array(4));
    chip.write(8, new Uint8Array(4));
  });

  it("tears a write at any byte: before it programmed, in the torn unit unstable, the rest untouched", () => {
    for (let tornBytes = 0; tornBytes < 12; tornBytes++) {
      const data = bytes(0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4);
      for (const [mode, unstable] of [["ones", 0xff], ["zeros", 0]] as const) {
        const chip = chipOf({}, { unstableReads: mode });
        cut(chip, { atOperation: 0, when: "torn", tornBytes }, () => chip.write(16, data));
        const unitEnd = (Math.floor(tornBytes / 4) + 1) * 4;
        const expected = [...data].map((byte, i) => (i < tornBytes ? byte : i < unitEnd ? byte | unstable : 0xff));
        assert.deepEqual([...chip.read(16, 12)], expected, `${mode} at ${tornBytes}`);
        assert.equal(chip.hasUnstableBits(16, 12), true);
        assert.equal(chip.hasUnstableBits(256, 256), false);
      }
    }
  });

  it("leaves bits alone in the torn unit that were not being cleared", () => {
    const chip = chipOf({}, { unstableReads: "zeros" });
    cut(chip, { atOperation: 0, when: "torn", tornBytes: 0 }, () => chip.write(0, bytes(0xf0, 0xff, 0xff, 0xff)));
    assert.deepEqual([...chip.read(0, 4)], [0xf0, 0xff, 0xff, 0xff]);
  });

  it("tears an erase: bits that were 0 are unstable, bits that were 1 stay", () => {
    const chip = chipOf({}, { unstableReads: "zeros" });
    chip.write(0, bytes(0xf0, 0x00, 0xff, 0x0f));
    cut(chip, { atOperation: 0, when: "torn" }, () => chip.erasePage(0));
    assert.deepEqual([...chip.read(0, 5)], [0xf0, 0x00, 0xff, 0x0f, 0xff]);
    chip.unstableReads = "ones";
    assert.deepEqual([...chip.read(0, 5)], [0xff, 0xff, 0xff, 0xff, 0xff]);
    assert.equal(chip.wear()[0], 1);
  });

  it("tears an erase at a byte: below it the page is erased", () => {
    const chip = chipOf({}, { unstableReads: "zeros" });
    chip.write(0, bytes(0, 0, 0, 0));
    cut(chip, { atOperation: 0, when: "torn", tornBytes: 2 }, () => chip.erasePage(0));
    assert.deepEqual([...chip.read(0, 4)], [255, 255, 0, 0]);
  });

  it("reads unstable bits differently from read to read, from the seed of the plan", () => {
    const reads = (seed: number): string => {
      const chip = chipOf();
      cut(chip, { atOperation: 0, when: "torn", tornBytes: 0, seed }, () => chip.write(0, new Uint8Array(4)));
      return Array.from({ length: 20 }, () => Buffer.from(chip.read(0, 4)).toString("hex")).join();
    };
    assert.equal(new Set(reads(5).split(",")).size > 15, true);
    assert.equal(reads(5), reads(5));
    assert.notEqual(reads(5), reads(6));
  });

  it("alternates between all ones and all zeros, counting only reads that meet unstable bits", () => {
    const chip = chipOf();
    const plan: CutPlan = { atOperation: 0, when: "torn", tornBytes: 0, unstableReads: "alternating" };
    cut(chip, plan, () => chip.write(0, new Uint8Array(4)));
    const seen = [chip.read(0, 4)[0], chip.read(64, 4)[0], chip.read(0, 4)[0], chip.read(0, 4)[0]];
    assert.deepEqual(seen, [255, 255, 0, 255]);
  });

  it("makes unstable bits stable by programming 0, and by a complete erase", () => {
    const chip = chipOf({}, { unstableReads: "ones" });
    cut(chip, { atOperation: 0, when: "torn", tornBytes: 0 }, () => chip.write(0, new Uint8Array(4)));
    chip.write(0, bytes(0x0f, 0xff, 0xff, 0xff));
    assert.equal(chip.read(0, 1)[0], 0x0f);
    chip.unstableReads = "zeros";
    assert.deepEqual([...chip.read(0, 4)], [0, 0, 0, 0]);
    chip.write(0, new Uint8Array(4));
    assert.equal(chip.hasUnstableBits(), false);
    chip.unstableReads = "ones";
    assert.deepEqual([...chip.read(0, 4)], [0, 0, 0, 0]);

    cut(chip, { atOperation: 0, when: "torn" }, () => chip.erasePage(0));
    assert.equal(chip.hasUnstableBits(), true);
    chip.erasePage(0);
    assert.equal(chip.hasUnstableBits(), false);
    chip.unstableReads = "zeros";
    assert.ok(chip.read(0, 256).every((byte) => byte === 0xff));
  });

  it("draws the torn byte of a write from the seed where the plan leaves it open", () => {
    const programmed = (seed: number): number => {
      const chip = chipOf({}, { unstableReads: "ones" });
      cut(chip, { atOperation: 0, when: "torn", seed }, () => chip.write(0, new Uint8Array(64)));
      return chip.read(0, 64).indexOf(0xff);
    };
    const seen = new Set([1, 2, 3, 4, 5, 6, 7, 8].map(programmed));
    assert.ok(seen.size > 4);
    assert.equal(programmed(3), programmed(3));
  });

  it("tears an operation whose time runs out", () => {
    const chip = chipOf({ eraseDurationUs: 85000, writeDurationUs: 41 }, { unstableReads: "zeros" });
    const durations: number[] = [];
    chip.elapse = (durationUs) => durations.push(durationUs);
    chip.write(0, new Uint8Array(8));
    chip.erasePage(256);
    assert.deepEqual(durations, [82, 85000]);
    chip.elapse = () => {
      throw new Error("watchdog");
    };
    assert.throws(() => chip.erasePage(0), /watchdog/);
    assert.equal(chip.hasUnstableBits(), true);
    assert.throws(() => chip.write(256, new Uint8Array(4)), /watchdog/);
    assert.equal(chip.hasUnstableBits(256, 4), true);
  });
});

describe("simulated NOR flash: snapshots", () => {
  it("comes back to the content it had, unstable bits and their generator included", () => {
    const chip = chipOf();
    cut(chip, { atOperation: 0, when: "torn", tornBytes: 2 }, () => chip.write(0, new Uint8Array(4)));
    const snapshot = chip.snapshot();
    const first = Array.from({ length: 5 }, () => [...chip.read(0, 4)]);
    chip.erasePage(0);
    chip.write(0, bytes(9, 9, 9, 9));
    chip.restore(snapshot);
    assert.deepEqual(Array.from({ length: 5 }, () => [...chip.read(0, 4)]), first);
    assert.equal(chip.wear()[0], 0);
  });

  it("can be restored more than once, and into another chip", () => {
    const chip = chipOf();
    chip.write(0, bytes(1, 1, 1, 1));
    const snapshot = chip.snapshot();
    const other = chipOf();
    other.restore(snapshot);
    other.write(4, bytes(2, 2, 2, 2));
    chip.write(4, bytes(3, 3, 3, 3));
    chip.restore(snapshot);
    assert.deepEqual([...chip.read(0, 8)], [1, 1, 1, 1, 255, 255, 255, 255]);
    assert.deepEqual([...other.read(0, 8)], [1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it("names equal contents equally, whatever the way to them, and leaves wear out", () => {
    const [a, b] = [chipOf(), chipOf()];
    a.erasePage(0);
    a.write(0, bytes(1, 2, 3, 4));
    b.write(0, bytes(1, 2, 0xff, 0xff));
    const half = b.contentHash();
    b.write(0, bytes(1, 2, 3, 4));
    assert.equal(a.contentHash(), b.contentHash());
    assert.notEqual(half, b.contentHash());
    assert.equal(a.contentHash(256, 256), chipOf().contentHash(512, 256));
  });

  it("tells unstable bits and program counts from stable ones in its name of the content", () => {
    const torn = chipOf();
    cut(torn, { atOperation: 0, when: "torn", tornBytes: 0 }, () => torn.write(0, new Uint8Array(4)));
    assert.notEqual(torn.contentHash(), chipOf().contentHash());
    const counted = chipOf({ writesPerWordMax: 2 });
    const fresh = counted.contentHash();
    counted.write(0, bytes(255, 255, 255, 255));
    assert.notEqual(counted.contentHash(), fresh);
  });
});
