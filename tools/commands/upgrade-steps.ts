/** The four steps of an update, each of which is left out if it is done already; `upgrade` and `recover` do them. */

import { Reason } from "../../core/reasons";
import { UploadPhase } from "../../core/smp/management";
import { shown } from "../arguments";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { isLinkError } from "../ports/link-error";
import type { Progress } from "../progress";
import { reasonText } from "../reason-text";
import type { DeviceSession } from "../smp/device-session";
import { explainRefusal, rejectionReason, uploadRefusal } from "../smp/explain";
import { confirmImage, hasHash, type ImageSlot, readSlots, testImage } from "../smp/image-group";
import { resetDevice } from "../smp/os-group";
import { readStatus, readUploadStatus } from "../smp/trialboot-group";
import type { UpdateImage } from "../smp/update-image";
import { uploadImage } from "../smp/upload";
import type { DeviceConnection } from "./device-connection";
import { slotName } from "./slot-text";

const STEPS = 4;
/** Broken connections in a row without a byte of progress between them. */
const BREAKS_MAX = 5;

export interface UpgradeOptions {
  /** Longest wait for the device to come back, and for its verdict. */
  readonly waitMs: number;
  /** Confirm the new image from here as soon as it runs, instead of waiting until it does so itself. */
  readonly confirmByHand: boolean;
}

export interface UpgradeResult {
  /** Whether anything had to be done. */
  readonly wasInstalled: boolean;
  readonly slot: ImageSlot;
}

/** One update, from whatever state the device is in to a confirmed image. */
class Upgrade {
  private readonly connection: DeviceConnection;
  private readonly image: UpdateImage;
  private readonly options: UpgradeOptions;
  private readonly progress: Progress;

  constructor(connection: DeviceConnection, image: UpdateImage, options: UpgradeOptions, progress: Progress) {
    this.connection = connection;
    this.image = image;
    this.options = options;
    this.progress = progress;
  }

  async run(): Promise<UpgradeResult> {
    const { progress, image } = this;
    // A device that is not there at all is said at once; only one that was there is waited for.
    await this.connection.session();
    const start = await this.look();
    if (start?.isActive === true && start.isConfirmed) {
      return { wasInstalled: true, slot: start };
    }
    // What failed its trial is still listed and may not start; installed again, it may be tried again.
    const isStored = start !== undefined && (start.isBootable || start.isPending || start.isActive);
    const stored = isStored ? start : await this.upload();
    if (isStored) {
      progress.step(1, STEPS, "upload", `not needed, version ${image.version} is in ${slotName(start.slot)}`);
    }
    if (stored.isPending || stored.isActive) {
      progress.step(2, STEPS, "test", "not needed, it is already to be tried");
    } else {
      await this.test();
    }
    if (stored.isActive) {
      progress.step(3, STEPS, "restart", "not needed, the new version is running on trial");
    } else {
      await this.restart();
    }
    return { wasInstalled: false, slot: await this.waitForVerdict() };
  }

  /** The slot that holds the image. Refuses (refused) if another image is on trial: there is no free slot. */
  private async look(): Promise<ImageSlot | undefined> {
    return await this.connection.poll(this.options.waitMs, "it does not say what it holds", async (session) => {
      const slots = await readSlots(session.client, session.patience);
      const found = slots.find((slot) => hasHash(slot, this.image.hash));
      const trial = slots.find((slot) => slot.isActive && !slot.isConfirmed && slot !== found);
      if (trial !== undefined) {
        const { sentence, next } = reasonText(Reason.TrialRunning);
        throw new ToolError(ExitCode.DeviceRefused, `Version ${shown(trial.version)} is on trial. ${sentence}`, next);
      }
      return { found };
    }).then(({ found }) => found);
  }

  private async upload(): Promise<ImageSlot> {
    const { progress, image, connection, options } = this;
    const totalBytes = image.bytes.length;
    progress.step(1, STEPS, "upload", `sending version ${image.version}, ${totalBytes.toLocaleString("en-US")} bytes`);
    await sendWithBreaks(connection, image, options.waitMs, progress);
    return await waitUntilStored(connection, image, options.waitMs);
  }

  private async test(): Promise<void> {
    this.progress.step(2, STEPS, "test", "the new version will be tried at the next start");
    await this.connection.poll(this.options.waitMs, "it does not take the request for a trial", async (session) => {
      try {
        return await testImage(session.client, this.image.hash, session.slowPatience);
      } catch (error) {
        throw await explainRefusal(session, error);
      }
    });
  }

  private async restart(): Promise<void> {
    this.progress.step(3, STEPS, "restart", "the board starts the new version on trial");
    const session = await this.connection.session();
    await resetDevice(session.client, false, session.timeouts.answerMs);
    await this.connection.drop();
  }

