/** A journal record as a sentence, for people who do not know its number. */

import type { JournalRecord } from "../../core/journal/record-view";
import { AttemptKind } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { CommandSet } from "../../core/smp/policy";
import { causeName } from "../../sim/reset";
import { durationText } from "../../sim/trace";
import { reasonText } from "../reason-text";

function slotText(record: JournalRecord): string {
  return record.slot <= 1 ? `slot ${"AB"[record.slot]}` : "no slot";
}

function attemptText({ detail, value }: JournalRecord): string {
  const why = detail === AttemptKind.First
    ? "for the first time"
    : `again, after a ${detail === AttemptKind.AfterPowerLoss ? "power loss, which is forgiven" : "failure"}`;
  return `The trial starts ${why} (the board started by ${causeName(value)}).`;
}

const COMMAND_SETS: readonly (readonly [CommandSet, string])[] = [
  [CommandSet.Erase, "erasing a slot"],
  [CommandSet.FactoryReset, "factory reset"],
  [CommandSet.Files, "reading files"],
  [CommandSet.Console, "the console"],
];

function commandSets(sets: number): string {
  const names = COMMAND_SETS.filter(([set]) => (sets & set) !== 0).map(([, name]) => name);
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** What the record says, in one sentence or two. */
export function recordWords(record: JournalRecord): string {
  const { type, detail, value, text } = record;
  const slot = slotText(record);
  const why = reasonText(detail).sentence;
  switch (type) {
    case RecordType.Checkpoint:
      return "The whole state, at the start of a page.";
    case RecordType.Settled:
      return "Everything before this was read back and stands.";
    case RecordType.InstallBegin:
      return `An image of ${value.toLocaleString("en-US")} bytes is about to be written to ${slot}.`;
    case RecordType.Installed:
      return `A verified image with security counter ${value} is in ${slot}.`;
    case RecordType.TrialRequested:
      return `The image in ${slot} is to be tried at the next start.`;
    case RecordType.Confirmed:
      return `The image in ${slot} is confirmed; the security floor is at least ${value} from now on.`;
    case RecordType.Rejected:
      return `The image in ${slot} is rejected. ${why}`;
    case RecordType.Fallback:
      return `The other image was taken, in ${slot}. ${why}`;
    case RecordType.Attempt:
      return attemptText(record);
    case RecordType.Wake:
      return `An expected start (${causeName(value)}): nobody's failure.`;
    case RecordType.Announced:
      return `A restart or sleep is announced; awake for ${durationText(value)} so far.`;
    case RecordType.Death:
      return `The confirmed image ended badly: ${causeName(detail)}.`;
    case RecordType.Healthy:
      return `The confirmed image proved itself again after ${durationText(value)}.`;
    case RecordType.RecoveryRequested:
      return "The application asks for recovery.";
    case RecordType.RecoveryEntered:
    case RecordType.Refusal:
      return why;
    case RecordType.ErrorReport:
      return `An error that nobody caught, after ${durationText(value)}.`;
    case RecordType.ErrorText:
      return `Its text: "${text}"`;
    case RecordType.JournalLost:
      return "The journal was lost and built again from what stands in the slots.";
    case RecordType.IdentityChanged:
      return "The bootloader's keys or board model are not those of before.";
    case RecordType.ForeignFiles:
      return "Boot files that do not belong to the bootloader were removed.";
    case RecordType.UploadProgress:
      return `${value.toLocaleString("en-US")} bytes of the upload are in ${slot}.`;
    case RecordType.Allowances:
      return `In this period slots were erased over the wire ${detail} times; ${value} logins failed in a row.`;
    case RecordType.LoginChallenge:
      return "Somebody asked to log in.";
    case RecordType.LoginFailed:
      return `A login failed, ${detail} in a row so far.`;
    case RecordType.LoginGranted:
      return `A technician logged in for ${commandSets(detail)}.`;
    case RecordType.PrivilegedUse:
      return `A technician used ${commandSets(detail)}.`;
    case RecordType.PowerCycles:
      return detail === 0 ? "This start lasted." : `Start ${detail} in a row after the power came on.`;
    default:
      return "A record of a newer version.";
  }
}
