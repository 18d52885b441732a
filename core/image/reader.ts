/**
 * Judging an image and naming what it says of itself, for the host and whoever else reads images with names. On a
 * device judge.ts does the work; this is that work with another face.
 */

import { readU32 } from "../bytes";
import { IMAGE_HEADER_BYTES } from "../limits";
import type { ByteSource, HashPort } from "../ports";
import { Reason } from "../reasons";
import { listDependencies } from "./dependencies";
import { leastSizeBytes, parseHeader, truncationOf } from "./header";
import type { ImageFacts, ImagePolicy, ImageVerdict } from "./image";
import { Tlv } from "./image";
import type { JudgedImage } from "./judge";
import { findValue, judgeImage } from "./judge";
import { Seal } from "./seal-kind";
import type { ImageVerifier } from "./signatures";
import { createImageVerifier, SignaturePolicy } from "./signatures";

function nameFacts(image: JudgedImage): ImageFacts {
  const counter = findValue(image, Tlv.SecurityCounter);
  return {
    header: parseHeader(image.header),
    digest: image.digest,
    totalSizeBytes: image.totalSizeBytes,
    counter: image.counter,
    securityCounter: counter === undefined ? undefined : readU32(counter, 0),
    dependencies: listDependencies(image),
    vendorId: findValue(image, Tlv.VendorId),
    classId: findValue(image, Tlv.ClassId),
  };
}

function isNever(): boolean {
  return false;
}

function judge(
  source: ByteSource, policy: ImagePolicy, hash: HashPort, verifier: ImageVerifier, seal: Seal,
): ImageVerdict {
  if (source.sizeBytes < IMAGE_HEADER_BYTES) {
    return { reason: Reason.ImageTruncated, image: undefined };
  }
  const slot = {
    sizeBytes: source.sizeBytes,
    addressBytes: policy.slotAddress,
    read(offsetBytes: number, lengthBytes: number): Uint8Array {
      return source.read(offsetBytes, lengthBytes);
    },
  };
  // A file may be shorter than the slot that it is for.
  const maxSizeBytes = Math.min(policy.maxSizeBytes, source.sizeBytes);
  const counterFloor = policy.counterFloor === undefined ? 0 : policy.counterFloor;
  const demands = {
    trustedKeys: policy.trustedKeys,
    signaturePolicy: policy.signaturePolicy === undefined ? SignaturePolicy.Any : policy.signaturePolicy,
    vendorId: policy.vendorId,
    classId: policy.classId,
  };
  const image = judgeImage(slot, { hash, verifier }, demands, maxSizeBytes, counterFloor, () => seal);
  const endBytes = Math.max(image.totalSizeBytes, leastSizeBytes(image.header));
  // A floor of 0 that is asked for by name still asks for a counter.
  const lacksCounter = policy.counterFloor !== undefined && findValue(image, Tlv.SecurityCounter) === undefined;
  const judged = image.reason === Reason.None && lacksCounter ? Reason.CounterMissing : image.reason;
  const reason = truncationOf(judged, endBytes, policy.maxSizeBytes);
  return { reason, image: reason === Reason.None ? nameFacts(image) : undefined };
}

/**
 * Checks everything but the signature of the image at offset 0 of `source`: structure, then digest, then policy.
 * Says nothing about who made the image: only for images whose authenticity is known otherwise (a seal), and for
 * inspection on the host.
 *
 * Refuses with ImageTruncated, and as `judgeImage` but for the signature's reasons.
 */
export function readImage(source: ByteSource, policy: ImagePolicy, hash: HashPort): ImageVerdict {
  return judge(source, policy, hash, createImageVerifier(isNever, isNever), Seal.Verified);
}

/**
 * Checks everything.
 *
 * Refuses with ImageTruncated, and as `judgeImage`.
 */
export function verifyImage(
  source: ByteSource, policy: ImagePolicy, hash: HashPort, verifier: ImageVerifier,
): ImageVerdict {
  return judge(source, policy, hash, verifier, Seal.None);
}
