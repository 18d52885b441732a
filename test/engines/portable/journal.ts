import { emptyState, SlotStatus, StateField, trialSlot } from "../../../core/boot/state";
import { viewState } from "../../../core/boot/state-view";
import { visitJournal } from "../../../core/journal/audit";
import type { Journal } from "../../../core/journal/journal";
import { appendRecord, formatJournal, openJournal, recordRefusal, secureTail } from "../../../core/journal/journal";
import { makeRecord, RecordField, RecordType } from "../../../core/journal/record";
import { viewRecord } from "../../../core/journal/record-view";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryHash } from "../../../hal/memory/hash";
import { confirmedState, digestOf, journalFlash } from "./boot-fixtures";
import type { Check, Suite } from "./check";
import { fromAscii } from "./check";

const HASH = createMemoryHash();

function formatted(flash: MemoryFlash): Journal {
  const journal = openJournal(flash, HASH);
  formatJournal(journal, confirmedState());
  return journal;
}

function reopenedState(flash: MemoryFlash): ReturnType<typeof viewState> {
  return viewState(openJournal(flash, HASH).state);
}

function runStateCases(check: Check): void {
  check.test("an erased journal is not usable and takes no record", () => {
    const journal = openJournal(journalFlash(2), HASH);
    check.equal(journal.usable, false, "usable");
    check.equal(appendRecord(journal, makeRecord(RecordType.Healthy, Slot.A, 0, undefined, 0)), false, "append");
    check.equal(secureTail(journal), false, "secureTail");
  });

  check.test("a formatted journal gives its state back after a restart", () => {
    const flash = journalFlash(2);
    const state = confirmedState();
    state[StateField.Deaths] = 2;
    state[StateField.RecoveryRequested] = 1;
    state[StateField.Refusals + 3] = 4;
    check.isTrue(formatJournal(openJournal(flash, HASH), state), "format");
    check.equal(openJournal(flash, HASH).usable, true, "usable");
    const found = reopenedState(flash);
    check.equal(found.active, Slot.A, "active");
    check.equal(found.floor, 3, "floor");
    check.equal(found.deaths, 2, "deaths");
    check.equal(found.recoveryRequested, true, "recovery");
    check.equal(found.refusals[3], 4, "refusals");
    check.equal(found.slots[0].status, SlotStatus.Confirmed, "slot A");
    check.equalHex(found.slots[0].digest, "010101010101010101010101", "digest");
    check.equal(found.slots[0].counter, 3, "counter");
    check.equal(found.slots[1].status, SlotStatus.Unknown, "slot B");
  });

  check.test("an update's records fold from install to confirmation, over a restart after each", () => {
    const flash = journalFlash(2);
    formatted(flash);
    const types = [
      RecordType.InstallBegin,
      RecordType.Installed,
      RecordType.TrialRequested,
      RecordType.Attempt,
      RecordType.Confirmed,
    ];
    const statuses = [
      SlotStatus.Unknown,
      SlotStatus.Installed,
      SlotStatus.Trial,
      SlotStatus.Trial,
      SlotStatus.Confirmed,
    ];
    for (let i = 0; i < types.length; i++) {
      const journal = openJournal(flash, HASH);
      check.isTrue(secureTail(journal), "secureTail");
      check.isTrue(appendRecord(journal, makeRecord(types[i], Slot.B, 0, digestOf(2), 4)), "append");
      check.equal(reopenedState(flash).slots[1].status, statuses[i], "slot B after record");
    }
    const state = reopenedState(flash);
    check.equal(state.active, Slot.B, "active");
    check.equal(state.floor, 4, "floor rises at confirmation");
    check.equal(state.attempts, 0, "attempts are forgotten");
    check.equal(state.slots[0].status, SlotStatus.Confirmed, "slot A stays what it was");
  });

  check.test("attempts are counted by why they were started", () => {
    const flash = journalFlash(2);
    const journal = formatted(flash);
    appendRecord(journal, makeRecord(RecordType.TrialRequested, Slot.B, 0, digestOf(2), 4));
    const kinds = [0, 1, 2, 2];
    for (let i = 0; i < kinds.length; i++) {
      appendRecord(journal, makeRecord(RecordType.Attempt, Slot.B, kinds[i], digestOf(2), 0));
    }
    const state = reopenedState(flash);
    check.equal(state.attempts, 4, "attempts");
    check.equal(state.failures, 1, "failures");
    check.equal(state.powerLosses, 2, "power losses");
  });

  check.test("a second request takes the place of a pending trial", () => {
    const journal = openJournal(journalFlash(2), HASH);
    formatJournal(journal, emptyState());
    appendRecord(journal, makeRecord(RecordType.TrialRequested, Slot.A, 0, digestOf(1), 1));
    appendRecord(journal, makeRecord(RecordType.TrialRequested, Slot.B, 0, digestOf(2), 1));
    check.equal(trialSlot(journal.state), Slot.B, "trial");
    check.equal(viewState(journal.state).slots[0].status, SlotStatus.Installed, "slot A");
  });
}

