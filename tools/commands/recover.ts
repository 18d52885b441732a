/** `trialboot recover`: leads a technician from a board that does not work to one that does. */

import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ToolError, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import type { Output } from "../output";
import { createProgress, type Progress } from "../progress";
import type { DeviceSession } from "../smp/device-session";
import { type ImageSlot, readSlots } from "../smp/image-group";
import { COMMAND_SETS } from "../smp/command-sets";
import { resetDevice } from "../smp/os-group";
import { type DeviceStatus, factoryReset, readStatus } from "../smp/trialboot-group";
import { readUpdateImage } from "../smp/update-image";
import { beginVerb } from "../verb";
import { type DeviceConnection, withDevice } from "./device-connection";
import {
  confirmLoss,
  DEVICE_FLAGS,
  type DeviceOptions,
  readDeviceOptions,
  WAIT_FLAG,
  waitMsOf,
  withOptionals,
} from "./device-options";
import { slotJson, slotTable, statusJson, statusText } from "./slot-text";
import { upgrade } from "./upgrade-steps";
import { sayResult } from "./upgrade";

const LINE: CommandLine = {
  name: "trialboot recover",
  summary:
    "Waits for a board in recovery, says why it is there and what it holds, and installs an image if one is given. " +
    "Asks before anything is lost.",
  positionals: [],
  flags: [
    { name: "factory-reset", help: "Erase the application's data; needs --technician-key" },
    { name: "restart", help: "Restart the board at the end, if no image is given" },
    WAIT_FLAG,
    ...DEVICE_FLAGS,
  ],
  remarks: [
    "Usage with an image: trialboot recover IMAGE [flags].",
    "A board that still runs can be asked to restart into recovery; that is a question, which --yes answers.",
  ],
};

interface Found {
  readonly status: DeviceStatus;
  readonly slots: readonly ImageSlot[];
}

/** Everything that the steps of one recovery share. */
class Recovery {
  private readonly context: Context;
  private readonly options: DeviceOptions;
  private readonly progress: Progress;
  private hasOffered = false;
  private hasSaidRunning = false;

  constructor(context: Context, options: DeviceOptions, progress: Progress) {
    this.context = context;
    this.options = options;
    this.progress = progress;
  }

  async find(connection: DeviceConnection, waitMs: number): Promise<Found> {
    this.progress.say("Looking for a board in recovery.");
    this.progress.say(
      "If its light does not blink quickly: unplug the board, plug it in again, and right after that hold its " +
        "recovery button until the light blinks. docs/technician.md shows the patterns.",
    );
    const whatFor = "it is not in recovery";
    return await connection.poll(waitMs, whatFor, async (session) => await this.look(connection, session));
  }

  private async look(connection: DeviceConnection, session: DeviceSession): Promise<Found | undefined> {
    const status = await readStatus(session.client, session.patience);
    if (status === undefined) {
      throw new ToolError(
        ExitCode.DeviceRefused,
        "The device answers, but its software is not trialboot, so it does not tell whether it is in recovery.",
        "trialboot image list and trialboot image upload may work with it.",
      );
    }
    const slots = await readSlots(session.client, session.patience);
    if (status.isRecovery) {
      return { status, slots };
    }
    const version = slots.find((slot) => slot.isActive)?.version;
    if (!this.hasSaidRunning) {
      this.hasSaidRunning = true;
      this.progress.say(`The board is running${version === undefined ? "" : ` version ${shown(version)}`}.`);
    }
    if (!this.hasOffered && (await this.mayRestart())) {
      await resetDevice(session.client, true, session.timeouts.answerMs);
      await connection.drop();
    }
    this.hasOffered = true;
    return undefined;
  }

  /** Nobody to ask is no refusal here: the button does it too. */
  private async mayRestart(): Promise<boolean> {
    if (this.options.saysYes) {
      this.progress.say("It is asked to restart into recovery.");
      return true;
    }
    const question = "Restart it into recovery? Its application stops; nothing is lost. [y/N] ";
    const answer = this.options.isCi ? undefined : await this.context.ask?.(question);
    const isYes = answer !== undefined && /^\s*y(es)?\s*$/i.test(answer);
    if (!isYes) {
      this.progress.say("Waiting for its recovery button.");
    }
    return isYes;
  }

  async eraseData(session: DeviceSession): Promise<void> {
    const loss =
      "All data of the application on this board is lost: settings, measurements, files. The images, the keys, the " +
      "security floor and the journal stay.";
    await confirmLoss(this.context, this.options, loss, "Erase the data?");
    await factoryReset(session.client, session.slowPatience);
    this.progress.say("The application's data is erased.");
  }

  /** The image to install, if one is wanted. `undefined`: none. */
  async askForImage(given: string | undefined): Promise<string | undefined> {
    if (given !== undefined || this.options.isCi || this.options.saysYes) {
      return given;
    }
    const answer = await this.context.ask?.("Image file to install (nothing: install none): ");
    return answer === undefined || answer.trim() === "" ? undefined : answer.trim();
  }
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(withOptionals(LINE, ["IMAGE"], argv), argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readDeviceOptions(args, context);
  const waitMs = waitMsOf(args);
  if (args.has("factory-reset") && options.technicianKeyPath === undefined) {
    throw usageError("A factory reset needs a technician's login.", "Add --technician-key KEY.pem.");
  }
  // A file that cannot be sent is said before anybody presses a button.
  const given = args.positionals[0];
  if (given !== undefined) {
    readUpdateImage(context, given);
  }
  const progress = createProgress(context, { quiet: output.quiet, plain: options.isCi });
  const recovery = new Recovery(context, options, progress);
  await withDevice(context, output, options, COMMAND_SETS["factory-reset"], async (connection) => {
    const found = await recovery.find(connection, waitMs);
    progress.say(statusText(found.status));
    progress.say(slotTable(found.slots));
    if (args.has("factory-reset")) {
      await recovery.eraseData(await connection.session());
    }
    const path = await recovery.askForImage(given);
    if (path === undefined) {
      await leave(connection, found, args.has("restart"), output);
      return;
    }
    const image = readUpdateImage(context, path);
    const how = { waitMs, confirmByHand: false };
    sayResult(output, image, await upgrade(connection, image, how, progress));
  });
  return ExitCode.Ok;
}

async function leave(connection: DeviceConnection, found: Found, restarts: boolean, output: Output): Promise<void> {
  output.jsonValue({
    ok: true,
    device: statusJson(found.status),
    slots: found.slots.map(slotJson),
    restarted: restarts,
  });
  if (restarts) {
    const { client, timeouts } = await connection.session();
    await resetDevice(client, false, timeouts.answerMs);
  }
  const how = "Install an image with: trialboot recover IMAGE";
  output.summary(restarts ? "The board restarts." : `The board stays in recovery. ${how}`);
}

export const recoverCommand: Command = {
  name: "recover",
  summary: "help a board in recovery: say what is wrong, install an image",
  usage: helpText(LINE),
  run,
};
