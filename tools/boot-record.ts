/**
 * BOOT_RECORD, the entry that a bootloader passes on for attestation: a CBOR map (RFC 8949) with the keys of Arm's PSA
 * Attestation API 1.0, in the order in which imgtool writes them. The measurement comes last, as zeros: the bootloader
 * puts the image's digest there.
 */

const enum Claim {
  Type = 1,
  Measurement = 2,
  Version = 4,
  Signer = 5,
  MeasurementDescription = 6,
}

const MAJOR_BYTES = 2;
const MAJOR_TEXT = 3;
const MAJOR_MAP = 5;
const DIGEST_BYTES = 32;

/** Characters of a software type, as imgtool limits it. */
export const SOFTWARE_TYPE_LENGTH_MAX = 12;

/**
 * @param softwareType 1 to 12 characters
 * @param version "major.minor.revision"
 * @param keyHash 32 bytes; zeros for an unsigned image
 */
export function encodeBootRecord(softwareType: string, version: string, keyHash: Uint8Array): Uint8Array {
  return new Uint8Array(
    Buffer.concat([
      head(MAJOR_MAP, 5),
      head(0, Claim.Type),
      text(softwareType),
      head(0, Claim.Version),
      text(version),
      head(0, Claim.Signer),
      byteString(keyHash),
      head(0, Claim.MeasurementDescription),
      text("SHA256"),
      head(0, Claim.Measurement),
      byteString(new Uint8Array(DIGEST_BYTES)),
    ]),
  );
}

/** The head of an item whose number fits in one byte. */
function head(major: number, value: number): Buffer {
  return Buffer.from(value < 24 ? [major * 32 + value] : [major * 32 + 24, value]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([head(MAJOR_TEXT, bytes.length), bytes]);
}

function byteString(bytes: Uint8Array): Buffer {
  return Buffer.concat([head(MAJOR_BYTES, bytes.length), bytes]);
}
