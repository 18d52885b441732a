/** `trialboot image test`, `confirm`, `erase` and `rollback`: what is to become of the images on a device. */

import { type Arguments, type CommandLine, type Flag, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import type { Output } from "../output";
import type { DeviceSession } from "../smp/device-session";
import { explainRefusal } from "../smp/explain";
import { confirmImage, eraseSlot, hasHash, type ImageSlot, readSlots, testImage } from "../smp/image-group";
import { resetDevice } from "../smp/os-group";
import { requestRollback } from "../smp/trialboot-group";
import { beginVerb } from "../verb";
import { withDevice } from "./device-connection";
import { confirmLoss, DEVICE_FLAGS, type DeviceOptions, readDeviceOptions, withOptionals } from "./device-options";
import { ALL_SETS, ERASE_SET } from "./device-sets";
import { hashMeant, slotJson, slotName, slotNumber, slotTable } from "./slot-text";

const WHICH = "IMAGE is a slot (0 runs, 1 is the other), the digest or its first digits, or the image file.";
const RESET_FLAG: Flag = { name: "reset", help: "Restart the device afterwards" };

export const IMAGE_TEST: CommandLine = {
  name: "trialboot image test",
  summary: "Marks a stored image for one trial at the next start. If it is not confirmed then, the device goes back.",
  positionals: ["IMAGE"],
  flags: [RESET_FLAG, ...DEVICE_FLAGS],
  remarks: [WHICH],
};

export const IMAGE_CONFIRM: CommandLine = {
  name: "trialboot image confirm",
  summary:
    "Confirms the running image, so that the device stays with it; without a trial nothing changes. Boards of " +
    "trialboot confirm a healthy image by themselves. With IMAGE, which has not run yet: it starts next without a " +
    "trial on MCUboot devices; boards of trialboot try it all the same.",
  positionals: [],
  flags: DEVICE_FLAGS,
  remarks: [`Usage with an image: trialboot image confirm IMAGE [flags]. ${WHICH}`],
};

export const IMAGE_ERASE: CommandLine = {
  name: "trialboot image erase",
  summary: "Erases the image that is neither running nor confirmed. Boards of trialboot want a technician's login.",
  positionals: [],
  flags: DEVICE_FLAGS,
  remarks: ["Usage with a slot: trialboot image erase SLOT [flags]. Without it, it is the free slot."],
};

export const IMAGE_ROLLBACK: CommandLine = {
  name: "trialboot image rollback",
  summary:
    "Goes back. On trial, the device gives the new image up and restarts with the confirmed one at once. Otherwise " +
    "the image in the other slot is marked for a trial at the next start, if the device may still start it.",
  positionals: [],
  flags: [RESET_FLAG, ...DEVICE_FLAGS],
};

/** What a verb does with the device, once it is connected. */
type Work = (session: DeviceSession, slots: readonly ImageSlot[]) => Promise<Outcome>;

interface Outcome {
  readonly sentence: string;
  /** The list after it; `undefined` where the device restarts. */
  readonly slots: readonly ImageSlot[] | undefined;
}

interface Call {
  readonly args: Arguments;
  readonly context: Context;
  readonly output: Output;
  readonly options: DeviceOptions;
}

/** Refuses as readArguments. `undefined`: the help was shown. */
function readCall(line: CommandLine, optionals: readonly string[], argv: readonly string[], context: Context) {
  const begun = beginVerb(line, readArguments(withOptionals(line, optionals, argv), argv), context);
  if (begun === undefined) {
    return undefined;
  }
  const { args, output } = begun;
  return { args, context, output, options: readDeviceOptions(args, context) };
}

async function change(call: Call, sets: number, work: Work): Promise<number> {
  const { context, output, options, args } = call;
  await withDevice(context, output, options, sets, async (connection) => {
    const session = await connection.session();
    const { client, patience, timeouts } = session;
    const outcome = await work(session, await readSlots(client, patience)).catch(async (error: unknown) => {
      throw await explainRefusal(session, error);
    });
    const restarts = args.has("reset") && outcome.slots !== undefined;
    if (restarts) {
      await resetDevice(client, false, timeouts.answerMs);
    }
    output.jsonValue({
      ok: true,
      message: outcome.sentence,
      restarted: restarts || outcome.slots === undefined,
      slots: outcome.slots?.map(slotJson) ?? null,
    });
    output.summary(outcome.sentence + (restarts ? " The device restarts now." : ""));
    if (outcome.slots !== undefined && !restarts) {
      output.summary(slotTable(outcome.slots));
    }
  });
  return ExitCode.Ok;
}

export async function testStored(argv: readonly string[], context: Context): Promise<number> {
  const call = readCall(IMAGE_TEST, [], argv, context);
  if (call === undefined) {
    return ExitCode.Ok;
  }
  return await change(call, ALL_SETS, async ({ client, slowPatience }, slots) => {
    const hash = hashMeant(context, call.args.positionals[0] ?? "", slots);
    const after = await testImage(client, hash, slowPatience);
    const slot = after.find((candidate) => hasHash(candidate, hash));
    const version = slot === undefined ? "The image" : `Version ${shown(slot.version)} in ${slotName(slot.slot)}`;
    return { sentence: `${version} is tried at the next start.`, slots: after };
  });
}

export async function confirmStored(argv: readonly string[], context: Context): Promise<number> {
  const call = readCall(IMAGE_CONFIRM, ["IMAGE"], argv, context);
  if (call === undefined) {
    return ExitCode.Ok;
  }
  return await change(call, ALL_SETS, async ({ client, slowPatience }, slots) => {
    const [meant] = call.args.positionals;
    const hash = meant === undefined ? undefined : hashMeant(context, meant, slots);
    const target = slots.find((slot) => (hash === undefined ? slot.isActive : hasHash(slot, hash)));
    const version = target === undefined ? "the image" : `version ${shown(target.version)}`;
    if (hash !== undefined && target?.isActive !== true) {
      const loss = `${capital(version)} has never run here. A device without trials cannot go back from it.`;
      await confirmLoss(context, call.options, loss, "Confirm it all the same?");
    }
    const after = await confirmImage(client, hash, slowPatience);
    const isRunning = hash === undefined || target?.isActive === true;
    const sentence = isRunning ? `${capital(version)} is confirmed.` : `${capital(version)} starts next.`;
    return { sentence, slots: after };
  });
}

export async function eraseStored(argv: readonly string[], context: Context): Promise<number> {
  const call = readCall(IMAGE_ERASE, ["SLOT"], argv, context);
  if (call === undefined) {
    return ExitCode.Ok;
  }
  const [text] = call.args.positionals;
  const number = text === undefined ? undefined : slotNumber(text);
  if (text !== undefined && number === undefined) {
    throw usageError(`"${shown(text)}" is no slot.`, "Slots are 0, which runs, and 1, the other one.");
  }
  return await change(call, ERASE_SET, async ({ client, patience, slowPatience }, slots) => {
    const target =
      number === undefined
        ? slots.find((slot) => !slot.isActive && !slot.isConfirmed)
        : slots.find(({ slot }) => slot === number);
    const where = number === undefined ? "the free slot" : slotName(number);
    const loss =
      target === undefined
        ? `Everything in ${where} is lost; it holds no image that may start.`
        : `Version ${shown(target.version)} in ${slotName(target.slot)} is lost.`;
    await confirmLoss(context, call.options, loss, "Erase it?");
    await eraseSlot(client, target?.slot ?? number, slowPatience);
    return { sentence: `${capital(where)} is erased.`, slots: await readSlots(client, patience) };
  });
}

export async function rollBack(argv: readonly string[], context: Context): Promise<number> {
  const call = readCall(IMAGE_ROLLBACK, [], argv, context);
  if (call === undefined) {
    return ExitCode.Ok;
  }
  return await change(call, ALL_SETS, async ({ client, patience, timeouts }, slots) => {
    const active = slots.find((slot) => slot.isActive);
    const other = slots.find((slot) => !slot.isActive);
    if (other === undefined) {
      throw usageError("There is no other image on the device to go back to.", "trialboot image list shows what is.");
    }
    const isTrial = active !== undefined && !active.isConfirmed;
    const loss = isTrial
      ? `Version ${shown(active.version)}, which is on trial, is given up for good.`
      : `The device leaves version ${shown(active?.version ?? "?")} for version ${shown(other.version)}.`;
    await confirmLoss(context, call.options, loss, "Go back?");
    await requestRollback(client, timeouts.answerMs);
    if (isTrial) {
      return { sentence: `The device restarts with version ${shown(other.version)}.`, slots: undefined };
    }
    const sentence = `Version ${shown(other.version)} is tried at the next start.`;
    return { sentence, slots: await readSlots(client, patience) };
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
