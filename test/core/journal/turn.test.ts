import assert from "node:assert/strict";
import { emptyState } from "../../../core/boot/state";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../../core/journal/journal";
import { makeRecord, RecordType, sealRecord } from "../../../core/journal/record";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const PAGE = 512;
const HASH = createHostHash();

/** A journal on page 1 of `pages`, behind which stands a checkpoint that power cut short: no record follows it. */
function journalBesideCutCheckpoint(pages: number): { flash: MemoryFlash; next: number } {
  const flash = createMemoryFlash({
    name: "journal", addressBytes: 0, sizeBytes: pages * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
  });
  formatJournal(openJournal(flash, HASH), emptyState());
  const next = (2 * PAGE) % flash.sizeBytes;
  const state = emptyState();
  sealRecord(state, 50, HASH);
  flash.write(next, state);
  return { flash, next };
}

function appendOne(flash: MemoryFlash): void {
  const journal = openJournal(flash, HASH);
  assert.equal(secureTail(journal), true);
  assert.equal(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 0, undefined, 7)), true);
}

describe("a journal page that follows a checkpoint which was cut short", () => {
  it("is another page, where there is one: the cut checkpoint is not erased while it could still be believed", () => {
    const { flash, next } = journalBesideCutCheckpoint(4);
    const before = flash.read(next, PAGE);
    appendOne(flash);
    assert.deepEqual(flash.read(next, PAGE), before);
    assert.ok(openJournal(flash, HASH).nextSequence > 52);
  });

  it("is the same one on a journal of two pages, which has no other", () => {
    const { flash, next } = journalBesideCutCheckpoint(2);
    const before = flash.read(next, PAGE);
    appendOne(flash);
    assert.notDeepEqual(flash.read(next, PAGE), before);
    assert.ok(openJournal(flash, HASH).nextSequence > 52);
  });
});
