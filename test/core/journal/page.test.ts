/** The rules of docs/SPEC.md, "Reading", on pages made by hand. */

import assert from "node:assert/strict";
import { emptyState, StateField } from "../../../core/boot/state";
import { visitJournal } from "../../../core/journal/audit";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../../core/journal/journal";
import { makeRecord, RecordType, sealRecord } from "../../../core/journal/record";
import { viewRecord } from "../../../core/journal/record-view";
import { RECORD_BYTES, RECORD_READS_MAX, SEQUENCE_MAX } from "../../../core/limits";
import type { FlashPort } from "../../../core/ports";
import { Slot } from "../../../core/slot";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const HASH = createHostHash();
const PAGE = 1024;

function flashOf(...pages: Uint8Array[]): FlashPort {
  const sizeBytes = pages.length * PAGE;
  const shape = { name: "journal", addressBytes: 0, sizeBytes, pageSizeBytes: PAGE, writeUnitBytes: 4 };
  const flash = createMemoryFlash(shape);
  pages.forEach((page, i) => flash.write(i * PAGE, page));
  return flash;
}

/** A Death record that carries its position. */
function sealed(position: number, sequence: number): Uint8Array {
  const record = makeRecord(RecordType.Death, Slot.A, 0, undefined, position);
  sealRecord(record, sequence, HASH);
  return record;
}

/** A page with a checkpoint of this sequence (deaths = sequence) and Death records: sequence by position. */
function pageOf(checkpoint: number | undefined, records: Record<number, number> = {}): Uint8Array {
  const page = new Uint8Array(PAGE).fill(255);
  if (checkpoint !== undefined) {
    const state = emptyState();
    state[StateField.Deaths] = checkpoint;
    sealRecord(state, checkpoint, HASH);
    page.set(state);
  }
  for (const [position, sequence] of Object.entries(records)) {
    page.set(sealed(Number(position), sequence), Number(position) * RECORD_BYTES);
  }
  return page;
}

/** Positions of the page's live records, oldest first; none if the page does not count. */
function live(page: Uint8Array | FlashPort): number[] {
  const flash = page instanceof Uint8Array ? flashOf(page, pageOf(undefined)) : page;
  const positions: number[] = [];
  visitJournal(flash, HASH, (record) => positions.push(viewRecord(record).value));
  return positions;
}

/** Position of the record that the first append after a start writes. */
function appendedAt(flash: FlashPort, page = 0): number {
  const journal = openJournal(flash, HASH);
  assert.equal(appendRecord(journal, sealed(99, 0)), true);
  const bytes = flash.read(page * PAGE, PAGE);
  return Array.from({ length: PAGE / RECORD_BYTES }, (_, i) => bytes[i * RECORD_BYTES + 20]).lastIndexOf(99);
}

describe("a journal page", () => {
  it("gives its records in their order, blank positions left out", () => {
    assert.deepEqual(live(pageOf(1, { 3: 2, 4: 3, 6: 4 })), [3, 4, 6]);
  });

  it("counts only with a record behind its checkpoint, and a checkpoint in front of its records", () => {
    assert.equal(openJournal(flashOf(pageOf(5), pageOf(undefined)), HASH).usable, false);
    assert.equal(openJournal(flashOf(pageOf(undefined, { 3: 6 }), pageOf(undefined)), HASH).usable, false);
    assert.equal(openJournal(flashOf(pageOf(5, { 3: 6 }), pageOf(undefined)), HASH).usable, true);
  });

  it("counts only if its checkpoint is older than each live record", () => {
    assert.deepEqual(live(pageOf(6, { 3: 6 })), []);
    assert.deepEqual(live(pageOf(7, { 3: 6, 4: 8 })), []);
    assert.deepEqual(live(pageOf(5, { 3: 6, 4: 8 })), [3, 4]);
  });

  it("drops a record whose sequence was taken again behind it", () => {
    assert.deepEqual(live(pageOf(1, { 3: 2, 4: 3, 5: 3, 6: 4 })), [3, 5, 6]);
    assert.deepEqual(live(pageOf(1, { 3: 9, 4: 3 })), [4]);
  });

  it("takes no sequence at or beyond the limit", () => {
    assert.deepEqual(live(pageOf(1, { 3: 2, 4: SEQUENCE_MAX })), [3]);
    assert.deepEqual(live(pageOf(1, { 3: SEQUENCE_MAX - 1 })), [3]);
    assert.equal(openJournal(flashOf(pageOf(SEQUENCE_MAX), pageOf(1, { 3: 2 })), HASH).nextSequence, 3);
  });

  it("passes over doubtful positions and never reuses them", () => {
    const bytes = pageOf(1, { 3: 2, 5: 3 });
    bytes[4 * RECORD_BYTES] = 0;
    bytes[9 * RECORD_BYTES + 31] = 0xfe;
    assert.deepEqual(live(bytes), [3, 5]);
    assert.equal(appendedAt(flashOf(bytes, pageOf(undefined))), 11);
  });

  it("reads a part whose CRC is wrong again, a bounded number of times", () => {
    const flash = flashOf(pageOf(1, { 3: 2, 4: 3 }), pageOf(undefined));
    for (const wrongReads of [1, 2, 3]) {
      let wrong = 0;
      const flaky: FlashPort = {
        ...flash,
        read: (offset, length) => {
          const bytes = flash.read(offset, length);
          const at = 4 * RECORD_BYTES + 9;
          if (offset <= at && at < offset + length && wrong < wrongReads) {
            wrong++;
            bytes[at - offset] ^= 1;
          }
          return bytes;
        },
      };
      assert.deepEqual(live(flaky), wrongReads < RECORD_READS_MAX ? [3, 4] : [3], `${wrongReads} wrong readings`);
    }
  });
});

