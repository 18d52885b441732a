/** `trialboot image list`: what the slots of a device hold. */

import { type CommandLine, helpText, readArguments } from "../arguments";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { createOutput } from "../output";
import { readSlots } from "../smp/image-group";
import { readStatus } from "../smp/trialboot-group";
import { withDevice } from "./device-connection";
import { ALL_SETS } from "./device-sets";
import { DEVICE_FLAGS, readDeviceOptions } from "./device-options";
import { slotJson, slotTable, statusJson, statusText } from "./slot-text";

export const IMAGE_LIST: CommandLine = {
  name: "trialboot image list",
  summary: "Shows what the slots of a device hold: version, state, digest.",
  positionals: [],
  flags: DEVICE_FLAGS,
};

export async function listImages(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(IMAGE_LIST, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(IMAGE_LIST) + "\n");
    return ExitCode.Ok;
  }
  const output = createOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  const options = readDeviceOptions(args, context);
  await withDevice(context, output, options, ALL_SETS, async (connection) => {
    const { client, patience } = await connection.session();
    const status = await readStatus(client, patience);
    const slots = await readSlots(client, patience);
    output.jsonValue({ ok: true, device: statusJson(status), slots: slots.map(slotJson) });
    if (status !== undefined) {
      output.summary(statusText(status));
    }
    if (!output.json) {
      output.data(slotTable(slots) + "\n");
    }
  });
  return ExitCode.Ok;
}