function runWearCases(check: Check): void {
  check.test("a start that changes nothing writes nothing once the tail is settled", () => {
    const flash = journalFlash(2);
    appendRecord(formatted(flash), makeRecord(RecordType.Healthy, Slot.A, 0, undefined, 0));
    const before = flash.writeCount();
    check.isTrue(secureTail(openJournal(flash, HASH)), "first secureTail");
    const writes = flash.writeCount();
    check.equal(writes - before, 2, "the copy and the record that settles it");
    for (let i = 0; i < 5; i++) {
      check.isTrue(secureTail(openJournal(flash, HASH)), "secureTail");
    }
    check.equal(flash.writeCount(), writes, "writes");
  });

  check.test("full pages are left for a checkpoint that keeps the state", () => {
    const flash = journalFlash(2);
    let journal = formatted(flash);
    for (let i = 0; i < 100; i++) {
      check.isTrue(appendRecord(journal, makeRecord(RecordType.Death, Slot.A, 4, undefined, i)), "append");
      if (i % 7 === 0) {
        journal = openJournal(flash, HASH);
      }
    }
    const state = reopenedState(flash);
    check.equal(state.deaths, 100, "deaths");
    check.equal(state.active, Slot.A, "active");
    check.isTrue(flash.eraseCount() > 3, "pages were turned");
  });

  check.test("refusals are written at the first, second, fourth and eighth of a kind", () => {
    const flash = journalFlash(2);
    const journal = formatted(flash);
    const before = flash.writeCount();
    for (let i = 0; i < 1000; i++) {
      recordRefusal(journal, Reason.SignatureInvalid);
    }
    check.equal(flash.writeCount() - before, 10, "writes for a thousand refusals");
    check.equal(reopenedState(flash).refusals[Reason.SignatureInvalid % 12], 10, "entry of its kind");
    const reopened = openJournal(flash, HASH);
    recordRefusal(reopened, Reason.SignatureInvalid);
    check.equal(flash.writeCount() - before, 10, "one more after a restart is not written");
    recordRefusal(reopened, Reason.DigestMismatch);
    check.equal(flash.writeCount() - before, 11, "another kind is");
  });
}

function runAuditCases(check: Check): void {
  check.test("the audit reader gives records of both pages oldest first", () => {
    const flash = journalFlash(2);
    const journal = formatted(flash);
    for (let i = 1; i <= 40; i++) {
      appendRecord(journal, makeRecord(RecordType.Healthy, Slot.A, 0, undefined, i));
    }
    const values: number[] = [];
    let lastSequence = 0;
    visitJournal(flash, HASH, (bytes: Uint8Array) => {
      const record = viewRecord(bytes);
      check.isTrue(record.sequence > lastSequence, "sequences rise");
      lastSequence = record.sequence;
      if (record.type === RecordType.Healthy) {
        values.push(record.value);
      }
    });
    check.equal(values[values.length - 1], 40, "newest");
    check.isTrue(values.length > 30, "the page before is still there");
  });

  check.test("the text of an error comes back byte for byte", () => {
    const flash = journalFlash(2);
    const journal = formatted(flash);
    const parts = ["undefined is no func", "tion"];
    for (let i = 0; i < parts.length; i++) {
      const record = makeRecord(RecordType.ErrorText, Slot.A, parts[i].length, undefined, 0);
      record.set(fromAscii(parts[i]), RecordField.Digest);
      appendRecord(journal, record);
    }
    let text = "";
    visitJournal(flash, HASH, (bytes: Uint8Array) => {
      text += viewRecord(bytes).text;
    });
    check.equal(text, "undefined is no function", "text");
  });
}

export const journalSuite: Suite = {
  name: "journal",
  run(check: Check): void {
    runStateCases(check);
    runWearCases(check);
    runAuditCases(check);
  },
};
