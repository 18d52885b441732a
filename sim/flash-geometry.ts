/** The knobs of a simulated NOR flash chip, one commented field each. sim/flash.ts says what they do together. */

/** What an erased byte reads as. Every chip in question is NOR flash that erases to ones, so this is no knob. */
export const ERASED = 0xff;

/** What the chip is: the same for every run on one board. */
export interface FlashGeometry {
  /** Bytes of the simulated chip; a multiple of the page size. */
  readonly sizeBytes: number;
  /** Bytes that are erased together. */
  readonly pageSizeBytes: number;
  /** Bytes that are programmed together; offset and length of a write are multiples of it. */
  readonly writeUnitBytes: number;
  /** Address of the chip's first byte in the processor's address space. Default 0. */
  readonly baseAddressBytes?: number | undefined;
  /**
   * Times a write unit may be programmed between two erases; `undefined`: any number, as long as bits are only
   * cleared. 1: program once (flash with ECC). 2: nRF52840.
   */
  readonly writesPerWordMax?: number | undefined;
  /** Erases of a page until it is worn; each erase beyond leaves one more bit stuck at 0. `undefined`: no wear-out. */
  readonly enduranceCycles?: number | undefined;
  /** Time one page erase takes. The watchdog may fire inside it, which tears it. Default 0. */
  readonly eraseDurationUs?: number | undefined;
  /** Time the programming of one write unit takes. Default 0. */
  readonly writeDurationUs?: number | undefined;
}

/**
 * How bits read that a power cut left between 0 and 1. `random`: each bit of each read on its own, from the seed.
 * `ones`, `zeros`: the two adversaries that hide the tear. `alternating`: all ones at one read, all zeros at the next.
 */
export type UnstableReads = "random" | "ones" | "zeros" | "alternating";

/** What goes wrong with the chip: chosen per run. */
export interface FlashFaults {
  /**
   * true (default): software that breaks a rule of the chip gets a FlashRuleError. false: as a chip does, in silence:
   * bits are ANDed, an unaligned erase hits the page around its offset.
   */
  readonly strict?: boolean | undefined;
  /** Default `random`. A cut plan may choose another. */
  readonly unstableReads?: UnstableReads | undefined;
  /** Probability, 0..1, that a read comes back with one bit flipped; the cell itself is unharmed. Default 0. */
  readonly readNoise?: number | undefined;
  /** Seeds unstable bits, read noise and torn positions that a plan leaves open. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Throws RangeError where sizes do not fit together.
 */
export function checkGeometry(geometry: FlashGeometry): void {
  const { sizeBytes, pageSizeBytes, writeUnitBytes } = geometry;
  for (const [name, value] of Object.entries({ sizeBytes, pageSizeBytes, writeUnitBytes })) {
    if (!Number.isInteger(value) || value <= 0) {
      throw new RangeError(`flash geometry: ${name} must be a positive integer, not ${value}`);
    }
  }
  if (sizeBytes % pageSizeBytes !== 0) {
    throw new RangeError(`flash geometry: sizeBytes ${sizeBytes} is no multiple of the page size ${pageSizeBytes}`);
  }
  if (pageSizeBytes % writeUnitBytes !== 0) {
    const sizes = `page size ${pageSizeBytes} is no multiple of the write unit ${writeUnitBytes}`;
    throw new RangeError(`flash geometry: ${sizes}`);
  }
}
