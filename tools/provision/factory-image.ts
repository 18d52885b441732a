/** The image that a board is to leave the factory with, judged by the board's own rules. */

import { formatVersion } from "../../core/image/version";
import type { ImageFacts } from "../../core/image/image";
import { verifyImage } from "../../core/image/reader";
import { Reason } from "../../core/reasons";
import type { KeyStore } from "../../core/boot/key-store";
import { shown } from "../arguments";
import type { BoardFile } from "../board/board-data";
import { imageBytesMax } from "../board/table";
import type { Context } from "../context";
import { ToolError } from "../errors";
import { bytesAsSource, createHostHash } from "../host-hash";
import { createHostVerifier } from "../host-verifier";
import { readImageFile } from "../image-file";
import { hexText } from "../output";
import { reasonExitCode, reasonText } from "../reason-text";

export interface FactoryImage {
  /** Header to last TLV: what stands behind it in the file is left out. */
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly digest: string;
  readonly facts: ImageFacts;
  /** Bytes behind the image in the file: padding and a trailer, which the board does not need. */
  readonly leftOutBytes: number;
}

/**
 * Reads an image and verifies it as the board would.
 * Refuses: an image that the board would not start, with the exit code of the reason.
 */
export function readFactoryImage(
  context: Context, path: string, board: BoardFile, keyStore: KeyStore, baseFloor: number,
): FactoryImage {
  const file = readImageFile(context, path);
  const policy = {
    maxSizeBytes: imageBytesMax(board),
    slotAddress: board.flash.baseAddressBytes + board.partitions.slotA.offsetBytes,
    trustedKeys: keyStore.trustedKeys,
    signaturePolicy: keyStore.signaturePolicy,
    counterFloor: baseFloor === 0 ? undefined : baseFloor,
    vendorId: undefined,
    classId: undefined,
  };
  const verdict = verifyImage(bytesAsSource(file.bytes), policy, createHostHash(), createHostVerifier());
  if (verdict.reason !== Reason.None || verdict.image === undefined) {
    const text = reasonText(verdict.reason);
    throw new ToolError(
      reasonExitCode(verdict.reason),
      `${board.title} would not start ${shown(path)}. ${text.sentence}`,
      text.next,
    );
  }
  const { totalSizeBytes, header, digest } = verdict.image;
  return {
    bytes: file.bytes.slice(0, totalSizeBytes),
    version: formatVersion(header.version),
    digest: hexText(digest),
    facts: verdict.image,
    leftOutBytes: file.bytes.length - totalSizeBytes,
  };
}
