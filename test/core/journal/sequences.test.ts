/** Where appends go and which sequences they get, on a chip that reads what the test says. */

import assert from "node:assert/strict";
import { emptyState } from "../../../core/boot/state";
import { visitJournal } from "../../../core/journal/audit";
import type { Journal } from "../../../core/journal/journal";
import { appendRecord, formatJournal, openJournal } from "../../../core/journal/journal";
import { makeRecord, RecordType } from "../../../core/journal/record";
import { viewRecord } from "../../../core/journal/record-view";
import { JOURNAL_PAGES_MAX, RECORD_BYTES } from "../../../core/limits";
import type { FlashPort } from "../../../core/ports";
import { Slot } from "../../../core/slot";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const HASH = createHostHash();
const PAGE = 512;

function flashOf(pages: number): FlashPort {
  return createMemoryFlash({
    name: "journal", addressBytes: 0, sizeBytes: pages * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
  });
}

function formatted(flash: FlashPort): Journal {
  const journal = openJournal(flash, HASH);
  assert.equal(formatJournal(journal, emptyState()), true);
  return journal;
}

const healthy = (value: number): Uint8Array => makeRecord(RecordType.Healthy, Slot.A, 0, undefined, value);

function sequences(flash: FlashPort): number[] {
  const found: number[] = [];
  visitJournal(flash, HASH, (record) => found.push(viewRecord(record).sequence));
  return found;
}

describe("the journal's sequences", () => {
  it("are given once each, also across a new page", () => {
    const flash = flashOf(2);
    const journal = formatted(flash);
    for (let value = 1; value <= 20; value++) {
      assert.equal(appendRecord(journal, healthy(value)), true);
      const found = sequences(flash);
      assert.ok(found.every((sequence, i) => i === 0 || sequence > found[i - 1]), found.join());
      assert.equal(found.at(-1), journal.nextSequence - 1);
    }
    assert.ok(sequences(flash).length >= 20);
  });

  it("leave the record behind a checkpoint alive that shows that it was read back", () => {
    const flash = flashOf(2);
    appendRecord(formatted(flash), healthy(1));
    const types: RecordType[] = [];
    visitJournal(flash, HASH, (record) => types.push(viewRecord(record).type));
    assert.deepEqual(types, [RecordType.Settled, RecordType.Healthy]);
  });
});

describe("an append", () => {
  it("is read back twice: a bit that reads right once is not good enough", () => {
    const flash = flashOf(2);
    formatted(flash);
    const reads = new Map<number, number>();
    let [unsteady, first] = [false, -1];
    const flickering: FlashPort = {
      ...flash,
      read(offset, length) {
        const bytes = flash.read(offset, length);
        if (unsteady && length === RECORD_BYTES) {
          first = first < 0 ? offset : first;
          const count = (reads.get(offset) ?? 0) + 1;
          reads.set(offset, count);
          // The first position reads right once, and wrong from then on.
          bytes[20] ^= offset === first && count > 1 ? 1 : 0;
        }
        return bytes;
      },
    };
    const journal = openJournal(flickering, HASH);
    unsteady = true;
    assert.equal(appendRecord(journal, healthy(7)), true);
    assert.deepEqual([...reads], [[first, 2], [first + RECORD_BYTES, 2]]);
  });
});

describe("a journal of more pages than a start can read", () => {
  it("uses the first of them only", () => {
    const flash = flashOf(JOURNAL_PAGES_MAX + 2);
    let last = 0;
    const watched: FlashPort = {
      ...flash,
      read: (offset, length) => {
        last = Math.max(last, offset);
        return flash.read(offset, length);
      },
      erasePage: (offset) => {
        last = Math.max(last, offset);
        flash.erasePage(offset);
      },
    };
    const journal = formatted(watched);
    for (let value = 1; value <= 15 * (JOURNAL_PAGES_MAX + 2); value++) {
      assert.equal(appendRecord(journal, healthy(value)), true);
    }
    openJournal(watched, HASH);
    assert.equal(Math.floor(last / PAGE), JOURNAL_PAGES_MAX - 1);
  });
});
