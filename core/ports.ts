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
}

/** A signature scheme. Fails closed: whatever is not a valid signature gives `false`, never an exception. */
export interface SignatureVerifier {
  /**
   * @param publicKey raw Ed25519 key, 32 bytes
   * @param message what was signed (for images: the 32-byte digest)
   * @param signature 64 bytes; S must be below the group order (RFC 8032 5.1.7)
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** A key that may sign images. */
export interface TrustedKey {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the key's 44-byte DER SubjectPublicKeyInfo: what KEYHASH holds. */
  readonly keyHash: Uint8Array;
}
