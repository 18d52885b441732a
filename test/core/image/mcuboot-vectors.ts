/** Loads test/vectors/mcuboot: images whose verdicts MCUboot's own code and tool gave. */

import type { KeyObject } from "node:crypto";
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

import type { ImagePolicy } from "../../../core/image/image";
import { createTrustedKey } from "../../../core/image/key-hash";
import { trailerStart } from "../../../core/image/trailer";
import { createImageVerifier } from "../../../core/image/signatures";
import type { TrustedKey } from "../../../core/ports";
import { createMemoryHash } from "../../../hal/memory/hash";

const FOLDER = new URL("../../vectors/mcuboot/", import.meta.url);

export interface RollbackRun {
  readonly stored_before: number;
  readonly verdict: "accept" | "reject";
}

export interface VectorTlv {
  readonly type: string;
  readonly len: number;
  readonly value: string;
}

export interface Vector {
  readonly id: string;
  readonly file: string;
  readonly payload: string;
  readonly slot_size: number;
  readonly command?: string;
  readonly expected: "accept" | "reject" | "choice";
  readonly needs: string[];
  readonly fields: { readonly tlv_areas?: { readonly magic: string; readonly tlvs: VectorTlv[] }[] };
  readonly hw_rollback?: RollbackRun[];
  readonly trailer?: {
    readonly max_align: number;
    readonly image_ok: string;
    readonly copy_done: string;
    readonly swap_info_offset: number;
  };
}

interface VectorIndex {
  readonly keys: Record<string, { readonly public_raw_hex: string }>;
  readonly vectors: Vector[];
}

export function readVectorFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, FOLDER)));
}

const index = JSON.parse(readFileSync(new URL("index.json", FOLDER), "utf8")) as VectorIndex;

export const vectors: Vector[] = index.vectors;

export const memoryHash = createMemoryHash();

/** @param name sign-a, sign-b or sign-x */
export function testKey(name: string): TrustedKey {
  return createTrustedKey(memoryHash, new Uint8Array(Buffer.from(index.keys[name].public_raw_hex, "hex")));
}

const privateKeys = new Map<string, KeyObject>();

/** Signs with one of the private test keys. */
export function signWithTestKey(name: string, message: Uint8Array): Uint8Array {
  const key = privateKeys.get(name)
    ?? createPrivateKey(Buffer.from(readVectorFile(`keys/TEST-ONLY-${name}.private.pem`)));
  privateKeys.set(name, key);
  return new Uint8Array(sign(null, message, key));
}

const publicKeys = new Map<string, KeyObject>();

/** Ed25519 by Node, for tests that verify thousands of times. */
export const nodeVerifier = createImageVerifier(
  ({ publicKey }, message, signature) => {
    const name = Buffer.from(publicKey).toString("hex");
    const der = Buffer.from("302a300506032b6570032100" + name, "hex");
    const key = publicKeys.get(name) ?? createPublicKey({ key: der, format: "der", type: "spki" });
    publicKeys.set(name, key);
    return verify(null, message, key, signature);
  },
  () => true,
);

export function nodeSha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

export function findVector(id: string): Vector {
  const found = vectors.find((vector) => vector.id === id);
  if (found === undefined) {
    throw new Error(`no vector ${id}`);
  }
  return found;
}

/** The policy of the device that the vectors were made for: keys a and b, slot at address 0, no counter. */
export function devicePolicy(slotSizeBytes: number): ImagePolicy {
  return {
    maxSizeBytes: trailerStart(slotSizeBytes),
    slotAddress: 0,
    trustedKeys: [testKey("sign-a"), testKey("sign-b")],
    counterFloor: undefined,
    vendorId: undefined,
    classId: undefined,
  };
}

/** The image at the start of an erased slot; what does not fit is cut off, as a flash tool would have to. */
export function placeInSlot(image: Uint8Array, slotSizeBytes: number): Uint8Array {
  const slot = new Uint8Array(slotSizeBytes).fill(0xff);
  slot.set(image.subarray(0, slotSizeBytes));
  return slot;
}
