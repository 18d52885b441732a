/** The journal against random bytes, random histories, and a chip whose power fails anywhere. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { applyRecord, emptyState, SlotStatus } from "../../core/boot/state";
import type { StateView } from "../../core/boot/state-view";
import { viewState } from "../../core/boot/state-view";
import { visitJournal } from "../../core/journal/audit";
import { appendRecord, formatJournal, openJournal, recordRefusal, secureTail } from "../../core/journal/journal";
import { makeRecord, recordIsValid, RecordType, sealRecord } from "../../core/journal/record";
import { viewRecord } from "../../core/journal/record-view";
import { RECORD_BYTES, SEQUENCE_MAX, STATE_BYTES } from "../../core/limits";
import type { FlashPort } from "../../core/ports";
import { Slot } from "../../core/slot";
import { createMemoryFlash } from "../../hal/memory/flash";
import { NorFlash } from "../../sim/flash";
import type { UnstableReads } from "../../sim/flash-geometry";
import { createPartition } from "../../sim/partition";
import { PowerCut } from "../../sim/power";
import { createHostHash } from "../../tools/host-hash";

const HASH = createHostHash();
const PAGE = 512;

const TYPES = [
  RecordType.InstallBegin, RecordType.Installed, RecordType.TrialRequested, RecordType.Confirmed, RecordType.Rejected,
  RecordType.Fallback, RecordType.Attempt, RecordType.Wake, RecordType.Announced, RecordType.Death, RecordType.Healthy,
  RecordType.RecoveryRequested, RecordType.RecoveryEntered, RecordType.Refusal, RecordType.ErrorReport,
  RecordType.ErrorText, RecordType.JournalLost, RecordType.IdentityChanged,
];

const anyRecord = fc
  .tuple(
    fc.constantFrom(...TYPES), fc.constantFrom(Slot.A, Slot.B, Slot.None), fc.nat(3),
    fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.nat(0xffffffff),
  )
  .map(([type, slot, detail, digest, value]) => makeRecord(type, slot, detail, digest, value));

function memoryJournal(pages: number): FlashPort {
  return createMemoryFlash({
    name: "journal", addressBytes: 0, sizeBytes: pages * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
  });
}

/** Everything of a state that is within its range. */
function assertInRange(state: StateView): void {
  assert.ok([Slot.A, Slot.B, Slot.None].includes(state.active));
  for (const slot of state.slots) {
    assert.ok(slot.status >= SlotStatus.Unknown && slot.status <= SlotStatus.Rejected);
    assert.equal(slot.digest.length, 12);
  }
  assert.ok(state.floor >= 0 && state.elapsedMs >= 0);
}

describe("the journal on pages of any content", () => {
  /** A page with records of right CRC and any sequence among noise, as an attacker would write it. */
  const craftedPage = fc
    .tuple(
      fc.uint8Array({ minLength: PAGE, maxLength: PAGE }),
      fc.array(fc.tuple(fc.integer({ min: 3, max: 15 }), anyRecord, fc.oneof(fc.nat(40), fc.nat(0xffffffff)))),
      fc.option(fc.oneof(fc.nat(40), fc.nat(0xffffffff)), { nil: undefined }),
    )
    .map(([page, records, checkpoint]) => {
      for (const [position, record, sequence] of records) {
        const sealed = record.slice();
        sealRecord(sealed, sequence, HASH);
        page.set(sealed, position * RECORD_BYTES);
      }
      if (checkpoint !== undefined) {
        const state = emptyState();
        sealRecord(state, checkpoint, HASH);
        page.set(state);
      }
      return page;
    });

  const content = fc.oneof(
    fc.constantFrom(0, 0xff, 0x55).map((fill) => new Uint8Array(PAGE).fill(fill)),
    fc.uint8Array({ minLength: PAGE, maxLength: PAGE }),
    craftedPage,
  );

  it("opens without throwing, in bounded reads, in a state within its ranges, and goes on from there", () => {
    let usable = 0;
    fc.assert(fc.property(fc.array(content, { minLength: 2, maxLength: 4 }), anyRecord, (pages, record) => {
      const real = memoryJournal(pages.length);
      pages.forEach((page, i) => real.write(i * PAGE, page));
      let reads = 0;
      const flash: FlashPort = {
        ...real,
        read: (offset, length) => {
          reads++;
          return real.read(offset, length);
        },
      };
      const journal = openJournal(flash, HASH);
      assert.ok(reads <= pages.length * (1 + 3 * (PAGE / RECORD_BYTES)), `${reads} reads`);
      assertInRange(viewState(journal.state));
      assert.equal(journal.state.length, STATE_BYTES);
      visitJournal(real, HASH, (bytes) => assert.ok(recordIsValid(bytes, HASH)));
      if (!journal.usable) {
        assert.deepEqual(viewState(journal.state), viewState(emptyState()));
        assert.equal(appendRecord(journal, record), false);
        return;
      }
      usable++;
      const before = viewState(journal.state);
      assert.equal(secureTail(journal), true);
      assert.deepEqual(viewState(journal.state), before, "securing the tail changes nothing");
      assert.deepEqual(viewState(openJournal(flash, HASH).state), before, "not after a restart either");
    }), { numRuns: 1500 });
    assert.ok(usable > 50, `${usable} journals were usable`);
  });

  it("takes a record only if it can be found again, whatever stood there", () => {
    fc.assert(fc.property(fc.array(content, { minLength: 2, maxLength: 3 }), anyRecord, (pages, record) => {
      const flash = memoryJournal(pages.length);
      pages.forEach((page, i) => flash.write(i * PAGE, page));
      const journal = openJournal(flash, HASH);
      fc.pre(journal.nextSequence < SEQUENCE_MAX - 1000);
      if (!journal.usable) {
        assert.equal(formatJournal(journal, emptyState()), true);
      }
      // The strict flash of this test refuses to set bits: pages that are not erased must be skipped or erased.
      const relaxed = { ...journal, flash: forgiving(flash) };
      assert.equal(secureTail(relaxed), true);
      if (appendRecord(relaxed, record)) {
        assert.deepEqual(viewState(openJournal(flash, HASH).state), viewState(relaxed.state));
      }
    }), { numRuns: 500 });
  });
});

