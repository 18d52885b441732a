/** Intel HEX output of `trialboot sign`: the image where the chip has it, and of a trailer only what is written. */

import { TRAILER_MAGIC_BYTES, TrailerField, trailerFieldOffset, trailerMagic } from "../../core/image/trailer";
import { usageError } from "../errors";
import { type Block, formatIntelHex } from "../hex/intel-hex";
import type { SignOptions } from "./sign-options";

/**
 * @param inputAddress where a HEX input begins; `undefined` for other inputs
 * Refuses (usage) if there is no address, or no room in front of it for the header.
 */
export function hexImage(image: Uint8Array, options: SignOptions, inputAddress: number | undefined): string {
  const address = options.hexAddress ?? addressWithHeader(options, inputAddress);
  const blocks: Block[] = [{ address, bytes: image }];
  if (options.pad) {
    const layout = options.layout;
    if (options.marks && !layout.overwriteOnly) {
      // As imgtool: the whole field, of which only the first byte means anything.
      const field = new Uint8Array(layout.maxAlign).fill(options.image.erasedValue);
      field[0] = options.confirm ? 1 : options.image.erasedValue;
      const offset = trailerFieldOffset(layout.slotSizeBytes, layout.maxAlign, TrailerField.ImageOk);
      blocks.push({ address: address + offset, bytes: field });
    }
    const magicOffset = layout.slotSizeBytes - TRAILER_MAGIC_BYTES;
    blocks.push({ address: address + magicOffset, bytes: trailerMagic(layout.maxAlign) });
  }
  return formatIntelHex(joined(blocks));
}

function addressWithHeader(options: SignOptions, inputAddress: number | undefined): number {
  if (inputAddress === undefined) {
    throw usageError(
      "Intel HEX output needs an address, and INPUT has none.",
      "Add --hex-addr ADDRESS, or write a .bin file.",
    );
  }
  // imgtool leaves the address 0 where it is.
  if (!options.image.padHeader || inputAddress === 0) {
    return inputAddress;
  }
  if (inputAddress < options.image.headerSizeBytes) {
    throw usageError(
      `There is no room for a header in front of address 0x${inputAddress.toString(16)}.`,
      "Give the address of the slot with --hex-addr.",
    );
  }
  return inputAddress - options.image.headerSizeBytes;
}

/** Blocks that touch become one, so that records run on across the seam as they do in imgtool's output. */
function joined(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  for (const block of blocks) {
    const last = result.at(-1);
    if (last !== undefined && last.address + last.bytes.length === block.address) {
      const bytes = new Uint8Array(last.bytes.length + block.bytes.length);
      bytes.set(last.bytes);
      bytes.set(block.bytes, last.bytes.length);
      result[result.length - 1] = { address: last.address, bytes };
    } else {
      result.push(block);
    }
  }
  return result;
}
