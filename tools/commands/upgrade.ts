/** `trialboot upgrade`: from a file to a confirmed image, as one verb. */

import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { hexText, type Output } from "../output";
import { createProgress } from "../progress";
import { readUpdateImage, type UpdateImage } from "../smp/update-image";
import { beginVerb } from "../verb";
import { withDevice } from "./device-connection";
import { DEVICE_FLAGS, readDeviceOptions, WAIT_FLAG, waitMsOf } from "./device-options";
import { ALL_SETS } from "./device-sets";
import { upgrade, type UpgradeResult } from "./upgrade-steps";

const LINE: CommandLine = {
  name: "trialboot upgrade",
  summary:
    "Updates a device: sends the image, marks it for a trial, restarts the device, waits until the new version has " +
    "proved itself. What is done already is left out, so after a failure run it again.",
  positionals: ["IMAGE"],
  flags: [
    { name: "confirm", help: "Confirm the new version from here as soon as it runs, for devices that do not do it" },
    WAIT_FLAG,
    ...DEVICE_FLAGS,
  ],
  remarks: [
    "Exit codes: 0 the new version is confirmed, 32 the device gave it up and went back, 31 the device refused, 20 " +
      "to 24 why it refused the image, 30 the link failed or the device was not healthy in time.",
  ],
};

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readDeviceOptions(args, context);
  const how = { waitMs: waitMsOf(args), confirmByHand: args.has("confirm") };
  const image = readUpdateImage(context, args.positionals[0] ?? "");
  const progress = createProgress(context, { quiet: output.quiet, plain: options.isCi });
  await withDevice(context, output, options, ALL_SETS, async (connection) => {
    sayResult(output, image, await upgrade(connection, image, how, progress));
  });
  return ExitCode.Ok;
}

/** The end of an update, for people and for programs. */
export function sayResult(output: Output, image: UpdateImage, { wasInstalled, slot }: UpgradeResult): void {
  const { version, hash } = image;
  output.jsonValue({ ok: true, version, hash: hexText(hash), slot: slot.slot, wasInstalled });
  const already = wasInstalled ? "already " : "";
  output.summary(`Version ${shown(version)} is ${already}running and confirmed.`);
}

export const upgradeCommand: Command = {
  name: "upgrade",
  summary: "update a device: send, try, wait until the new version has proved itself",
  usage: helpText(LINE),
  run,
};