/** A chip that ANDs in silence where the strict memory flash would stop the test. */
function forgiving(flash: FlashPort): FlashPort {
  return {
    ...flash,
    write: (offset, bytes) => flash.write(offset, flash.read(offset, bytes.length).map((old, i) => old & bytes[i])),
  };
}

/** A restart, or an append of this record. */
type Step = Uint8Array | "restart";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: anyRecord },
  { weight: 1, arbitrary: fc.constant<Step>("restart") },
);
const history = fc.array(step, { maxLength: 120 });

describe("the journal against a simple fold", () => {
  it("gives after any appends and restarts what folding the records gives", () => {
    fc.assert(fc.property(history, fc.integer({ min: 2, max: 4 }), (steps, pages) => {
      const flash = memoryJournal(pages);
      const reference = emptyState();
      let journal = openJournal(flash, HASH);
      assert.equal(formatJournal(journal, emptyState()), true);
      for (const one of steps) {
        if (one === "restart") {
          journal = openJournal(flash, HASH);
          assert.equal(secureTail(journal), true);
        } else {
          assert.equal(appendRecord(journal, one.slice()), true);
          applyRecord(reference, one);
        }
        assert.deepEqual(viewState(journal.state), viewState(reference));
      }
      assert.deepEqual(viewState(openJournal(flash, HASH).state), viewState(reference));
    }), { numRuns: 300 });
  });

  it("audits the newest records in the order in which they were appended, each once", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), (count, restartEvery) => {
      const flash = memoryJournal(3);
      let journal = openJournal(flash, HASH);
      formatJournal(journal, emptyState());
      for (let value = 1; value <= count; value++) {
        appendRecord(journal, makeRecord(RecordType.Healthy, Slot.A, 0, undefined, value));
        if (value % restartEvery === 0) {
          journal = openJournal(flash, HASH);
          secureTail(journal);
        }
      }
      const seen: number[] = [];
      visitJournal(flash, HASH, (bytes) => {
        const record = viewRecord(bytes);
        if (record.type === RecordType.Healthy) {
          seen.push(record.value);
        }
      });
      assert.ok(seen.length >= Math.min(count, 3));
      assert.deepEqual(seen, Array.from({ length: seen.length }, (_, i) => count - seen.length + 1 + i));
    }), { numRuns: 100 });
  });

  it("writes at most about twice as many refusals as a logarithm of their number, for any reasons", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 163 }), { minLength: 1, maxLength: 400 }), (reasons) => {
      const flash = memoryJournal(2);
      const journal = openJournal(flash, HASH);
      formatJournal(journal, emptyState());
      const before = journal.nextSequence;
      reasons.forEach((reason) => recordRefusal(journal, reason));
      const kinds = new Map<number, number>();
      reasons.forEach((reason) => kinds.set(reason % 12, (kinds.get(reason % 12) ?? 0) + 1));
      const due = [...kinds.values()].reduce((sum, count) => sum + 1 + Math.floor(Math.log2(count)), 0);
      // Turning a page takes two sequences of its own, and a page holds a dozen records.
      assert.ok(journal.nextSequence - before <= due + 2 * Math.ceil(due / 10));
      assert.equal(viewState(journal.state).refusals.reduce((sum, count) => sum + count, 0), due);
    }), { numRuns: 100 });
  });
});

