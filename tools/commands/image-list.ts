/** `trialboot image list`: what the slots of a device hold. */

import { type CommandLine, readArguments } from "../arguments";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { readSlots } from "../smp/image-group";
import { readStatus } from "../smp/trialboot-group";
import { beginVerb } from "../verb";
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
  const begun = beginVerb(IMAGE_LIST, readArguments(IMAGE_LIST, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
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
