/** `trialboot login`: whether a technician key works on a device, and for what. */

import { type CommandLine, helpText, readArguments } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { readPrivateKey } from "../keys/key-file";
import { COMMAND_SETS, type CommandSetName, setBits, setNames } from "../smp/command-sets";
import { grantedSets } from "../smp/login";
import { logout } from "../smp/trialboot-group";
import { beginVerb } from "../verb";
import { withDevice } from "./device-connection";
import { DEVICE_FLAGS, readDeviceOptions } from "./device-options";
import { ALL_SETS } from "./device-sets";

const SET_NAMES = Object.keys(COMMAND_SETS) as CommandSetName[];

const LINE: CommandLine = {
  name: "trialboot login",
  summary:
    "Checks that a technician key works on a device, and says which commands it opens. The login ends with the " +
    "connection, so the other verbs take --technician-key themselves.",
  positionals: [],
  flags: [
    { name: "set", value: "SET", multiple: true, choices: SET_NAMES, help: "Ask for this set only; may be repeated" },
    ...DEVICE_FLAGS,
  ],
  remarks: [
    "Sets: erase (a slot), factory-reset (the application's data), files (journal and crash log as files), console " +
      "(opens the interpreter's console until the next restart).",
  ],
};

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readDeviceOptions(args, context);
  if (options.technicianKeyPath === undefined) {
    throw usageError("login needs the technician's private key.", "Add --technician-key KEY.pem.");
  }
  const key = await readPrivateKey(context, output, options.technicianKeyPath, { file: options.passphraseFile });
  const sets = args.has("set") ? setBits(args.texts("set") as CommandSetName[]) : ALL_SETS;
  const withoutKey = { ...options, technicianKeyPath: undefined };
  await withDevice(context, output, withoutKey, sets, async (connection) => {
    const { client, patience } = await connection.session();
    const answer = await grantedSets(client, key, sets, patience);
    await logout(client, patience);
    const names = setNames(answer.sets);
    output.jsonValue({ ok: true, sets: names, validSeconds: answer.validSeconds });
    output.summary(`The key works. It opens: ${names.join(", ")}; a login is valid for ${answer.validSeconds} s.`);
  });
  return ExitCode.Ok;
}

export const loginCommand: Command = {
  name: "login",
  summary: "check that a technician key works on a device",
  usage: helpText(LINE),
  run,
};
