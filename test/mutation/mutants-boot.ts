/** Ways to break the boot decision, the fold of the journal, rebuilding, seals and provisioning. */

import type { Mutant } from "./mutant";
import { mutantsOf } from "./mutant";

const DECIDE = mutantsOf("core/boot/decide.ts", [
  ["an announcement excuses a watchdog reset", "(announced && restarted)", "announced"],
  ["a watchdog reset passes for a blink of the mains", "cause <= ResetCause.Pin;", "cause <= ResetCause.Watchdog;"],
  ["a blind board believes a cause", "return blink && knowsResetCauses ?", "return blink ?"],
  ["a trial has one attempt more", "return allowedAttempts(budget) - 1;", "return allowedAttempts(budget);"],
  ["one more power loss is forgiven", "? budget.trialForgiven :", "? budget.trialForgiven + 1 :"],
  ["a trial may wake for ever", ": TRIAL_WAKES_MAX;", ": TRIAL_WAKES_MAX + 1;"],
  ["the image may have been changed", "if (!startsWith(facts.digest, slotDigest(state, slot))) {", "if (false) {"],
  [
    "an image below the floor starts",
    "return facts.counter < readU32(state, StateField.Floor) ? Reason.CounterBelowFloor : Reason.None;",
    "return Reason.None;",
  ],
  ["the gesture is not looked at", "if (reset.gesture || state", "if (state"],
  ["no attempt is recorded", "note(goesOn ? RecordType.Wake : RecordType.Attempt, first", "void (first"],
  ["the first start of a trial counts as a wake", "const goesOn = !first && verdict", "const goesOn = verdict"],
  ["a trial starts that cannot be counted", "if (reset.journalWritable) {", "if (cause >= 0) {"],
  ["a rejection is not recorded", "note(RecordType.Rejected, refusal, 0);", ""],
  [
    "a rejection names another reason",
    "Reason.AttemptsUsedUp + verdict - Verdict.Failure",
    "Reason.AttemptsUsedUp + verdict",
  ],
  [
    "after a rejection nothing starts",
    "note(RecordType.Rejected, refusal, 0);\n      slot = state[StateField.Active];",
    "slot = Slot.None;",
  ],
  ["an announcement is never used up", "note(RecordType.Wake, 0, cause);", ""],
  ["deaths are not recorded", "note(RecordType.Death, cause, 0);", ""],
  ["a sixth death is needed", "state[StateField.Deaths] + 1 >= DEATHS_MAX", "state[StateField.Deaths] >= DEATHS_MAX"],
  [
    "power losses count as deaths",
    "verdict === Verdict.Failure && slot <= Slot.B",
    "verdict !== Verdict.Continues && slot <= Slot.B",
  ],
  [
    "any image may be the fallback",
    "state[slotOffset(other)] === SlotStatus.Confirmed ? other",
    "state[slotOffset(other)] !== SlotStatus.Unknown ? other",
  ],
  ["a fallback is not recorded", "if (i > 0) {", "if (i > 1) {"],
  ["there is no fallback", "i < slots.length && slot <= Slot.B", "i < 1 && slot <= Slot.B"],
]);

const STATE = mutantsOf("core/boot/state.ts", [
  [
    "the floor is not raised",
    "Math.max(readU32(state, StateField.Floor), readU32(record, RecordField.Value))",
    "readU32(state, StateField.Floor)",
  ],
  [
    "the floor may fall",
    "Math.max(readU32(state, StateField.Floor), readU32(record, RecordField.Value))",
    "readU32(record, RecordField.Value)",
  ],
  ["a rebuilt floor may fall", "Math.max(readU32(state, StateField.Floor), counter)", "counter"],
  [
    "a slot that is written keeps its digest",
    "(type === RecordType.InstallBegin ? STATE_SLOT_BYTES : SLOT_DIGEST)",
    "SLOT_DIGEST",
  ],
  ["a slot that is written stays active", "if (state[StateField.Active] === slot) {", "if (slot === Slot.None) {"],
  [
    "two trials may be pending",
    "if (state[other] === SlotStatus.Trial) {",
    "if (state[other] === SlotStatus.Unknown) {",
  ],
  ["a trial inherits the counts of the last", "state.fill(0, StateField.ElapsedMs, StateField.Announced);", ""],
  [
    "the restart into a trial is not expected",
    "StateField.Announced);\n    state[StateField.Announced] = 1;",
    "StateField.Announced);",
  ],
  ["a confirmed image keeps its trial's counts", "state.fill(0, StateField.ElapsedMs, StateField.Deaths);", ""],
  ["attempts are not counted", "state[StateField.Attempts]++;", ""],
  ["power losses count as failures", "state[StateField.Attempts + kind]++;", "state[StateField.Failures]++;"],
  [
    "an attempt leaves the announcement",
    "StateField.Attempts);\n    state[StateField.Announced] = 0;",
    "StateField.Attempts);",
  ],
  ["an attempt keeps the time of the last", "state.fill(0, StateField.ElapsedMs, StateField.Attempts);", ""],
  ["wakes are not counted", "state[StateField.Wakes]++;", ""],
  [
    "every rejection excuses the next start",
    "record[RecordField.Detail] === Reason.RejectedByApplication ? 1 : 0",
    "1",
  ],
  ["deaths are not counted", "state[StateField.Deaths]++;", ""],
  [
    "health does not end a row of deaths",
    "RecordType.Healthy) {\n    state[StateField.Deaths] = 0;",
    "RecordType.Healthy) {",
  ],
  [
    "recovery is entered for ever",
    "state.fill(0, StateField.Deaths, StateField.RecoveryRequested + 1);",
    "state.fill(0, StateField.Deaths, StateField.RecoveryRequested);",
  ],
  [
    "a fallback inherits deaths",
    "state[StateField.Active] = slot;\n    state[StateField.Deaths] = 0;",
    "state[StateField.Active] = slot;",
  ],
  ["a fallback counts for nothing", "if (type !== RecordType.Fallback) {", "if (type > 0) {"],
  [
    "a changed identity is not taken",
    "} else if (type === RecordType.IdentityChanged) {",
    "} else if (type === RecordType.JournalLost) {",
  ],
]);

