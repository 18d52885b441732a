/** The user's own application or signed image on a virtual board. */

import type { ImageVerdict } from "../core/image/image";
import { IMAGE_MAGIC } from "../core/image/image";
import { readU32 } from "../core/bytes";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import { createByteSource } from "../hal/memory/byte-source";
import { judgeSlot } from "../sim/provision";
import type { BootReport } from "../sim/report";
import { versionText } from "../sim/report";
import type { StoryPayloads, Tell } from "../sim/story";
import { StoryTeller } from "../sim/story";
import type { StorySetting } from "../sim/story-world";
import { StoryWorld } from "../sim/story-world";
import { shown } from "./arguments";
import type { Context } from "./context";
import { failure, malformed, ToolError } from "./errors";
import { ExitCode } from "./exit-codes";
import { isHexName, readImageFile } from "./image-file";
import { reasonExitCode, reasonText } from "./reason-text";
import type { SimOutput } from "./sim-text";

export interface UserImage {
  readonly path: string;
  /** Whether the file is an image already; otherwise it is an application that the story signs. */
  readonly signed: boolean;
  readonly bytes: Uint8Array;
}

/** A board that restarts over and over has shown what it does. */
const BOOTS_MAX = 8;
const FACTORY_VERSION = "1.0.0";
const UPDATE_VERSION = "2.0.0";

/** Refuses (failure) unreadable files, (malformed) what is neither an image nor a .js file. */
export function readUserImage(context: Context, path: string): UserImage {
  const { bytes } = readImageFile(context, path);
  const signed = bytes.length >= 4 && readU32(bytes, 0) === IMAGE_MAGIC;
  if (!signed && (isHexName(path) || !/\.[cm]?js$/i.test(path))) {
    throw malformed(
      `${shown(path)} is neither a signed image nor an application (.js).`,
      "Name the application's .js file, or sign it with trialboot sign and name the image.",
    );
  }
  if (bytes.length === 0) {
    throw malformed(`${shown(path)} is empty.`, "Write the application into it.");
  }
  return { path, signed, bytes };
}

/**
 * Boots the user's image as the factory image, or sends it as an update to a board that runs the sample.
 *
 * @param payloads of the sample application: with them the user's image is the update
 */
export function runUserImage(
  setting: StorySetting,
  file: UserImage,
  payloads: StoryPayloads | undefined,
  output: SimOutput,
): number {
  const missing: string[] = [];
  const world = new StoryWorld(setting, {
    observe: (event) => {
      if (event.kind === "missing") {
        missing.push(event.name);
      }
    },
  });
  const tell: Tell = (event) => {
    if (event.kind === "boot") {
      output.boot(event.report, event.happenings, true);
    } else {
      output.event(event);
    }
  };
  const teller = new StoryTeller(world, tell);
  const run = { world, teller, file, missing, board: setting.board.name };
  return payloads === undefined ? bootIt(run, output) : updateWithIt(run, setting, payloads, output);
}

interface Run {
  readonly world: StoryWorld;
  readonly teller: StoryTeller;
  readonly file: UserImage;
  readonly missing: readonly string[];
  readonly board: string;
}

function bootIt(run: Run, output: SimOutput): number {
  const { world, teller, file } = run;
  const image = file.signed ? file.bytes : world.sign(file.bytes, FACTORY_VERSION).bytes;
  const how = file.signed ? "as it is" : "signed with a key made just now";
  teller.say(`${shown(file.path)} stands in slot A of a new ${run.board}, ${how}, as its confirmed factory image.`);
  const verdict = world.provision(image);
  const reports: BootReport[] = [];
  do {
    reports.push(teller.boot());
    refuseMissing(run);
  } while (verdict.reason === Reason.None && goesOn(reports));
  refuseVerdict(file, verdict);
  const last = reports[reports.length - 1];
  if (last.endedBy === "horizon" && last.started !== "recovery") {
    output.end(`The application runs: version ${last.version} in slot A, ${reports.length} ${boots(reports)}.`, true, {
      version: last.version,
      boots: reports.length,
    });
    return ExitCode.Ok;
  }
  if (last.endedBy === "deep-sleep") {
    output.end(`The application sleeps and wakes: ${reports.length} boots, none of them a failure.`, true, {
      version: last.version,
      boots: reports.length,
    });
    return ExitCode.Ok;
  }
  throw died(run, reports);
}

