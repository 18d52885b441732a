/** The TLV areas behind the payload: their frame, not their meaning. MCUboot `bootutil_tlv_iter_*`, made stricter. */

import { readU16 } from "../bytes";
import { TLV_ENTRIES_MAX } from "../limits";
import type { ByteSource } from "../ports";
import { Reason } from "../reasons";
import { bodySizeBytes, TLV_INFO_BYTES } from "./header";
import type { ImageHeader } from "./image";
import { TLV_INFO_MAGIC, TLV_PROTECTED_INFO_MAGIC } from "./image";

/** Size of the head of an entry: u16 type, u16 length. */
export const TLV_HEAD_BYTES = 4;

/**
 * Called for each entry in the order of the file; anything but `Reason.None` ends the walk.
 *
 * @param offsetBytes where the value is in the image; it lies within the source
 * @param isProtected whether digest and signature cover the entry
 */
export type TlvVisitor = (type: number, offsetBytes: number, lengthBytes: number, isProtected: boolean) => Reason;

export interface TlvWalk {
  readonly reason: Reason;
  /** Where the image ends. */
  readonly endBytes: number;
}

/** The total that the info header at `offsetBytes` states; 0 if it does not start with `magic`. */
function readAreaSize(source: ByteSource, offsetBytes: number, magic: number): number {
  const info = source.read(offsetBytes, TLV_INFO_BYTES);
  return readU16(info, 0) === magic ? readU16(info, 2) : 0;
}

function walkArea(
  source: ByteSource, startBytes: number, endBytes: number, isProtected: boolean, visit: TlvVisitor,
): Reason {
  let offsetBytes = startBytes + TLV_INFO_BYTES;
  for (let count = 0; offsetBytes !== endBytes; count++) {
    if (count === TLV_ENTRIES_MAX) {
      return Reason.TlvTooMany;
    }
    if (offsetBytes + TLV_HEAD_BYTES > endBytes) {
      return Reason.TlvOverrun;
    }
    const head = source.read(offsetBytes, TLV_HEAD_BYTES);
    const lengthBytes = readU16(head, 2);
    offsetBytes += TLV_HEAD_BYTES;
    if (offsetBytes + lengthBytes > endBytes) {
      return Reason.TlvOverrun;
    }
    // MCUboot tells the areas apart by the offset of the value, and takes this entry for an unprotected one.
    if (isProtected && lengthBytes === 0 && offsetBytes === endBytes) {
      return Reason.TlvEmptyLast;
    }
    const reason = visit(readU16(head, 0), offsetBytes, lengthBytes, isProtected);
    if (reason !== Reason.None) {
      return reason;
    }
    offsetBytes += lengthBytes;
  }
  return Reason.None;
}

/**
 * Visits the entries of both areas, the protected one first. Reads the heads only: 4 bytes at a time, within `source`,
 * at most TLV_ENTRIES_MAX per area.
 *
 * Refuses with ProtectedSize, TlvInfo, ImageTooLarge, ImageTruncated, TlvOverrun, TlvEmptyLast, TlvTooMany, and with
 * what `visit` returns.
 *
 * @param header as `readHeader` accepted it for this source
 * @param maxSizeBytes the image must end at or before this offset
 */
export function walkTlvs(source: ByteSource, header: ImageHeader, maxSizeBytes: number, visit: TlvVisitor): TlvWalk {
  const protectedSizeBytes = header.protectedSizeBytes;
  const protectedStartBytes = bodySizeBytes(header);
  const startBytes = protectedStartBytes + protectedSizeBytes;
  const sizeBytes = readAreaSize(source, startBytes, TLV_INFO_MAGIC);
  const endBytes = startBytes + sizeBytes;
  let reason: Reason = Reason.None;
  if (protectedSizeBytes !== 0) {
    reason = readAreaSize(source, protectedStartBytes, TLV_PROTECTED_INFO_MAGIC) === protectedSizeBytes
      ? walkArea(source, protectedStartBytes, startBytes, true, visit)
      : Reason.ProtectedSize;
  }
  if (reason === Reason.None) {
    if (sizeBytes < TLV_INFO_BYTES) {
      reason = Reason.TlvInfo;
    } else if (endBytes > maxSizeBytes) {
      reason = Reason.ImageTooLarge;
    } else if (endBytes > source.sizeBytes) {
      reason = Reason.ImageTruncated;
    } else {
      reason = walkArea(source, startBytes, endBytes, false, visit);
    }
  }
  return { reason, endBytes };
}
