/** Group 1 of SMP: the images in the slots. */

import { SmpOperation } from "../../core/smp/frame";
import { ImageCommand } from "../../core/smp/group-image";
import { flag, list, mapIn, nonsense, optionalBytes, optionalUint, text, uint } from "./answer";
import type { AnswerFields } from "./cbor";
import type { Patience, SmpClient, SmpRequest } from "./client";
import { Group } from "./groups";

/** Slots of one answer; devices have two of each image. */
const SLOTS_MAX = 32;

/** What a slot holds. Slots without a valid image are not listed. */
export interface ImageSlot {
  /** Number of the image; 0 on boards that have one. */
  readonly image: number;
  readonly slot: number;
  /** As the device writes it: text of a stranger. */
  readonly version: string;
  /** SHA-256 in the image's TLV; `undefined` from devices that do not tell. */
  readonly hash: Uint8Array | undefined;
  readonly isActive: boolean;
  readonly isConfirmed: boolean;
  /** It starts at the next reset. */
  readonly isPending: boolean;
  readonly isPermanent: boolean;
  readonly isBootable: boolean;
}

export function stateReadRequest(): SmpRequest {
  return { operation: SmpOperation.Read, group: Group.Image, command: ImageCommand.State, fields: {} };
}

/**
 * @param hash `undefined`: the running image
 * @param confirm false: try it once; true: keep it
 */
export function stateWriteRequest(hash: Uint8Array | undefined, confirm: boolean): SmpRequest {
  const fields = { hash, confirm: confirm ? true : undefined };
  return { operation: SmpOperation.Write, group: Group.Image, command: ImageCommand.State, fields };
}

/** @param slot `undefined`: the device's own choice, which is the second slot */
export function eraseRequest(slot: number | undefined): SmpRequest {
  return { operation: SmpOperation.Write, group: Group.Image, command: ImageCommand.Erase, fields: { slot } };
}

function slotIn(value: unknown): ImageSlot {
  const fields = mapIn(value, "a slot");
  return {
    image: optionalUint(fields, "image") ?? 0,
    slot: uint(fields, "slot"),
    version: text(fields, "version"),
    hash: optionalBytes(fields, "hash"),
    isActive: flag(fields, "active"),
    isConfirmed: flag(fields, "confirmed"),
    isPending: flag(fields, "pending"),
    isPermanent: flag(fields, "permanent"),
    isBootable: flag(fields, "bootable"),
  };
}

/** The slots of an answer to a read or a write of the state. Refuses (link) what is none. */
export function slotsIn(fields: AnswerFields): ImageSlot[] {
  const entries = list(fields, "images");
  if (entries.length > SLOTS_MAX) {
    throw nonsense(`it lists ${entries.length} slots`);
  }
  return entries.map(slotIn).sort((a, b) => a.image - b.image || a.slot - b.slot);
}

export async function readSlots(client: SmpClient, patience: Patience): Promise<ImageSlot[]> {
  return slotsIn(await client.request(stateReadRequest(), patience));
}

export async function testImage(client: SmpClient, hash: Uint8Array, patience: Patience): Promise<ImageSlot[]> {
  return slotsIn(await client.request(stateWriteRequest(hash, false), patience));
}

export async function confirmImage(
  client: SmpClient,
  hash: Uint8Array | undefined,
  patience: Patience,
): Promise<ImageSlot[]> {
  return slotsIn(await client.request(stateWriteRequest(hash, true), patience));
}

export async function eraseSlot(client: SmpClient, slot: number | undefined, patience: Patience): Promise<void> {
  await client.request(eraseRequest(slot), patience);
}

/** Whether a slot holds the image with this digest. */
export function hasHash(slot: ImageSlot, hash: Uint8Array): boolean {
  return slot.hash !== undefined && Buffer.from(slot.hash).equals(hash);
}
