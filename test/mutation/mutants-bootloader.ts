/** Ways to break the bootloader and its service. */

import type { Mutant } from "./mutant";
import { mutantsOf } from "./mutant";

const CHAIN = mutantsOf("bootloader/chain.ts", [
  [
    "the device's floor is not looked at",
    "Math.max(stateFloor, config.baseFloor, chain.block.baseFloor)",
    "Math.max(stateFloor, config.baseFloor)",
  ],
  [
    "the bootloader's floor is not looked at",
    "Math.max(stateFloor, config.baseFloor, chain.block.baseFloor)",
    "Math.max(stateFloor, chain.block.baseFloor)",
  ],
  [
    "the journal's floor is not looked at",
    "Math.max(stateFloor, config.baseFloor, chain.block.baseFloor)",
    "Math.max(config.baseFloor, chain.block.baseFloor)",
  ],
  ["seals count where everything is to be checked", "mode === VerifyMode.Full ? Seal.None : ", ""],
  ["one below the floor passes", "maxSizeBytes, floor, findSeal", "maxSizeBytes, floor - 1, findSeal"],
  ["a bad read costs an image", "tries < VERIFY_TRIES_MAX", "tries < 1"],
  ["images may reach into the trailer", "trailerStart(flash.sizeBytes)", "flash.sizeBytes"],
  ["the watchdog is not kicked before a check", "board.watchdog.kick();", ""],
]);

const MAIN = mutantsOf("bootloader/main.ts", [
  [
    "an image starts before its attempt is recorded",
    "isWritten = isWritten && appendRecord(journal, decision.append[i]);",
    "",
  ],
  [
    "an image starts although its attempt was not recorded",
    "if (isWritten || !reset.journalWritable) {",
    "if (isWritten || round >= 0) {",
  ],
  ["an unwritable journal is asked for ever", "reset.journalWritable = false;", ""],
  [
    "the last record is believed as it is",
    "journalWritable: secureTail(journal),",
    "journalWritable: journal.usable,",
  ],
  ["no watchdog runs", "board.watchdog.start(config.watchdogTimeoutMs);", ""],
  [
    "another identity is not noticed",
    "journal.usable && hasIdentity && chain.block.provisioned",
    "journal.usable && chain.block.provisioned",
  ],
  [
    "the mark of a provisioned board is not made",
    "journal.usable && hasIdentity && chain.block.provisioned",
    "journal.usable && hasIdentity",
  ],
  [
    "seals that a power cut prevented stay away",
    "chain.needsSeals = journal.tail !== undefined;",
    "chain.needsSeals = false;",
  ],
  ["seals are written at every start", "chain.needsSeals = journal.tail !== undefined;", "chain.needsSeals = true;"],
  ["the gesture is not read", "gesture: board.pins.recoveryRequested(),", "gesture: false,"],
  [
    "the mode of the configuration is not kept to",
    "checkSlot(chain, slot, config.verifyMode)",
    "checkSlot(chain, slot, 1)",
  ],
]);

