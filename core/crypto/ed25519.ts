/**
 * What the Ed25519 verifiers (RFC 8032) for interpreters have in common: one for engines with native dot products,
 * one of unrolled arithmetic for all others. docs/SPEC.md, "Comb tables", describes the tables that both read.
 */

/** A signature with the x-coordinate of R behind it, 32 bytes little endian. */
export const HINTED_SIGNATURE_BYTES = 96;

/** The most calls of `pause` in one check. */
export const ED25519_PAUSES_MAX = 144;

/** What a verifier needs from its engine. */
export interface Ed25519Services {
  /** @returns 64 bytes */
  sha512(this: void, bytes: Uint8Array): Uint8Array;
  /** Called between slices of the work, so that a watchdog may be kicked; `ED25519_PAUSES_MAX` times at most. */
  pause(this: void): void;
}

/**
 * Whether `signature` is the Ed25519 signature of `message` by `publicKey`: the cofactorless equation of RFC 8032
 * 5.1.7, with the refusals of ed25519-rules.ts. Public data only: the time it takes depends on them.
 *
 * @param publicKey 32 bytes; all of `message` has to be in RAM
 * @param signature 64 bytes, or 96: with the x-coordinate of R behind it. This hint saves an inversion and is not
 * trusted: a wrong one makes the signature invalid
 * @param table the comb table of -A for this very key, with as many teeth as the table of the base point; `undefined`
 * for a key that was not known when the tables were built. A table is trusted as the code is: it comes from one build
 */
export type Ed25519Check = (
  this: void,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  table: Uint8Array | undefined,
) => boolean;