describe("a journal of several pages", () => {
  const deaths = (...pages: Uint8Array[]): number => openJournal(flashOf(...pages), HASH).state[StateField.Deaths];

  it("is that of the page that counts with the newest record", () => {
    assert.equal(deaths(pageOf(1, { 3: 2, 4: 3 }), pageOf(4, { 3: 5 })), 5);
    assert.equal(deaths(pageOf(14, { 3: 15 }), pageOf(4, { 3: 5, 4: 6 })), 15);
    assert.equal(deaths(pageOf(1, { 3: 2, 4: 3 }), pageOf(9)), 3);
  });

  it("leaves the page in use when a higher sequence stands on one that does not count", () => {
    const flash = flashOf(pageOf(1, { 3: 2 }), pageOf(9));
    const journal = openJournal(flash, HASH);
    assert.equal(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 0)), true);
    assert.equal(journal.state[StateField.Deaths], 3);
    assert.equal(openJournal(flash, HASH).state[StateField.Deaths], 3);
    assert.equal(Buffer.from(flash.read(PAGE, 4)).readUInt32LE(), 11, "the page behind was written anew");
  });

  it("leaves one position blank at the first append after a start, and none after that", () => {
    const flash = flashOf(pageOf(1, { 3: 2 }), pageOf(undefined));
    assert.equal(appendedAt(flash), 5);
    assert.equal(appendedAt(flash), 7);
    const journal = openJournal(flash, HASH);
    [1, 2, 3].forEach(() => appendRecord(journal, sealed(98, 0)));
    const types = Array.from({ length: 14 }, (_, i) => flash.read(i * RECORD_BYTES, RECORD_BYTES)[4]);
    assert.deepEqual(types.slice(8), [255, 35, 35, 35, 255, 255]);
  });

  it("copies an unsettled tail forward with its own sequence, and settles it", () => {
    const flash = flashOf(pageOf(1, { 3: 2, 4: 3 }), pageOf(undefined));
    const journal = openJournal(flash, HASH);
    assert.equal(secureTail(journal), true);
    assert.deepEqual(flash.read(6 * RECORD_BYTES, RECORD_BYTES), sealed(4, 3));
    assert.equal(flash.read(7 * RECORD_BYTES, RECORD_BYTES)[4], RecordType.Settled);
    assert.deepEqual(live(flash), [3, 4, 0]);
    assert.equal(openJournal(flash, HASH).state[StateField.Deaths], 3);
    assert.equal(openJournal(flash, HASH).tail, undefined);
  });

  it("secures a tail on a full page by a checkpoint on the next", () => {
    const records: Record<number, number> = {};
    for (let position = 3; position < PAGE / RECORD_BYTES; position++) {
      records[position] = position;
    }
    const flash = flashOf(pageOf(1, records), pageOf(undefined));
    const journal = openJournal(flash, HASH);
    const before = journal.state[StateField.Deaths];
    assert.equal(secureTail(journal), true);
    assert.equal(openJournal(flash, HASH).state[StateField.Deaths], before);
    assert.equal(flash.read(PAGE, 8)[4], RecordType.Checkpoint);
  });

  it("erases no page but the one after the page in use, and that one only when it is needed", () => {
    const flash = createMemoryFlash({
      name: "journal", addressBytes: 0, sizeBytes: 3 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
    });
    const erased: number[] = [];
    const watched: FlashPort = {
      ...flash,
      erasePage: (offset) => {
        erased.push(offset / PAGE);
        flash.erasePage(offset);
      },
    };
    const journal = openJournal(watched, HASH);
    formatJournal(journal, emptyState());
    for (let i = 0; i < 100; i++) {
      appendRecord(journal, makeRecord(RecordType.Healthy, Slot.A, 0, undefined, i));
    }
    assert.deepEqual(erased, [1, 2, 0, 1]);
  });

  it("skips a position that does not read back, and turns the page after four of them", () => {
    const flash = flashOf(pageOf(1, { 3: 2 }), pageOf(undefined));
    const deaf = new Set([5, 6]);
    const worn: FlashPort = {
      ...flash,
      write: (offset, bytes) => {
        if (!deaf.has(offset / RECORD_BYTES)) {
          flash.write(offset, bytes);
        }
      },
    };
    const journal = openJournal(worn, HASH);
    const append = (): boolean => appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 0));
    assert.equal(append(), true);
    assert.deepEqual([5, 6, 7].map((position) => flash.read(position * RECORD_BYTES, 5)[4]), [255, 255, 35]);
    [8, 9, 10, 11].forEach((position) => deaf.add(position));
    assert.equal(append(), true);
    assert.equal(flash.read(12 * RECORD_BYTES, 5)[4], 255);
    assert.equal(flash.read(PAGE, 5)[4], RecordType.Checkpoint);
    assert.equal(openJournal(flash, HASH).state[StateField.Deaths], 4);
  });
});
