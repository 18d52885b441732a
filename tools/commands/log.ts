/** `trialboot log`: a device's journal in words. */

import { recordIsValid, RecordType } from "../../core/journal/record";
import { type JournalRecord, viewRecord } from "../../core/journal/record-view";
import { recordName } from "../../sim/journal-reader";
import { type CommandLine, helpText, readArguments } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { createHostHash } from "../host-hash";
import { hexText, printable } from "../output";
import { recordWords } from "../report/journal-words";
import { readJournal } from "../smp/trialboot-group";
import { beginVerb } from "../verb";
import { withDevice } from "./device-connection";
import { DEVICE_FLAGS, readDeviceOptions } from "./device-options";
import { ALL_SETS } from "./device-sets";

const LINE: CommandLine = {
  name: "trialboot log",
  summary: "Shows what a device has written down of its starts, updates and errors: the journal, oldest record first.",
  positionals: [],
  flags: [{ name: "crash", help: "Show only the last error that the application did not catch" }, ...DEVICE_FLAGS],
};

interface Entry {
  readonly record: JournalRecord;
  readonly isValid: boolean;
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readDeviceOptions(args, context);
  const { records, lostCount } = await withDevice(context, output, options, ALL_SETS, async (connection) => {
    const { client, patience } = await connection.session();
    return await readJournal(client, patience);
  });
  const hash = createHostHash();
  const all = records.map((bytes) => ({ record: viewRecord(bytes), isValid: recordIsValid(bytes, hash) }));
  const entries = args.has("crash") ? lastCrash(all) : all;
  output.jsonValue({ ok: true, overwritten: lostCount, records: entries.map(entryJson) });
  if (!output.json) {
    output.data(entries.map((entry) => entryLine(entry) + "\n").join(""));
  }
  if (entries.length === 0) {
    output.note(args.has("crash") ? "the journal holds no uncaught error." : "the journal holds no record.");
  }
  if (lostCount > 0) {
    const count = lostCount === 1 ? "1 older record was" : `${lostCount.toLocaleString("en-US")} older records were`;
    output.note(`${count} overwritten by newer ones.`);
  }
  return ExitCode.Ok;
}

/** The last report of an error with the texts that follow it. */
function lastCrash(entries: readonly Entry[]): Entry[] {
  const start = entries.findLastIndex(({ record }) => record.type === RecordType.ErrorReport);
  if (start < 0) {
    return [];
  }
  const after = entries.slice(start + 1);
  const end = after.findIndex(({ record }) => record.type !== RecordType.ErrorText);
  return entries.slice(start, end < 0 ? entries.length : start + 1 + end);
}

function words({ record, isValid }: Entry): string {
  return isValid ? recordWords(record) : "This record is damaged; its checksum is wrong.";
}

function entryLine(entry: Entry): string {
  const number = String(entry.record.sequence).padStart(6);
  const name = entry.isValid ? recordName(entry.record.type) : "damaged";
  // Texts of errors come from the application: nothing of them may drive the terminal.
  return printable(`${number}  ${name.padEnd(18)}  ${words(entry)}`).replace(/[\n\t]/g, " ");
}

function entryJson(entry: Entry): unknown {
  const { record, isValid } = entry;
  return {
    sequence: record.sequence,
    type: recordName(record.type),
    slot: record.slot <= 1 ? record.slot : null,
    detail: record.detail,
    value: record.value,
    digest: hexText(record.digest),
    text: record.text,
    valid: isValid,
    words: words(entry),
  };
}

export const logCommand: Command = {
  name: "log",
  summary: "show a device's journal in words",
  usage: helpText(LINE),
  run,
};
