/**
 * Judges an MCUboot image: structure, digest, policy, signature. One pass over a random-access source with bounded
 * memory. Rules: docs/spec-image.md; where they are stricter than MCUboot's validator, that page says why.
 */

import { equalBytes, readU32 } from "../bytes";
import { TLV_VALUE_BYTES_MAX, TRUSTED_KEYS_MAX } from "../limits";
import type { ByteSource, HashPort, SignatureVerifier, TrustedKey } from "../ports";
import { Reason } from "../reasons";
import { u32And } from "../u32";
import { bodySizeBytes, readHeader, readVersion } from "./header";
import type { Dependency, ImageFacts, ImageHeader, ImagePolicy, ImageVerdict } from "./image";
import { ImageFlag, Tlv } from "./image";
import type { TlvWalk } from "./tlv";
import { walkTlvs } from "./tlv";
import { createWitness } from "./witness";

const DIGEST_BYTES = 32;
const SIGNATURE_BYTES = TLV_VALUE_BYTES_MAX;
const UUID_BYTES = 16;
const DEPENDENCY_BYTES = 12;
const COUNTER_BYTES = 4;

/** The value of a TLV that matters, copied to RAM. */
interface TakenValue {
  readonly type: number;
  readonly value: Uint8Array;
}

interface Inspection {
  readonly reason: Reason;
  readonly image: ImageFacts | undefined;
  readonly values: TakenValue[];
}

/** For a type of the unprotected area: None if it is supported, else its refusal. TlvNotAllowed for any other type. */
function unprotectedTypeReason(type: number): Reason {
  if (type === Tlv.KeyHash || type === Tlv.Sha256 || type === Tlv.Ed25519) {
    return Reason.None;
  }
  if (type === Tlv.PublicKey) {
    return Reason.FullPublicKey;
  }
  if (type === Tlv.SignaturePure) {
    return Reason.PureSignature;
  }
  if (type === Tlv.Sha384 || type === Tlv.Sha512) {
    return Reason.DigestKind;
  }
  if (type >= Tlv.Rsa2048Pss && type <= Tlv.Rsa3072Pss) {
    return Reason.SignatureKind;
  }
  return type >= Tlv.EncRsa2048 && type <= Tlv.EncX25519Sha512 ? Reason.Encrypted : Reason.TlvNotAllowed;
}

/** The one length that a value of this type may have; 0 for types that are not looked at. */
function valueLengthBytes(type: number): number {
  if (type === Tlv.KeyHash || type === Tlv.Sha256) {
    return DIGEST_BYTES;
  }
  if (type === Tlv.Ed25519) {
    return SIGNATURE_BYTES;
  }
  if (type === Tlv.VendorId || type === Tlv.ClassId) {
    return UUID_BYTES;
  }
  if (type === Tlv.Dependency) {
    return DEPENDENCY_BYTES;
  }
  return type === Tlv.SecurityCounter ? COUNTER_BYTES : 0;
}

function mayRepeat(type: number): boolean {
  return type === Tlv.KeyHash || type === Tlv.Ed25519 || type === Tlv.Dependency;
}

function findValue(values: TakenValue[], type: number): Uint8Array | undefined {
  for (let i = 0; i < values.length; i++) {
    if (values[i].type === type) {
      return values[i].value;
    }
  }
  return undefined;
}

/** Walks both areas and copies the values that matter to `values`. */
function takeValues(source: ByteSource, header: ImageHeader, maxSizeBytes: number, values: TakenValue[]): TlvWalk {
  let unsupported: Reason = Reason.None;
  const walk = walkTlvs(source, header, maxSizeBytes, (type, offsetBytes, lengthBytes, isProtected) => {
    const reason = unprotectedTypeReason(type);
    if (isProtected) {
      // A digest or a signature cannot be right about itself.
      if (reason !== Reason.TlvNotAllowed) {
        return Reason.TlvNotAllowed;
      }
    } else if (reason !== Reason.None) {
      // Of several refusals, the one with the lowest number says most.
      unsupported = unsupported === Reason.None ? reason : Math.min(unsupported, reason);
      return Reason.None;
    }
    const takenBytes = valueLengthBytes(type);
    if (takenBytes !== 0) {
      if (lengthBytes !== takenBytes) {
        return Reason.TlvLength;
      }
      if (!mayRepeat(type) && findValue(values, type) !== undefined) {
        return Reason.TlvDuplicate;
      }
      values.push({ type, value: source.read(offsetBytes, takenBytes) });
    }
    return Reason.None;
  });
  // Named first: a digest or key hash of another length comes with another digest.
  return { reason: unsupported !== Reason.None ? unsupported : walk.reason, endBytes: walk.endBytes };
}

function isOtherUuid(demanded: Uint8Array | undefined, found: Uint8Array | undefined): boolean {
  return demanded !== undefined && (found === undefined || !equalBytes(demanded, 0, found, 0, UUID_BYTES));
}

