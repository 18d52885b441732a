/** Slots as people name and read them. */

import { shown } from "../arguments";
import type { Context } from "../context";
import { usageError } from "../errors";
import { hexText } from "../output";
import { reasonText } from "../reason-text";
import type { ImageSlot } from "../smp/image-group";
import type { DeviceStatus } from "../smp/trialboot-group";
import { readUpdateImage } from "../smp/update-image";

/** The least of a digest that names an image. */
const HASH_DIGITS_MIN = 6;
const HASH_DIGITS = 64;

/**
 * "slot 1", by SMP's numbers: on trialboot's boards 0 is what runs and 1 is the other one, whichever of the places in
 * flash (A and B, in status and journal) these are.
 */
export function slotName(slot: number): string {
  return `slot ${slot}`;
}

/** What the device does with the image, in words: "running, confirmed". */
export function stateWords(slot: ImageSlot): string {
  const words: string[] = [];
  if (slot.isActive) {
    words.push(slot.isConfirmed ? "running" : "running on trial");
  }
  if (slot.isConfirmed) {
    words.push("confirmed");
  }
  if (slot.isPending) {
    words.push(slot.isPermanent ? "starts next, for good" : "is tried at the next start");
  }
  if (words.length > 0) {
    return words.join(", ");
  }
  return slot.isBootable ? "stored" : "stored, does not start";
}

/** The list of images as a table. */
export function slotTable(slots: readonly ImageSlot[]): string {
  if (slots.length === 0) {
    return "No slot holds an image.";
  }
  const withImage = slots.some(({ image }) => image !== 0);
  const rows = slots.map((slot) => [
    (withImage ? `${slot.image}/` : "") + String(slot.slot),
    shown(slot.version),
    stateWords(slot),
    slot.hash === undefined ? "-" : hexText(slot.hash),
  ]);
  const table = [["slot", "version", "state", "digest"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

export function slotJson(slot: ImageSlot): unknown {
  return {
    image: slot.image,
    slot: slot.slot,
    version: slot.version,
    hash: slot.hash === undefined ? null : hexText(slot.hash),
    active: slot.isActive,
    confirmed: slot.isConfirmed,
    pending: slot.isPending,
    permanent: slot.isPermanent,
    bootable: slot.isBootable,
  };
}

/** Board and state in a sentence or two. */
export function statusText(status: DeviceStatus): string {
  const board = `Board ${shown(status.board)}`;
  const development = status.isDevelopment ? " It is a development build." : "";
  if (status.isRecovery) {
    return `${board} is in recovery. ${reasonText(status.reason).sentence}${development}`;
  }
  const where = status.slot === undefined ? "" : ` from place ${"AB"[status.slot] ?? status.slot} in flash`;
  const left = status.attemptsLeft === 1 ? "1 start" : `${status.attemptsLeft} starts`;
  const trial = status.isTrial ? `, on trial with ${left} left` : "";
  return `${board} runs${where}${trial}. Its security floor is ${status.counterFloor}.${development}`;
}

export function statusJson(status: DeviceStatus | undefined): unknown {
  return status === undefined
    ? null
    : {
        board: status.board,
        recovery: status.isRecovery,
        reason: reasonText(status.reason).name,
        slot: status.slot ?? null,
        trial: status.isTrial,
        attemptsLeft: status.attemptsLeft,
        counterFloor: status.counterFloor,
        uptimeMs: status.uptimeMs,
        development: status.isDevelopment,
      };
}

/** The number of a slot. `undefined`: the text names no slot. */
export function slotNumber(text: string): number | undefined {
  return /^\d$/.test(text) ? Number(text) : undefined;
}

/**
 * The digest of the image that is meant: by slot (0, 1), by its first digits, in full, or by the image file.
 * Refuses (usage) what names none or several of the listed images; as `readUpdateImage` for files.
 */
export function hashMeant(context: Context, text: string, slots: readonly ImageSlot[]): Uint8Array {
  const number = slotNumber(text);
  if (number !== undefined) {
    const hash = slots.find(({ slot }) => slot === number)?.hash;
    if (hash === undefined) {
      throw usageError(`There is no image in ${slotName(number)}.`, "trialboot image list shows what there is.");
    }
    return hash;
  }
  if (!new RegExp(`^[0-9a-f]{${HASH_DIGITS_MIN},${HASH_DIGITS}}$`, "i").test(text)) {
    return readUpdateImage(context, text).hash;
  }
  const wanted = text.toLowerCase();
  const found = slots.flatMap(({ hash }) => (hash !== undefined && hexText(hash).startsWith(wanted) ? [hash] : []));
  const [only] = found;
  if (only !== undefined && found.length === 1) {
    return only;
  }
  if (only === undefined && wanted.length === HASH_DIGITS) {
    // The device has the last word on what it holds.
    return new Uint8Array(Buffer.from(wanted, "hex"));
  }
  throw usageError(
    `The digest ${wanted} fits ${found.length === 0 ? "no image" : "several images"} on the device.`,
    "trialboot image list shows them.",
  );
}
