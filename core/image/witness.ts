/**
 * Remembers what was read, so that it can be read again. The digest of an image is computed from flash, its header and
 * TLVs are judged from RAM: a marginal bit could make these two different images. Reading the judged bytes once more
 * after the digest ties them together, unless the same wrong bytes come twice.
 */

import { equalBytes } from "../bytes";
import type { ByteSource } from "../ports";

export interface Witness {
  /** Reads from the watched source. */
  readonly source: ByteSource;
  /** Whether everything that was read through `source` reads the same now. */
  isUnchanged(): boolean;
}

/** @param watched its reads through the witness are kept: for pieces of a few bytes, a bounded number of them */
export function createWitness(watched: ByteSource): Witness {
  const offsets: number[] = [];
  const pieces: Uint8Array[] = [];
  return {
    source: {
      sizeBytes: watched.sizeBytes,
      read(offsetBytes: number, lengthBytes: number): Uint8Array {
        const piece = watched.read(offsetBytes, lengthBytes);
        offsets.push(offsetBytes);
        pieces.push(piece);
        return piece;
      },
    },
    isUnchanged(): boolean {
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i];
        if (!equalBytes(piece, 0, watched.read(offsets[i], piece.length), 0, piece.length)) {
          return false;
        }
      }
      return true;
    },
  };
}