function checkPolicy(policy: ImagePolicy, image: ImageFacts): Reason {
  if (u32And(image.header.flags, ImageFlag.RomFixed) !== 0 && image.header.loadAddress !== policy.slotAddress) {
    return Reason.WrongAddress;
  }
  if (isOtherUuid(policy.vendorId, image.vendorId)) {
    return Reason.WrongVendor;
  }
  if (isOtherUuid(policy.classId, image.classId)) {
    return Reason.WrongClass;
  }
  if (policy.counterFloor !== undefined) {
    if (image.securityCounter === undefined) {
      return Reason.CounterMissing;
    }
    if (image.securityCounter < policy.counterFloor) {
      return Reason.CounterBelowFloor;
    }
  }
  return Reason.None;
}

function listDependencies(values: TakenValue[]): Dependency[] {
  const dependencies: Dependency[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i].type === Tlv.Dependency) {
      dependencies.push({ imageId: values[i].value[0], version: readVersion(values[i].value, 4) });
    }
  }
  return dependencies;
}

function gatherFacts(
  header: ImageHeader, digest: Uint8Array, totalSizeBytes: number, values: TakenValue[],
): ImageFacts {
  const counter = findValue(values, Tlv.SecurityCounter);
  return {
    header,
    digest,
    totalSizeBytes,
    securityCounter: counter === undefined ? undefined : readU32(counter, 0),
    dependencies: listDependencies(values),
    vendorId: findValue(values, Tlv.VendorId),
    classId: findValue(values, Tlv.ClassId),
  };
}

function inspect(source: ByteSource, policy: ImagePolicy, hash: HashPort): Inspection {
  const values: TakenValue[] = [];
  const witness = createWitness(source);
  const verdict = readHeader(witness.source, policy.maxSizeBytes);
  const header = verdict.header;
  let reason = verdict.reason;
  let image: ImageFacts | undefined = undefined;
  if (header !== undefined) {
    const walk = takeValues(witness.source, header, policy.maxSizeBytes, values);
    reason = walk.reason;
    const stated = findValue(values, Tlv.Sha256);
    if (reason === Reason.None) {
      reason = Reason.DigestMissing;
      if (stated !== undefined) {
        const digest = hash.sha256Region(source, 0, bodySizeBytes(header) + header.protectedSizeBytes);
        reason = Reason.DigestMismatch;
        if (equalBytes(digest, 0, stated, 0, DIGEST_BYTES) && witness.isUnchanged()) {
          image = gatherFacts(header, digest, walk.endBytes, values);
          reason = checkPolicy(policy, image);
        }
      }
    }
  }
  return { reason, image: reason === Reason.None ? image : undefined, values };
}

function findKey(keys: TrustedKey[], keyHash: Uint8Array): TrustedKey | undefined {
  for (let i = 0; i < keys.length; i++) {
    if (equalBytes(keys[i].keyHash, 0, keyHash, 0, DIGEST_BYTES)) {
      return keys[i];
    }
  }
  return undefined;
}

/** Goes through the pairs of KEYHASH and signature. A KEYHASH counts for the next signature only. */
function checkSignatures(
  digest: Uint8Array, values: TakenValue[], keys: TrustedKey[], verifier: SignatureVerifier,
): Reason {
  let reason: Reason = Reason.Unsigned;
  let key: TrustedKey | undefined = undefined;
  let verified = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i].value;
    if (values[i].type === Tlv.KeyHash) {
      key = findKey(keys, value);
    } else if (values[i].type === Tlv.Ed25519) {
      if (key !== undefined) {
        if (verified === TRUSTED_KEYS_MAX) {
          return Reason.TlvTooMany;
        }
        if (!verifier.verify(key.publicKey, digest, value)) {
          return Reason.SignatureInvalid;
        }
        verified++;
        key = undefined;
      }
      reason = verified > 0 ? Reason.None : Reason.KeyUnknown;
    }
  }
  return reason;
}

/**
 * Checks everything but the signature of the image at offset 0 of `source`: structure, then digest, then policy.
 * Says nothing about who made the image: only for images whose authenticity is known otherwise (a seal), and for
 * inspection on the host.
 *
 * Refuses as `readHeader` and `walkTlvs`, and with TlvNotAllowed, TlvLength, TlvDuplicate, PureSignature, DigestKind,
 * SignatureKind, FullPublicKey, DigestMissing, DigestMismatch (also when the flash reads differently the second time),
 * WrongAddress, WrongVendor, WrongClass, CounterMissing, CounterBelowFloor.
 */
export function readImage(source: ByteSource, policy: ImagePolicy, hash: HashPort): ImageVerdict {
  const inspection = inspect(source, policy, hash);
  return { reason: inspection.reason, image: inspection.image };
}

/**
 * Checks everything. Accepts if at least one signature is by a trusted key and every signature that names a trusted
 * key verifies; pairs of unknown keys are skipped. Verifies at most TRUSTED_KEYS_MAX signatures.
 *
 * Refuses as `readImage`, then with Unsigned, KeyUnknown, SignatureInvalid, TlvTooMany.
 */
export function verifyImage(
  source: ByteSource, policy: ImagePolicy, hash: HashPort, verifier: SignatureVerifier,
): ImageVerdict {
  const inspection = inspect(source, policy, hash);
  const image = inspection.image;
  const reason = image === undefined
    ? inspection.reason
    : checkSignatures(image.digest, inspection.values, policy.trustedKeys, verifier);
  return { reason, image: reason === Reason.None ? image : undefined };
}
