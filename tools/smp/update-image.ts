/** An image file that is to be sent to a device: looked at before anything is sent. */

import { Tlv } from "../../core/image/image";
import { Reason } from "../../core/reasons";
import { shown } from "../arguments";
import type { Context } from "../context";
import { ToolError } from "../errors";
import { dumpImage } from "../image-dump";
import { readImageFile } from "../image-file";
import { reasonExitCode, reasonText } from "../reason-text";

export interface UpdateImage {
  readonly bytes: Uint8Array;
  /** As the header has it. */
  readonly version: string;
  /** The digest in the image's TLV, which names the image on the device. */
  readonly hash: Uint8Array;
}

/** The error that a reason stands for, with its exit code. @param before a sentence in front of it, or "" */
export function reasonError(reason: number, before: string): ToolError {
  const text = reasonText(reason);
  return new ToolError(reasonExitCode(reason), before === "" ? text.sentence : `${before} ${text.sentence}`, text.next);
}

/**
 * Reads an image and checks what can be checked without the board's keys: its structure and its digest.
 * Refuses (failure) unreadable files, (malformed) what is no whole image, (authenticity) a digest that does not match.
 */
export function readUpdateImage(context: Context, path: string): UpdateImage {
  const { bytes } = readImageFile(context, path);
  const dump = dumpImage(bytes);
  const refuse = (reason: Reason): ToolError => reasonError(reason, `${shown(path)} is not sent.`);
  if (dump.header === undefined) {
    throw refuse(Reason.ImageMagic);
  }
  const hash = dump.areas
    .filter(({ kind }) => kind === "unprotected")
    .flatMap(({ entries }) => entries)
    .find(({ type }) => type === (Tlv.Sha256 as number));
  if (dump.endBytes === undefined) {
    throw refuse(dump.areas.length === 0 ? Reason.TlvInfo : Reason.ImageTruncated);
  }
  if (dump.endBytes < bytes.length) {
    throw refuse(Reason.ExtraBytes);
  }
  if (hash?.lengthBytes !== 32) {
    throw refuse(Reason.DigestMissing);
  }
  if (dump.digestMatches !== true) {
    throw refuse(Reason.DigestMismatch);
  }
  return { bytes, version: dump.header.version, hash: new Uint8Array(Buffer.from(hash.value, "hex")) };
}
