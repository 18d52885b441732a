/** A named, page-aligned part of the board's flash. */

import type { FlashPort } from "../core/ports";

export interface FlashPartition extends FlashPort {
  readonly name: string;
  /** Address of the partition's first byte in the chip's address space; what ROM_FIXED images are compared with. */
  readonly addressBytes: number;
}