const HANDOVER = mutantsOf("bootloader/handover.ts", [
  [
    "a confirmation that was not written is reported as good",
    "return appendRecord(journal, record) ? Reason.None : Reason.JournalUnwritable;",
    "appendRecord(journal, record);\n    return Reason.None;",
  ],
  [
    "confirming twice writes twice",
    "if (!isOnTrial()) {\n      return journal",
    "if (slot === 255) {\n      return journal",
  ],
  [
    "a healthy start is not recorded",
    "journal.state[StateField.Deaths] === 0 ? Reason.None :",
    "journal.state[StateField.Deaths] >= 0 ? Reason.None :",
  ],
  [
    "a healthy start is recorded every time",
    "journal.state[StateField.Deaths] === 0 ? Reason.None :",
    "journal.state[StateField.Deaths] < 0 ? Reason.None :",
  ],
  [
    "a confirmed image can be rejected",
    "isOnTrial() ? leave(RecordType.Rejected,",
    "slot < 255 ? leave(RecordType.Rejected,",
  ],
  [
    "a confirmation does not raise the floor",
    "append(RecordType.Confirmed, 0, image.counter)",
    "append(RecordType.Confirmed, 0, 0)",
  ],
  ["a confirmed image gets no seal", "chain.loadService().writeSeals(chain, slot, image);", ""],
  [
    "an application whose death cannot be recorded lives on",
    "// An unwritable journal must not keep a dying application alive.\n    board.reset.reboot();",
    "",
  ],
  [
    "no reset follows a last record",
    "appendText(journal, slot, text);\n      board.reset.reboot();",
    "appendText(journal, slot, text);",
  ],
  ["every sleep of a confirmed image is recorded", "isOnTrial() || !chain.config.knowsResetCauses ?", "slot < 255 ?"],
  ["a blind board takes sleeps for deaths", "isOnTrial() || !chain.config.knowsResetCauses ?", "isOnTrial() ?"],
  [
    "time awake before a sleep is forgotten",
    "Math.floor(elapsedMs + board.clock.uptimeMs())",
    "Math.floor(board.clock.uptimeMs())",
  ],
  ["uncaught errors are not noticed", "board.program.onUncaughtError(die);", ""],
  ["texts of other alphabets are cut to bytes", "code < 256 ? code : 63", "code"],
  [
    "the application is promised an attempt too many",
    "allowedAttempts(config) - 1 - state",
    "allowedAttempts(config) - state",
  ],
  ["a confirmed image is told it is on trial", "describeStart(info, false, chain);", ""],
  [
    "longer texts than the limit are recorded",
    "start < text.length && start < ERROR_TEXT_BYTES_MAX",
    "start < text.length",
  ],
]);

const LOST_JOURNAL = mutantsOf("bootloader/lost-journal.ts", [
  [
    "trailers are believed after a loss",
    "const state = provisioned ? stateFromLoss(facts, floor) :",
    "const state = floor < 0 ? stateFromLoss(facts, floor) :",
  ],
  [
    "a loss is not recorded",
    "chain.formatJournal(journal, state) && provisioned",
    "chain.formatJournal(journal, state) && !provisioned",
  ],
  ["the verifier is not tried out", "board.verifier.selfTest();", ""],
  ["a factory board is never marked", "if (!chain.block.provisioned) {", "if (journal.nextSequence < 0) {"],
  [
    "after a loss a seal stands for the signature",
    "chain.checkSlot(chain, slot, VerifyMode.Full)",
    "chain.checkSlot(chain, slot, VerifyMode.Seal)",
  ],
  ["a factory image gets no seals", "chain.needsSeals = true;", ""],
  ["a doubtful last record is hidden by another", "identity) && chain.secureTail(journal)) {", "identity)) {"],
  ["a board without an image gets a journal", "state[StateField.Active] !== Slot.None && ", ""],
  ["the identity is not set after a loss", "state.set(config.identity, StateField.Identity);", ""],
  [
    "a trial that failed elsewhere counts as pending",
    "isOver ? FactoryRank.FailedTrial : FactoryRank.Trial",
    "FactoryRank.Trial",
  ],
]);

const RECOVERY = mutantsOf("bootloader/recovery.ts", [
  ["recovery overwrites the confirmed image", "return otherSlot(active);", "return active;"],
  [
    "recovery overwrites the slot that holds an image",
    "=== SlotStatus.Unknown ? Slot.A : Slot.B",
    "=== SlotStatus.Unknown ? Slot.B : Slot.A",
  ],
  ["nobody kicks in recovery", "board.watchdog.kick();", ""],
  ["recovery is not shown", "board.pins.indicate(lit);\n  board.clock", "board.clock"],
]);

const SERVICE = mutantsOf("bootloader/service.ts", [
  [
    "the running slot is written",
    "createSlotWriter(chain, otherSlot(runningSlot),",
    "createSlotWriter(chain, runningSlot,",
  ],
  ["each wire gets a management of its own", "if (door.management === undefined) {", "if (runningSlot < 255) {"],
]);

const SEALS = mutantsOf("bootloader/seals.ts", [
  ["a seal that is missing is never made", "chain.needsSeals = true;", ""],
  ["only the seal of a confirmed image counts", "image, kind, false)", "image, Seal.Confirmed, false)"],
  ["the content is sealed nowhere", "? Seal.VerifiedContent : Seal.Verified", "? Seal.Verified : Seal.Verified"],
  ["a trial gets the seal of a confirmed image", "=== SlotStatus.Confirmed) {", ">= 0) {"],
]);

