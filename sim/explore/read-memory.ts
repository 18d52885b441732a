/**
 * Memory for what one boot reads, used again for the next: every boot reads all pages of the journal, and a search
 * would spend much of its time on collecting them.
 */

const SIZE_BYTES = 262144;
/** Shorter reads are cheaper on the engine's own heap. */
const LENGTH_BYTES_MIN = 256;
const ALIGNMENT_BYTES = 8;

export class ReadMemory {
  private readonly memory = new ArrayBuffer(SIZE_BYTES);
  private usedBytes = 0;

  /** Nobody needs what was taken so far. */
  reset(): void {
    this.usedBytes = 0;
  }

  take(lengthBytes: number): Uint8Array {
    const from = this.usedBytes;
    if (lengthBytes < LENGTH_BYTES_MIN || from + lengthBytes > SIZE_BYTES) {
      return new Uint8Array(lengthBytes);
    }
    this.usedBytes += Math.ceil(lengthBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    return new Uint8Array(this.memory, from, lengthBytes);
  }
}