const REBUILD = mutantsOf("core/boot/rebuild.ts", [
  [
    "after a loss the older of equal counters is taken",
    "slots[rest].counter > slots[first].counter",
    "slots[rest].counter >= slots[first].counter",
  ],
  ["after a loss no seal is looked at", "(slots[rest].sealedConfirmed && !sameRank)", "false"],
  [
    "a confirmed factory image beats one that asks for a trial",
    "restVerifies && firstRank < FactoryRank.Trial &&",
    "restVerifies && firstRank <= FactoryRank.Trial &&",
  ],
  ["a factory trial goes back to a failed one", "restVerifies && restRank !== FactoryRank.FailedTrial", "restVerifies"],
  [
    "after a loss every image counts as confirmed",
    "slots[rest].sealedConfirmed ? SlotStatus.Confirmed : SlotStatus.Installed",
    "SlotStatus.Confirmed",
  ],
  [
    "every factory image is a fallback",
    "restRank === FactoryRank.Confirmed ? SlotStatus.Confirmed : SlotStatus.Installed",
    "SlotStatus.Confirmed",
  ],
  ["of equal versions slot B is first", "slots[1].version) >= 0", "slots[1].version) > 0"],
  ["an image that does not verify is chosen", "if (a && (!b || ", "if ((!b || "],
]);

const SEAL = mutantsOf("core/boot/seal.ts", [
  [
    "the seal is not compared",
    "return startsWith(found, computeSeal(flash, hash, deviceKey, sealer.identity, slot, image, kind));",
    "return true;",
  ],
  [
    "one byte of the seal is compared",
    "return startsWith(found, computeSeal(flash, hash, deviceKey, sealer.identity, slot, image, kind));",
    "return found[0] === computeSeal(flash, hash, deviceKey, sealer.identity, slot, image, kind)[0];",
  ],
  ["a seal holds in the other slot", "kind + slot * 256", "kind"],
  [
    "a verified image passes for a confirmed one",
    "writeU32(message, 4, kind + slot * 256);",
    "writeU32(message, 4, slot * 256);",
  ],
  ["a seal says nothing of the counter", "writeU32(message, 8, image.counter);", ""],
  ["the seal of a key that is trusted no more counts", "message.set(identity, 44);", ""],
  ["a confirmed image loses its seal with the keys", "if (kind !== Seal.Confirmed) {", "if (image.counter >= 0) {"],
  [
    "a seal says nothing of the content",
    "writeU32(message, 56, contentCrc(flash, hash, image.totalSizeBytes));",
    "",
  ],
  [
    "only the start of each piece is sealed",
    "Math.min(SEAL_PIECE_BYTES, sizeBytes - at)",
    "Math.min(512, sizeBytes - at)",
  ],
  ["a seal says nothing of the image", "message.set(image.digest, 12);", ""],
  ["a seal may overlap the trailer", "offset + SEAL_BYTES > trailerStart(", "offset > trailerStart("],
  ["a seal is written over what stands there", "if (hash.crc32(found) === BLANK_CRC) {", "if (found.length > 0) {"],
  ["both seals stand in one place", "/ SEAL_BYTES) + kind % 2) * SEAL_BYTES", "/ SEAL_BYTES)) * SEAL_BYTES"],
]);

const PROVISIONING = mutantsOf("core/boot/provisioning.ts", [
  [
    "a damaged block makes a factory board",
    "provisioned: hash.crc32(bytes) !== BLANK_BLOCK_CRC",
    "provisioned: isIntact",
  ],
  ["the floor of a damaged block is believed", "isIntact ? readU32(bytes, 4) : 0", "readU32(bytes, 4)"],
  ["the device key of a damaged block is believed", "isIntact && readU32(bytes, 8) === 1", "readU32(bytes, 8) === 1"],
]);

export const BOOT_MUTANTS: readonly Mutant[] = [...DECIDE, ...STATE, ...REBUILD, ...SEAL, ...PROVISIONING];