  private async waitForVerdict(): Promise<ImageSlot> {
    const { progress, image, options } = this;
    const who = options.confirmByHand ? "" : "; the board confirms it by itself when it is healthy";
    progress.step(4, STEPS, "confirm", `waiting for version ${image.version} to prove itself${who}`);
    let hasSaidRunning = false;
    const whatFor = "the new version is not confirmed yet";
    return await this.connection.poll(options.waitMs, whatFor, async (session) => {
      const slots = await readSlots(session.client, session.patience);
      const slot = slots.find((candidate) => hasHash(candidate, image.hash));
      if (slot?.isActive === true) {
        if (slot.isConfirmed) {
          return slot;
        }
        if (!hasSaidRunning) {
          hasSaidRunning = true;
          progress.say(`  version ${image.version} is running on trial`);
        }
        if (options.confirmByHand) {
          await confirmImage(session.client, undefined, session.slowPatience);
        }
        return undefined;
      }
      if (slot?.isPending === true) {
        return undefined;
      }
      throw await this.rolledBack(session, slots);
    });
  }

  private async rolledBack(session: DeviceSession, slots: readonly ImageSlot[]): Promise<ToolError> {
    const active = slots.find((slot) => slot.isActive);
    const status = await readStatus(session.client, session.patience).catch(() => undefined);
    const now =
      active === undefined
        ? `now ${status?.isRecovery === true ? "is in recovery" : "runs none"}`
        : `runs version ${shown(active.version)} again`;
    const reason = await rejectionReason(session, this.image.hash);
    const { sentence, next } = reasonText(reason);
    const why = reason === 0 ? "" : ` ${sentence}`;
    return new ToolError(
      ExitCode.DeviceRolledBack,
      `The board gave version ${this.image.version} up and ${now}.${why}`,
      reason === 0 ? "trialboot log may say why." : next,
    );
  }
}

/** The device checks the signature after the last byte, which takes longer than an answer may. */
export async function waitUntilStored(
  connection: DeviceConnection,
  image: UpdateImage,
  waitMs: number,
): Promise<ImageSlot> {
  return await connection.poll(waitMs, "it does not list the image that it received", async (session) => {
    const refusal = await uploadRefusal(session);
    if (refusal !== undefined) {
      throw refusal;
    }
    const status = await readUploadStatus(session.client, session.patience);
    if (status?.phase === UploadPhase.Verifying) {
      return undefined;
    }
    const slots = await readSlots(session.client, session.patience);
    return slots.find((slot) => hasHash(slot, image.hash));
  });
}

/** Uploads, opening the connection again when it breaks: the device goes on where it stopped. */
export async function sendWithBreaks(
  connection: DeviceConnection,
  image: UpdateImage,
  waitMs: number,
  progress: Progress,
): Promise<number> {
  const totalBytes = image.bytes.length;
  await connection.session();
  let resumedAtBytes: number | undefined;
  let bestBytes = 0;
  for (let breaks = 0; ; breaks++) {
    const session = await connection.poll(waitMs, "it cannot be reached", (open) => Promise.resolve(open));
    let doneBytes = 0;
    try {
      const result = await uploadImage(session.client, {
        bytes: image.bytes,
        frameBytesMax: session.frameBytesMax,
        windowFrames: session.windowFrames,
        firstTimeoutMs: session.timeouts.slowAnswerMs,
        timeoutMs: session.timeouts.answerMs,
        onProgress: (done) => {
          doneBytes = done;
          progress.update(done, totalBytes);
        },
      });
      progress.end();
      return resumedAtBytes ?? result.resumedAtBytes;
    } catch (error) {
      progress.end();
      breaks = doneBytes > bestBytes ? 0 : breaks;
      bestBytes = Math.max(bestBytes, doneBytes);
      resumedAtBytes ??= 0;
      if (!isLinkError(error) || breaks >= BREAKS_MAX) {
        throw await explainRefusal(session, error);
      }
      progress.say(`  the connection broke at byte ${doneBytes} of ${totalBytes}; trying to go on from there`);
      await connection.drop();
    }
  }
}

/**
 * Brings a device to a confirmed image, and leaves out what is done already.
 * Refuses: (link) the device does not come back or is not healthy in time; (refused and the image's codes) it does not
 * take the image; (rolled back) it tried the image and gave it up.
 */
export async function upgrade(
  connection: DeviceConnection,
  image: UpdateImage,
  options: UpgradeOptions,
  progress: Progress,
): Promise<UpgradeResult> {
  return await new Upgrade(connection, image, options, progress).run();
}
