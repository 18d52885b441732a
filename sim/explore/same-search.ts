/**
 * Which boards are one and the same to a search (docs/explore.md, R15): no time passes in its boots, and its flash is
 * compact, so that most of what a board file says is not asked for.
 */

import type { ProvisionedBoardFile } from "../provision";
import { compactBoard } from "./compact-board";

/** Two boards with the same name are searched to the same result, but for the name of the board in ids. */
export function searchName(board: ProvisionedBoardFile): string {
  const { flash, partitions } = compactBoard(board, 0);
  const { verifyMode, knowsResetCauses, signatures } = board;
  // Where the flash begins in the memory of the chip shows in addresses that are handed over, and nowhere else.
  const parts = [{ ...flash, baseAddressBytes: 0 }, partitions, verifyMode, knowsResetCauses];
  return JSON.stringify([...parts, signatures?.policy ?? "any"]);
}