function boots(reports: readonly unknown[]): string {
  return reports.length === 1 ? "boot" : "boots";
}

function goesOn(reports: readonly BootReport[]): boolean {
  const { endedBy, bootloaderError } = reports[reports.length - 1];
  const settled = endedBy === "horizon" || endedBy === "hang-without-watchdog" || bootloaderError !== "";
  return !settled && reports.length < BOOTS_MAX;
}

function refuseMissing({ missing, board }: Run): void {
  const name = missing[0];
  if (name !== undefined) {
    throw failure(
      `The application uses ${shown(name)}, which the simulated ${board} does not have.`,
      "Add it to a file of globals and name that with --globals FILE; docs/qa.md shows how.",
    );
  }
}

function refuseVerdict(file: UserImage, verdict: ImageVerdict): void {
  if (verdict.reason !== Reason.None) {
    const text = reasonText(verdict.reason);
    const nameKey = "Name the public key that it is signed with: --key PUBLIC.pem.";
    const next = verdict.reason === Reason.KeyUnknown ? nameKey : text.next;
    throw new ToolError(reasonExitCode(verdict.reason), `${shown(file.path)} (${text.name}): ${text.sentence}`, next);
  }
}

/** Why the application did not come to run, as far as its boots tell. */
function died({ file }: Run, reports: readonly BootReport[]): ToolError {
  const first = reports[0];
  const times = `${shown(file.path)} did not keep running: ${reports.length} ${boots(reports)}`;
  if (first.errors.length > 0) {
    return failure(`${times}; the first ended by an error: ${shown(first.errors[0])}.`, "Mend the application.");
  }
  if (first.endedBy === "watchdog" && first.notes.length === 0) {
    return failure(
      `${times}; the watchdog reset the board after ${first.uptimeMs / 1000} seconds.`,
      "Let the application call door.kickWatchdog() regularly, or start the runtime (docs/developer.md).",
    );
  }
  return failure(`${times}; the first ended by ${first.endedBy}.`, "What it printed and its remarks stand above.");
}

function updateWithIt(run: Run, setting: StorySetting, payloads: StoryPayloads, output: SimOutput): number {
  const { world, teller, file } = run;
  world.provision(world.sign(payloads.good, FACTORY_VERSION).bytes);
  const image = file.signed ? undefined : world.sign(file.bytes, UPDATE_VERSION);
  const bytes = image?.bytes ?? file.bytes;
  const [, slotB] = world.machine.hal.slots;
  // As it would stand in the slot.
  const slotBytes = new Uint8Array(Math.max(slotB.sizeBytes, bytes.length)).fill(0xff);
  slotBytes.set(bytes);
  const slot = createByteSource(slotBytes.subarray(0, slotB.sizeBytes));
  const source = { ...slot, addressBytes: slotB.addressBytes };
  const verdict = judgeSlot(source, world.config, world.state().floor, setting.hash, setting.verifier);
  teller.say(`A new ${run.board} runs the sample application as version ${FACTORY_VERSION}.`);
  teller.say(`After a minute its gateway sends ${shown(file.path)}.`);
  const digest = verdict.image?.digest ?? setting.hash.sha256(bytes);
  world.offer({ bytes, digest }, verdict.image === undefined ? "unknown" : versionText(verdict.image.header.version));
  teller.bootUntilSettled();
  refuseMissing(run);
  refuseVerdict(file, verdict);
  const last = teller.lastReport!;
  if (last.started === "B" && world.state().active === Slot.B) {
    output.end(`Version ${last.version} is confirmed in slot B.`, true, { version: last.version, slot: "B" });
    return ExitCode.Ok;
  }
  if (teller.rejected.length > 0) {
    throw new ToolError(
      ExitCode.DeviceRolledBack,
      `${shown(file.path)} was tried and given up; version ${last.version} runs again.`,
      "The boot marked trial says why: what it printed, its remarks, and the journal of the boot after it.",
    );
  }
  throw failure(
    `${shown(file.path)} neither confirmed itself nor failed within the time that the board was watched.`,
    "Let the application call door.confirm() when it is healthy, or start the runtime (docs/developer.md).",
  );
}
