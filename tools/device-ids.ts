/**
 * Vendor and device class identifiers: UUIDs (RFC 9562), given as they are or made from a name. MCUboot's rule: the
 * vendor's UUID is the version 5 UUID of its domain in the DNS namespace, the class's that of its name in the
 * namespace of the vendor.
 */

import { createHash } from "node:crypto";
import { shown } from "./arguments";
import { usageError } from "./errors";

/** RFC 9562, 6.6: the namespace of domain names. */
const DNS_NAMESPACE = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");
const UUID_TEXT = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;
const UUID_BYTES = 16;

/** @returns 16 bytes. Refuses (usage) empty names and control characters. */
export function vendorIdOf(text: string): Uint8Array {
  return uuidOf(text, DNS_NAMESPACE, "vid");
}

/** @param vendorId needed for a class given by name. Refuses (usage) such a name without it. */
export function classIdOf(text: string, vendorId: Uint8Array | undefined): Uint8Array {
  return uuidOf(text, vendorId, "cid");
}

function uuidOf(text: string, namespace: Uint8Array | undefined, flagName: string): Uint8Array {
  if (UUID_TEXT.test(text)) {
    return new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex"));
  }
  if (text === "" || /[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    throw usageError(`"${shown(text)}" is no UUID and no name for --${flagName}.`, "Give a UUID or a plain name.");
  }
  if (namespace === undefined) {
    throw usageError(
      `--${flagName} "${shown(text)}" is a name, and names of device classes belong to a vendor.`,
      "Give --vid too, or give the class as a UUID.",
    );
  }
  const digest = createHash("sha1").update(namespace).update(text, "utf8").digest();
  const uuid = new Uint8Array(digest.subarray(0, UUID_BYTES));
  uuid[6] = ((uuid[6] ?? 0) % 16) + 0x50;
  uuid[8] = ((uuid[8] ?? 0) % 64) + 0x80;
  return uuid;
}

/** The usual form with dashes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