const SLOT_SINK = mutantsOf("bootloader/slot-sink.ts", [
  [
    "the rest of the slot is not erased",
    "const isLeft = erased < flash.sizeBytes;",
    "const isLeft = erased < sink.receivedBytes;",
  ],
  [
    "an old image stands until the first bytes come",
    "sink.usedBytes = startBytes;\n    eraseNext();",
    "sink.usedBytes = startBytes;",
  ],
  ["the watchdog is not kicked before an erase", "watchdog.kick();", ""],
  ["erased bytes are programmed", "while (fill > 0 && chunk[fill - 1] === 255) {", "while (fill < 0) {"],
  ["an earlier transfer is counted on", "sink.receivedBytes = startBytes;\n", ""],
  ["extra bytes are not counted", "sink.usedBytes = offset + fill;", ""],
]);

const SLOT_WRITER = mutantsOf("bootloader/slot-writer.ts", [
  ["a trial may overwrite the confirmed image", "hasApplication && slotIsOnTrial(chain, otherSlot(slot)) || ", ""],
  [
    "a file as large as the slot is refused",
    "|| sizeBytes > flash.sizeBytes) {",
    "|| sizeBytes >= flash.sizeBytes) {",
  ],
  [
    "a file larger than the slot is begun",
    "|| sizeBytes > flash.sizeBytes) {",
    "|| sizeBytes > flash.sizeBytes + 1) {",
  ],
  [
    "the journal does not know that a slot is written",
    "if (!recordBegin(chain, slot, sizeBytes, erases === undefined ? 0 : erases, file)) {",
    "if (!journal.usable) {",
  ],
  [
    "a slot is erased before the journal knows",
    "if (!recordBegin(chain,",
    "sink.restart(0);\n      if (!recordBegin(chain,",
  ],
  [
    "a slot is erased although it must not be",
    "return noteRefusal(chain, sizeBytes",
    "sink.restart(0);\n        return noteRefusal(chain, sizeBytes",
  ],
  ["one byte too many is taken", "bytes.length > fileBytes) {", "bytes.length > fileBytes + 1) {"],
  ["a file brings its own trailer", "return refuse(Reason.TrailerPresent);", ""],
  [
    "a file may be too short",
    "if (sink.receivedBytes !== fileBytes) {",
    "if (sink.receivedBytes > fileBytes) {",
  ],
  ["a seal stands for the check of a new image", "VerifyMode.Full", "VerifyMode.Seal"],
  ["dependencies and extra bytes are not checked", "refusalOf(image, sink.usedBytes);", "image.reason;"],
  ["a refused image stays in the slot", "flash.erasePage(0);", ""],
  [
    "a trial can be asked for too early",
    "if (!isIn(Phase.Finished)) {",
    "if (phase === Phase.Idle) {",
  ],
  ["an image that is not recorded counts as installed", "image.reason = Reason.JournalUnwritable;", ""],
  ["a new image gets no seal", "writeSeals(chain, slot, image);", ""],
  [
    "a trial can be asked for again and again",
    "phase = chain.appendRecord(journal, requested) ? Phase.Idle : phase;\n      return phase === Phase.Idle ?",
    "return chain.appendRecord(journal, requested) ?",
  ],
  [
    "a writer goes on although another one has begun",
    "phase === wanted && chain.writing === sink;",
    "phase === wanted;",
  ],
  [
    "extra bytes behind the image are taken",
    "usedBytes > image.totalSizeBytes ?",
    "usedBytes < image.totalSizeBytes ?",
  ],
  [
    "a board in recovery never gets a journal",
    "journal.usable || chain.formatJournal(journal, journal.state)",
    "journal.usable",
  ],
  [
    "refusals are not recorded",
    "if (record !== undefined) {",
    "if (record === undefined) {\n    return reason;\n  }\n  if (reason < 0) {",
  ],
]);

export const BOOTLOADER_MUTANTS: readonly Mutant[] = [
  ...CHAIN, ...MAIN, ...HANDOVER, ...LOST_JOURNAL, ...RECOVERY, ...SERVICE, ...SEALS, ...SLOT_SINK, ...SLOT_WRITER,
];
