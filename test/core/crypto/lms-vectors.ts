/** Loads test/vectors/lms. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LmsServices } from "../../../core/crypto/lms";

export interface LmsVector {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** @param file `rfc8554.json` or `pyhsslms.json` */
export function loadLmsVectors(file: string): LmsVector[] {
  const text = readFileSync(new URL(`../../vectors/lms/${file}`, import.meta.url), "utf8");
  return (JSON.parse(text) as Record<keyof LmsVector, string>[]).map((vector) => ({
    name: vector.name,
    publicKey: bytesOf(vector.publicKey),
    message: bytesOf(vector.message),
    signature: bytesOf(vector.signature),
  }));
}

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

export const hostServices: LmsServices = { sha256, pause: () => undefined };
