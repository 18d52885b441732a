/** What `sim boot` found, in words and as JSON. */

import { AttemptKind, SlotStatus } from "../core/boot/state";
import type { StateView } from "../core/boot/state-view";
import { RecordType } from "../core/journal/record";
import type { JournalRecord } from "../core/journal/record-view";
import { DEATHS_MAX, TRIAL_FORGIVEN_DEFAULT } from "../core/limits";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import { versionText } from "../sim/report";
import { recordName, recordReason } from "../sim/journal-reader";
import { listText } from "../sim/story";
import type { SingleBoot, SlotFinding } from "../sim/single-boot";
import { traceObject } from "../sim/trace";
import { wrap } from "./arguments";
import type { BoardFile } from "./boards";
import { hexText, type Output } from "./output";
import { reasonText } from "./reason-text";

const STATUS_WORDS: Readonly<Record<SlotStatus, string>> = {
  [SlotStatus.Unknown]: "unknown",
  [SlotStatus.Installed]: "installed",
  [SlotStatus.Trial]: "on trial",
  [SlotStatus.Confirmed]: "confirmed",
  [SlotStatus.Rejected]: "rejected",
};

const TITLE_COLUMNS = 14;
const TEXT_COLUMNS = 84;

function row(title: string, text: string): string {
  return wrap(text, TEXT_COLUMNS)
    .map((line, i) => (i === 0 ? title : "").padEnd(TITLE_COLUMNS) + line)
    .join("\n");
}

