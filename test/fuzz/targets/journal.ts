/** Journal pages of any content: the fold is that of a plain reader of docs/SPEC.md, and goes on from there. */

import assert from "node:assert/strict";
import { applyRecord, emptyState, SlotStatus } from "../../../core/boot/state";
import { viewState } from "../../../core/boot/state-view";
import { visitJournal } from "../../../core/journal/audit";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../../core/journal/journal";
import { makeRecord, RecordType, sealRecord } from "../../../core/journal/record";
import { SEQUENCE_MAX } from "../../../core/limits";
import { createHostHash } from "../../../tools/host-hash";
import { NorFlash } from "../../../sim/flash";
import { createPartition } from "../../../sim/partition";
import type { SeededRandom } from "../../../sim/random";
import type { FuzzTarget } from "../target";

const HASH = createHostHash();
const PAGE = 256;
const PAGES = 3;
const CHECKPOINT = 96;
const RECORD = 32;

function chipWith(content: Uint8Array): { chip: NorFlash; flash: ReturnType<typeof createPartition> } {
  const chip = new NorFlash({ sizeBytes: PAGES * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4 });
  chip.install(0, content.subarray(0, PAGES * PAGE));
  return { chip, flash: createPartition(chip, "journal", { offsetBytes: 0, sizeBytes: PAGES * PAGE }) };
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** The sequence of a record or checkpoint whose CRC is right and whose sequence is one; else 0. */
function sequenceOf(bytes: Uint8Array): number {
  const end = bytes.length - 4;
  return HASH.crc32(bytes.subarray(0, end)) === u32(bytes, end) ? u32(bytes, 0) : 0;
}

interface PlainPage {
  readonly newest: number;
  readonly state: Uint8Array;
}

/** What one page says, as the specification tells it; newest 0: nothing. */
function readPlainly(page: Uint8Array): PlainPage {
  const live: Uint8Array[] = [];
  let lowest = SEQUENCE_MAX;
  for (let at = PAGE - RECORD; at >= CHECKPOINT; at -= RECORD) {
    const record = page.subarray(at, at + RECORD);
    const sequence = sequenceOf(record);
    if (sequence > 0 && sequence < lowest) {
      lowest = sequence;
      live.unshift(record);
    }
  }
  const checkpoint = page.slice(0, CHECKPOINT);
  const first = sequenceOf(checkpoint);
  const counts = live.length > 0 && first > 0 && first < lowest;
  live.forEach((record) => applyRecord(checkpoint, record));
  return { newest: counts ? u32(live[live.length - 1], 0) : 0, state: checkpoint };
}

function foldPlainly(content: Uint8Array): PlainPage {
  const pages = Array.from({ length: PAGES }, (_, i) => readPlainly(content.slice(i * PAGE, (i + 1) * PAGE)));
  return pages.reduce((best, page) => (page.newest > best.newest ? page : best), { newest: 0, state: emptyState() });
}

function inRange(state: Uint8Array): boolean {
  const view = viewState(state);
  return view.slots.every(({ status }) => status >= SlotStatus.Unknown && status <= SlotStatus.Rejected);
}

/** A journal with some history, as bytes. */
function history(turns: number): Uint8Array {
  const { flash } = chipWith(new Uint8Array(0));
  const journal = openJournal(flash, HASH);
  formatJournal(journal, emptyState());
  for (let i = 0; i < turns; i++) {
    const types = [RecordType.InstallBegin, RecordType.Installed, RecordType.TrialRequested, RecordType.Attempt,
      RecordType.Confirmed, RecordType.Death, RecordType.Refusal];
    appendRecord(journal, makeRecord(types[i % types.length], i % 2, 1, new Uint8Array(12).fill(i), i));
  }
  return flash.read(0, PAGES * PAGE);
}

export const target: FuzzTarget = {
  name: "journal",
  readsMissingAsErased: true,
  maxBytes: PAGES * PAGE,
  seeds: () => [0, 3, 6, 12].map(history),
  run(content) {
    const { flash, chip } = chipWith(content);
    const whole = flash.read(0, PAGES * PAGE);
    const readsBefore = chip.counters.reads;
    const journal = openJournal(flash, HASH);
    assert.ok(chip.counters.reads - readsBefore <= PAGES * (1 + 3 * (PAGE / RECORD)), "too many reads");
    const plain = foldPlainly(whole);
    assert.equal(journal.usable, plain.newest > 0);
    assert.deepEqual(journal.state.slice(4, 92), plain.state.slice(4, 92), "the fold differs");
    let [last, count] = [0, 0];
    visitJournal(flash, HASH, (record) => {
      last = sequenceOf(record);
      assert.ok(last > 0 && ++count <= PAGES * (PAGE / RECORD), "the audit shows what is no record");
    });
    assert.equal(last, plain.newest, "the audit does not end with the newest record");
    if (!journal.usable || journal.nextSequence > SEQUENCE_MAX - 100) {
      return;
    }
    assert.equal(secureTail(journal), true);
    const found = (): unknown => viewState(openJournal(flash, HASH).state);
    assert.deepEqual(found(), viewState(journal.state), "securing changed the state");
    const had = inRange(journal.state);
    for (let i = 0; i < 8; i++) {
      assert.equal(appendRecord(journal, makeRecord(RecordType.Attempt, 1, i % 3, undefined, i)), true);
    }
    assert.deepEqual(found(), viewState(journal.state), "appends are not found again");
    assert.equal(inRange(journal.state), had);
  },
  /** Puts CRCs right: of some positions, or of all that are not blank. */
  repair(content, random: SeededRandom) {
    const copy = new Uint8Array(PAGES * PAGE).fill(0xff);
    copy.set(content);
    for (let at = 0; at < copy.length; at += at % PAGE === 0 ? CHECKPOINT : RECORD) {
      const bytes = copy.subarray(at, at + (at % PAGE === 0 ? CHECKPOINT : RECORD));
      if (random.below(3) !== 0 && bytes.some((byte) => byte !== 0xff)) {
        const sequence = random.below(3) === 0 ? random.below(40) : u32(bytes, 0);
        sealRecord(bytes, sequence, HASH);
      }
    }
    return copy;
  },
};
