/** The smallest geometry that is explored: 13 records a page, and as many pages as real boards have. */

import type { ProvisionedBoardFile } from "../../../sim/provision";
import { SMALL_BOARD } from "../sweep-boards";

const PAGE = 512;

function pages(first: number, count: number): { offsetBytes: number; sizeBytes: number } {
  return { offsetBytes: first * PAGE, sizeBytes: count * PAGE };
}

export const TINY_BOARD: ProvisionedBoardFile = {
  ...SMALL_BOARD,
  name: "tiny",
  flash: { sizeBytes: 24 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4, writesPerWordMax: 2 },
  partitions: {
    boot: pages(0, 1),
    journal: pages(1, 4),
    slotA: pages(6, 6),
    slotB: pages(12, 6),
    data: pages(20, 2),
  },
};

/** The same for stories with a wire, without what is not theirs: seals that matter, and limits on programmings. */
export const WIRED_BOARD: ProvisionedBoardFile = {
  ...TINY_BOARD,
  verifyMode: "full",
  flash: { ...TINY_BOARD.flash, writesPerWordMax: undefined },
};
