import assert from "node:assert/strict";
import { emptyState, StateField } from "../../../core/boot/state";
import { readU32 } from "../../../core/bytes";
import type { Journal } from "../../../core/journal/journal";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../../core/journal/journal";
import { makeRecord, RecordType, sealRecord } from "../../../core/journal/record";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const PAGE = 512;
const HASH = createHostHash();
const PAGES = 4;

/** A journal that began on the second of `pages`, on which a death is recorded. */
function journalOf(pages: number): MemoryFlash {
  const flash = createMemoryFlash({
    name: "journal", addressBytes: 0, sizeBytes: pages * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
  });
  formatJournal(openJournal(flash, HASH), emptyState());
  appendOne(flash);
  return flash;
}

/** A start that secures what it found, and then writes a record. */
function appendOne(flash: MemoryFlash): Journal {
  const journal = openJournal(flash, HASH);
  assert.equal(secureTail(journal), true);
  assert.equal(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 7)), true);
  return journal;
}

/** Begins another page and does not get further. */
function beginPage(flash: MemoryFlash): void {
  const journal = openJournal(flash, HASH);
  assert.equal(formatJournal(journal, journal.state), true);
}

function deathsIn(flash: MemoryFlash): number {
  return openJournal(flash, HASH).state[StateField.Deaths];
}

/** Each page's bytes, as text. */
function contentOf(flash: MemoryFlash): string[] {
  const pages: string[] = [];
  for (let offset = 0; offset < flash.sizeBytes; offset += PAGE) {
    pages.push(Buffer.from(flash.read(offset, PAGE)).toString("latin1"));
  }
  return pages;
}

describe("a journal page on which nothing but its checkpoint stands", () => {
  it("grows in the run that began it", () => {
    const flash = journalOf(PAGES);
    const journal = openJournal(flash, HASH);
    formatJournal(journal, journal.state);
    const { page } = journal;
    appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 7));
    assert.equal(journal.page, page);
    assert.equal(openJournal(flash, HASH).surePage, page);
    assert.equal(deathsIn(flash), 2);
  });

  it("is left by a later start, before that does anything else, and not written to", () => {
    const flash = journalOf(PAGES);
    beginPage(flash);
    const before = contentOf(flash);
    const journal = openJournal(flash, HASH);
    assert.deepEqual([journal.page, journal.surePage, journal.lastPage], [2 * PAGE, PAGE, 2 * PAGE]);
    assert.equal(secureTail(journal), true);
    assert.equal(journal.page, 3 * PAGE);
    const after = contentOf(flash);
    assert.deepEqual(after.slice(0, 3), before.slice(0, 3));
    assert.equal(deathsIn(flash), 1);
  });

  it("stays, and the page before it stays, however many starts begin pages and get no further", () => {
    const flash = journalOf(PAGES);
    beginPage(flash);
    for (let start = 0; start < 3 * PAGES; start++) {
      const { page, surePage } = openJournal(flash, HASH);
      const before = contentOf(flash);
      beginPage(flash);
      const after = contentOf(flash);
      for (const kept of [page / PAGE, surePage / PAGE]) {
        assert.equal(after[kept], before[kept]);
      }
      assert.equal(deathsIn(flash), 1);
    }
  });

  it("may decay after a start has acted on its word: what that wrote stands elsewhere", () => {
    const flash = journalOf(PAGES);
    beginPage(flash);
    const young = openJournal(flash, HASH).page;
    appendOne(flash);
    flash.erasePage(young);
    assert.equal(deathsIn(flash), 2);
  });

  it("has to do where no other page takes a checkpoint", () => {
    const flash = journalOf(PAGES);
    beginPage(flash);
    const young = openJournal(flash, HASH).page;
    const worn = { ...flash, write: (offset: number, bytes: Uint8Array) => {
      if (Math.floor(offset / PAGE) * PAGE === young) {
        flash.write(offset, bytes);
      }
    } };
    const journal = openJournal(worn, HASH);
    assert.equal(secureTail(journal), true);
    assert.equal(journal.page, young);
    assert.equal(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 7)), true);
    assert.equal(deathsIn(flash), 2);
  });
});

describe("a journal page whose checkpoint was cut short: no record follows it", () => {
  function cutBehind(pages: number): { flash: MemoryFlash; next: number } {
    const flash = journalOf(pages);
    const next = (2 * PAGE) % flash.sizeBytes;
    const state = emptyState();
    sealRecord(state, 50, HASH);
    flash.write(next, state);
    return { flash, next };
  }

  it("is not the next one to be erased while it could still be believed, and the next goes above its sequence", () => {
    const { flash, next } = cutBehind(PAGES);
    const before = flash.read(next, PAGE);
    const { page } = appendOne(flash);
    assert.equal(page, 3 * PAGE);
    assert.deepEqual(flash.read(next, PAGE), before);
    assert.ok(readU32(flash.read(page, PAGE), 0) > 50);
  });

  it("is erased on a journal of two pages, which has no other", () => {
    const { flash, next } = cutBehind(2);
    const { page } = appendOne(flash);
    assert.equal(page, next);
    assert.ok(openJournal(flash, HASH).nextSequence > 52);
  });
});

describe("the journal page in use, young or not", () => {
  /** What `flash` is when only `pages` still take writes. */
  function wornBut(flash: MemoryFlash, pages: readonly number[]): MemoryFlash {
    return {
      ...flash,
      write(offsetBytes: number, bytes: Uint8Array): void {
        if (pages.includes(Math.floor(offsetBytes / PAGE) * PAGE)) {
          flash.write(offsetBytes, bytes);
        }
      },
    };
  }

  for (const isYoung of [false, true]) {
    it(`is not erased where every other page is worn: ${isYoung ? "young" : "grown"}`, () => {
      const flash = journalOf(PAGES);
      if (isYoung) {
        beginPage(flash);
      }
      const { page, surePage } = openJournal(flash, HASH);
      assert.equal(page !== surePage, isYoung);
      const before = contentOf(flash);
      const journal = openJournal(wornBut(flash, [page, surePage]), HASH);
      assert.equal(formatJournal(journal, journal.state), false);
      assert.deepEqual(contentOf(flash), before);
      assert.equal(journal.page, page);
      assert.equal(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 7)), true);
      assert.equal(deathsIn(flash), 2);
    });
  }
});
