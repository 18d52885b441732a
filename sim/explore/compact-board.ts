/**
 * The board without the flash that nothing of the search is about: its partitions side by side, with every journal page
 * but with slots of a few pages. The pages of a slot behind the image are erased in one loop and never read, so that
 * two stand for all of them (docs/explore.md, R12).
 */

import type { PartitionTable } from "../partition";
import type { ProvisionedBoardFile } from "../provision";

/** Pages of a slot behind the image and its seals: one of them in the middle, and the last one. */
const REST_PAGES = 2;
/** Room for the trailer that no uploaded image may reach into. */
const SLOT_BYTES_MIN = 3072;

/** @param headBytes bytes of the longest image with its seals */
export function compactBoard(board: ProvisionedBoardFile, headBytes: number): ProvisionedBoardFile {
  const { pageSizeBytes } = board.flash;
  const slotPages = Math.max(Math.ceil(headBytes / pageSizeBytes) + REST_PAGES, SLOT_BYTES_MIN / pageSizeBytes);
  const journalPages = board.partitions["journal"].sizeBytes / pageSizeBytes;
  const partitions: Record<string, { offsetBytes: number; sizeBytes: number }> = {};
  let pages = 0;
  const place = (name: keyof PartitionTable, count: number): void => {
    partitions[name] = { offsetBytes: pages * pageSizeBytes, sizeBytes: count * pageSizeBytes };
    pages += count;
  };
  place("boot", 1);
  place("journal", journalPages);
  place("slotA", Math.ceil(slotPages));
  place("slotB", Math.ceil(slotPages));
  place("data", 1);
  return { ...board, flash: { ...board.flash, sizeBytes: pages * pageSizeBytes }, partitions };
}
