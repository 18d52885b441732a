/** Which seal speaks for an image (core/boot/seal.ts makes them). Numbers that are sealed: never renumber. */

export const enum Seal {
  /** Digest, signature and policy were checked in full on this device, for the keys that it trusts now. */
  Verified = 0,
  /** The image was confirmed on this device, whatever keys it trusted then. */
  Confirmed = 1,
  /** As Verified, in its place, on boards that compute no digest at a start: covers a CRC-32 of the image too. */
  VerifiedContent = 2,
  /** There is none. */
  None = 3,
}
