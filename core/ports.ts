/**
 * What core needs from the outside, and nothing more: core itself does no I/O, so bytes of flash, hashes and
 * signature checks come in through these small interfaces. The HAL's drivers implement them.
 */

/** Anything that can be read at random: a flash partition, a file, a buffer. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** A copy of `lengthBytes` bytes from `offsetBytes`. The caller stays within `sizeBytes`; anything else asserts. */
  read(offsetBytes: number, lengthBytes: number): Uint8Array;
}

/** NOR flash: erased to 0xFF by page, programmed in write units, bits only cleared until the next erase. */
export interface FlashPort extends ByteSource {
  readonly pageSizeBytes: number;
  readonly writeUnitBytes: number;
  /** Programs `bytes` at `offsetBytes`; both are multiples of the write unit. Silent on failure: read back. */
  write(offsetBytes: number, bytes: Uint8Array): void;
  /** Erases the page that starts at `offsetBytes`. Silent on failure: read back. */
  erasePage(offsetBytes: number): void;
}

/** Hashes, native where the engine has them. */
export interface HashPort {
  /** CRC-32 (IEEE 802.3, reflected, as zlib and E.CRC32 compute it), 0..2^32-1. */
  crc32(bytes: Uint8Array): number;
  /** SHA-256 (FIPS 180-4) of a short message that is already in RAM; 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** SHA-256 of a region of a source, without holding it in RAM; the driver chooses the chunk size. */
  sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array;
  /**
   * On boards that take long to hash: goes on with what `source` holds from 0 on, a bounded piece at a time, so that
   * digests of its first `markBytes`, or more, take little time when they are asked for. The caller does not change
   * what is before `endBytes` until it says 0, which ends it.
   */
  hashAhead?(this: void, source: ByteSource, endBytes: number, markBytes: number): void;
}

/** A key that may sign images. The length of `publicKey` says which scheme it is for. */
export interface TrustedKey {
  /** Ed25519 (RFC 8032 5.1.5): 32 bytes. LMS (RFC 8554 5.3): 48 or 56 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the key's DER SubjectPublicKeyInfo: what KEYHASH holds. */
  readonly keyHash: Uint8Array;
  /**
   * Ed25519 only: comb table of the key's negative, made when the bootloader was built (docs/SPEC.md, "Comb tables").
   * Absent for keys that were learnt later, which take longer to verify with.
   */
  readonly table?: Uint8Array | undefined;
}

/** A signature scheme, or several. Fails closed: what is not a valid signature gives `false`, never an exception. */
export interface SignatureVerifier {
  /**
   * @param key whose public key the signature must be by
   * @param message what was signed (for images: a 32-byte digest)
   * @param signature Ed25519: 64 bytes, S below the group order (RFC 8032 5.1.7). LMS: RFC 8554 5.4
   */
  verify(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean;
}