function slotText({ erased, verdict }: SlotFinding): string {
  const image = verdict.image;
  if (erased) {
    return "erased";
  }
  if (image === undefined) {
    const { name, sentence } = reasonText(verdict.reason);
    return `refused (${name}): ${sentence}`;
  }
  const counter = image.securityCounter === undefined ? "no security counter" : `counter ${image.securityCounter}`;
  return `version ${versionText(image.header.version)}, ${counter}, accepted`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function stateText(state: StateView | undefined, records: readonly JournalRecord[]): string {
  if (state === undefined) {
    return "blank or lost: no page of it counts";
  }
  const parts = [count(records.length, "record")];
  state.slots.forEach(({ status }, i) => parts.push(`slot ${"AB"[i]} ${STATUS_WORDS[status] ?? `status ${status}`}`));
  parts.push(state.active === Slot.None ? "no image is active" : `${"AB"[state.active]} is active`);
  parts.push(`security floor ${state.floor}`);
  if (state.attempts > 0) {
    const { attempts, failures, powerLosses, wakes } = state;
    parts.push(`trial: ${count(attempts, "start")} (${failures} after failures, ${powerLosses} after power losses)`);
    if (wakes > 0) {
      parts.push(count(wakes, "wake"));
    }
  }
  if (state.deaths > 0) {
    parts.push(`the active image died ${state.deaths} of ${DEATHS_MAX} times`);
  }
  if (state.announced) {
    parts.push("the next start is announced");
  }
  if (state.recoveryRequested) {
    parts.push("recovery is requested");
  }
  return parts.join(", ");
}

/** The sentence of a record that the boot appended; empty where it explains nothing. */
function recordSentence(record: JournalRecord, before: StateView | undefined): string {
  switch (record.type) {
    case RecordType.Attempt:
      return attemptSentence(record.detail, before);
    case RecordType.Wake:
      return "The start was expected (deep sleep, an announced restart, or the way out of recovery): nobody's failure.";
    case RecordType.Rejected:
      return `The trial is over. ${reasonText(record.detail).sentence}`;
    case RecordType.Fallback:
      return `The active image may not start: ${reasonText(record.detail).sentence} The other was confirmed before.`;
    case RecordType.Death:
      return `The confirmed image ended badly: ${(before?.deaths ?? 0) + 1} of ${DEATHS_MAX} times in a row.`;
    case RecordType.RecoveryEntered:
      return reasonText(record.detail).sentence;
    case RecordType.JournalLost:
      return "The journal was lost: of the images that verify, the one that was confirmed, else the newest counts.";
    case RecordType.IdentityChanged:
      return "The journal was written for another board or under other keys.";
    case RecordType.ForeignFiles:
      return "Boot files that do not belong to the bootloader were removed.";
    default:
      return "";
  }
}

function forgivenSentence(times: number): string {
  return `Power failed during the trial, which is forgiven: ${times} of ${TRIAL_FORGIVEN_DEFAULT} times.`;
}

function attemptSentence(kind: number, before: StateView | undefined): string {
  switch (kind) {
    case AttemptKind.First:
      return "A trial was asked for, and this is its first start.";
    case AttemptKind.AfterPowerLoss:
      return forgivenSentence((before?.powerLosses ?? 0) + 1);
    default:
      return "The trial failed before and has a start left.";
  }
}

/** Why this start went as it did. */
export function becauseText({ appended, stateBefore, provisioning, report }: SingleBoot): string {
  const sentences = appended.map((record) => recordSentence(record, stateBefore)).filter((text) => text !== "");
  if (stateBefore === undefined && !provisioning.provisioned) {
    sentences.unshift("The board was never provisioned: the trailers of its factory images decide.");
  } else if (stateBefore === undefined && sentences.length === 0) {
    sentences.push("The journal was lost.");
  }
  if (report.started === "recovery" && !appended.some(({ type }) => type === RecordType.RecoveryEntered)) {
    sentences.push(reasonText(Reason.NothingBootable).sentence);
  }
  return sentences.length > 0 ? sentences.join(" ") : "It is the confirmed image.";
}

function startsText({ report }: SingleBoot, output: Output): string {
  if (report.started === "A" || report.started === "B") {
    const standing = report.trial ? "on trial" : "confirmed";
    return output.style("green", `slot ${report.started}, version ${report.version}, ${standing}`);
  }
  return output.style("red", `nothing; recovery (${report.reason})`);
}

export function singleBootText(result: SingleBoot, board: BoardFile, output: Output): string {
  const { provisioning, stateBefore, recordsBefore, appended, slots } = result;
  const key = provisioning.deviceKey === undefined ? "without a device key" : "with a device key";
  const names = appended.map(({ type }) => recordName(type));
  return [
    row("board", `${board.name}: ${board.title}`),
    row("cause", String(traceObject(result.report)["cause"])),
    row("slot A", slotText(slots[0])),
    row("slot B", slotText(slots[1])),
    row("journal", stateText(stateBefore, recordsBefore)),
    row("provisioned", provisioning.provisioned ? `base floor ${provisioning.baseFloor}, ${key}` : "never"),
    "",
    "starts".padEnd(TITLE_COLUMNS) + startsText(result, output),
    row("because", becauseText(result)),
    row("appends", names.length === 0 ? "nothing" : listText(names)),
  ].join("\n");
}

function stateJson(state: StateView | undefined): unknown {
  if (state === undefined) {
    return null;
  }
  const { identity, refusals, slots, active, ...rest } = state;
  return {
    ...rest,
    active: active === Slot.None ? null : "AB"[active],
    identity: hexText(identity),
    refusals: [...refusals],
    slots: slots.map(({ status, digest, counter }) => {
      return { status: STATUS_WORDS[status] ?? status, digest: hexText(digest), counter };
    }),
  };
}

function recordJson(record: JournalRecord): unknown {
  const reason = recordReason(record);
  return {
    sequence: record.sequence,
    name: recordName(record.type),
    slot: record.slot === Slot.None ? null : "AB"[record.slot],
    detail: record.detail,
    reason: reason === undefined ? null : reasonText(reason).name,
    digest: hexText(record.digest),
    value: record.value,
    text: record.text,
  };
}

export function singleBootJson(result: SingleBoot, board: BoardFile, exitCode: number): unknown {
  const { report, slots, provisioning } = result;
  const slotJson = ({ erased, verdict }: SlotFinding): unknown => ({
    erased,
    reason: erased ? "slot-empty" : reasonText(verdict.reason).name,
    sentence: reasonText(erased ? Reason.SlotEmpty : verdict.reason).sentence,
    version: verdict.image === undefined ? null : versionText(verdict.image.header.version),
    securityCounter: verdict.image?.securityCounter ?? null,
    digest: verdict.image === undefined ? null : hexText(verdict.image.digest),
  });
  const { cause } = traceObject(report);
  const { started, version, trial, reason } = report;
  return {
    ok: exitCode === 0,
    exitCode,
    board: board.name,
    cause,
    started,
    version,
    trial,
    reason,
    because: becauseText(result),
    slots: slots.map(slotJson),
    provisioning: {
      provisioned: provisioning.provisioned,
      baseFloor: provisioning.baseFloor,
      hasDeviceKey: provisioning.deviceKey !== undefined,
    },
    stateBefore: stateJson(result.stateBefore),
    stateAfter: stateJson(result.stateAfter),
    appended: result.appended.map(recordJson),
  };
}
