/** Images made to order, signed with the test keys. */

import type { Dependency } from "../../core/image/image";
import { parseVersion } from "../../core/image/version";
import { appendDigest, appendSignature, buildImage } from "../../core/image/writer";
import { nodeSha256, signWithTestKey, testKey } from "../core/image/mcuboot-vectors";

export interface ImageChoices {
  /** Default 1.0.0. */
  readonly version?: string;
  readonly counter?: number;
  /** Name of a test key, default sign-a; `none`: no signature. */
  readonly key?: "sign-a" | "sign-b" | "sign-x" | "none";
  /** Text, or a number of bytes that no other size shares. Default: a line that names the version. */
  readonly payload?: string | number;
  readonly vendorId?: Uint8Array;
  readonly classId?: Uint8Array;
  readonly romFixedAddress?: number;
  readonly dependencies?: Dependency[];
}

function payloadOf(choices: ImageChoices): Uint8Array {
  const { payload } = choices;
  return typeof payload === "number"
    ? Uint8Array.from({ length: payload }, (_, i) => (i * 7 + payload) % 251)
    : new Uint8Array(Buffer.from(payload ?? `(function () { /* ${choices.version ?? "1.0.0"} */ })`));
}

/** The hashed part: header, payload, protected TLVs. */
export function unsignedImage(choices: ImageChoices): Uint8Array {
  const { bytes, reason } = buildImage(payloadOf(choices), {
    version: parseVersion(choices.version ?? "1.0.0")!,
    headerSizeBytes: 32,
    padHeader: true,
    erasedValue: 0xff,
    loadAddress: undefined,
    romFixedAddress: choices.romFixedAddress,
    nonBootable: false,
    securityCounter: choices.counter,
    bootRecord: undefined,
    dependencies: choices.dependencies ?? [],
    vendorId: choices.vendorId,
    classId: choices.classId,
    customTlvs: [],
  });
  if (bytes === undefined) {
    throw new Error(`the image cannot be built: reason ${reason}`);
  }
  return bytes;
}

/** The digest that names the image in journal and handover, whole. */
export function imageDigest(choices: ImageChoices): Uint8Array {
  return nodeSha256(unsignedImage(choices));
}

/** A whole image. */
export function makeImage(choices: ImageChoices = {}): Uint8Array {
  const unsigned = unsignedImage(choices);
  const digest = nodeSha256(unsigned);
  const key = choices.key ?? "sign-a";
  return key === "none"
    ? appendDigest(unsigned, digest)
    : appendSignature(unsigned, digest, testKey(key).keyHash, signWithTestKey(key, digest));
}

/** The image at the start of a file as long as a slot, with erased bytes behind it or with `fill`. */
export function padded(image: Uint8Array, sizeBytes: number, fill = 0xff): Uint8Array {
  const file = new Uint8Array(sizeBytes).fill(fill);
  file.set(image);
  return file;
}