describe("the journal on a chip whose power fails", () => {
  /** A death or a health report that carries its number, so that each can be told from each. */
  const numbered = (value: number): Uint8Array => makeRecord(RecordType.Announced, Slot.A, 0, undefined, value);

  interface Life {
    readonly appends: number;
    readonly cutAt: number;
    readonly when: "before" | "torn" | "after";
    readonly tornBytes: number;
    readonly reads: UnstableReads;
  }

  const life: fc.Arbitrary<Life> = fc.record({
    appends: fc.integer({ min: 0, max: 14 }),
    cutAt: fc.nat(16),
    when: fc.constantFrom("before", "torn", "after"),
    tornBytes: fc.nat(95),
    reads: fc.constantFrom("random", "ones", "zeros", "alternating"),
  });

  function chipWithJournal(seed: number): { chip: NorFlash; flash: FlashPort } {
    const chip = new NorFlash({ sizeBytes: 5 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4 }, { seed });
    const flash = createPartition(chip, "journal", { offsetBytes: 0, sizeBytes: 4 * PAGE });
    formatJournal(openJournal(flash, HASH), emptyState());
    return { chip, flash };
  }

  /** Opens, secures the tail, and gives the newest record's value. */
  const found = (flash: FlashPort): number => {
    const journal = openJournal(flash, HASH);
    assert.equal(journal.usable, true, "the journal is never lost");
    assert.equal(secureTail(journal), true);
    return viewState(journal.state).elapsedMs;
  };

  /**
   * What may be found. A record that a cut write left doubtful may turn readable at a later start, as long as nothing
   * was written since; what was found once, and secured, stands, and so does what was appended.
   */
  class Expectation {
    durable = 0;
    private begun: number[] = [];

    begin(value: number): void {
      this.begun.push(value);
    }

    settle(value: number): void {
      this.durable = value;
      this.begun = [];
    }

    meet(value: number): void {
      if (value !== this.durable) {
        assert.ok(this.begun.includes(value), `found ${value}; durable ${this.durable}, begun ${this.begun.join()}`);
        this.settle(value);
      }
    }
  }

  it("never loses a record whose append returned true, and never has one that was not begun", () => {
    let cuts = 0;
    fc.assert(fc.property(fc.array(life, { minLength: 1, maxLength: 8 }), fc.nat(0xffff), (lives, seed) => {
      const { chip, flash } = chipWithJournal(seed);
      const expectation = new Expectation();
      let next = 1;
      for (const { appends, cutAt, when, tornBytes, reads } of lives) {
        chip.arm({ atOperation: cutAt, when, tornBytes, unstableReads: reads, seed: seed + next });
        try {
          const journal = openJournal(flash, HASH);
          const { elapsedMs } = viewState(journal.state);
          assert.equal(secureTail(journal), true);
          expectation.meet(elapsedMs);
          for (let i = 0; i < appends; i++, next++) {
            expectation.begin(next);
            assert.equal(appendRecord(journal, numbered(next)), true);
            expectation.settle(next);
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) {
            throw error;
          }
          next++;
          cuts++;
        }
        chip.arm(undefined);
        chip.powerOn();
        expectation.meet(found(flash));
      }
    }), { numRuns: 600 });
    assert.ok(cuts > 300, `${cuts} cuts`);
  });

  it("holds what it found and secured, and what it took, over any further starts and readings", () => {
    fc.assert(fc.property(life, fc.nat(0xffff), (one, seed) => {
      const { chip, flash } = chipWithJournal(seed);
      const plan = { atOperation: one.cutAt, when: one.when, tornBytes: one.tornBytes, unstableReads: one.reads };
      const expectation = new Expectation();
      chip.arm({ ...plan, seed });
      try {
        const journal = openJournal(flash, HASH);
        for (let value = 1; value <= 14; value++) {
          expectation.begin(value);
          appendRecord(journal, numbered(value));
          expectation.settle(value);
        }
      } catch (error) {
        assert.ok(error instanceof PowerCut);
      }
      chip.arm(undefined);
      chip.powerOn();
      for (const reads of ["random", "ones", "zeros", "alternating", "random"] as const) {
        chip.unstableReads = reads;
        expectation.meet(found(flash));
      }
      assert.equal(appendRecord(openJournal(flash, HASH), numbered(999)), true);
      for (const reads of ["ones", "zeros", "random", "alternating"] as const) {
        chip.unstableReads = reads;
        assert.equal(found(flash), 999, reads);
      }
    }), { numRuns: 600 });
  });

  it("says so when a chip takes no more, and keeps what it had", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(0xffff), (enduranceCycles, seed) => {
      const geometry = { sizeBytes: 2 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4, enduranceCycles };
      const chip = new NorFlash(geometry, { seed });
      const flash = createPartition(chip, "journal", { offsetBytes: 0, sizeBytes: 2 * PAGE });
      let journal = openJournal(flash, HASH);
      assert.equal(formatJournal(journal, emptyState()), true);
      let durable = 0;
      for (let value = 1; value <= 400; value++) {
        if (appendRecord(journal, numbered(value))) {
          durable = value;
        }
        if (value % 7 === 0) {
          journal = openJournal(flash, HASH);
          assert.equal(journal.usable, true);
          assert.equal(viewState(journal.state).elapsedMs, durable);
        }
      }
    }), { numRuns: 15 });
  });
});
