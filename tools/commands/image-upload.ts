/** `trialboot image upload`: sends an image into the free slot, and does not start it. */

import { type CommandLine, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { hexText } from "../output";
import { bytesText, createProgress } from "../progress";
import { readUpdateImage } from "../smp/update-image";
import { beginVerb } from "../verb";
import { withDevice } from "./device-connection";
import { DEVICE_FLAGS, readDeviceOptions, WAIT_FLAG, waitMsOf } from "./device-options";
import { ALL_SETS } from "./device-sets";
import { slotName } from "./slot-text";
import { sendWithBreaks, waitUntilStored } from "./upgrade-steps";

export const IMAGE_UPLOAD: CommandLine = {
  name: "trialboot image upload",
  summary:
    "Sends a signed image into the device's free slot. It goes on where an earlier upload of the same file stopped. " +
    "Nothing is started: that is for image test, or for trialboot upgrade, which does it all.",
  positionals: ["IMAGE"],
  flags: [...DEVICE_FLAGS, WAIT_FLAG],
};

export async function uploadFile(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(IMAGE_UPLOAD, readArguments(IMAGE_UPLOAD, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readDeviceOptions(args, context);
  const waitMs = waitMsOf(args);
  const image = readUpdateImage(context, args.positionals[0] ?? "");
  const progress = createProgress(context, { quiet: output.quiet, plain: options.isCi });
  await withDevice(context, output, options, ALL_SETS, async (connection) => {
    const startMs = Date.now();
    const resumedAtBytes = await sendWithBreaks(connection, image, waitMs, progress);
    const durationMs = Date.now() - startMs;
    const slot = await waitUntilStored(connection, image, waitMs);
    output.jsonValue({
      ok: true,
      version: image.version,
      hash: hexText(image.hash),
      slot: slot.slot,
      sizeBytes: image.bytes.length,
      resumedAtBytes,
      durationMs,
    });
    const sentBytes = image.bytes.length - resumedAtBytes;
    const sent = `${bytesText(sentBytes)} sent in ${(durationMs / 1000).toFixed(1)} s`;
    const how = sentBytes === 0 ? "it was there already" : sent;
    output.summary(`Version ${shown(image.version)} is in ${slotName(slot.slot)} (${how}).`);
    output.summary(`Try it with: trialboot image test ${hexText(image.hash).slice(0, 12)} --reset`);
  });
  return ExitCode.Ok;
}
