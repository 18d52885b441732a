/** Boards for sweeps: those of boards/, and a small one whose journal pages are full after a few records. */

import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { bootFromSource } from "../../sim/boot-chain";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import type { ProvisionedBoardFile } from "../../sim/provision";
import type { SweepSetting } from "../../sim/sweep";
import { loadBoard } from "../../tools/boards";
import { createHostHash } from "../../tools/host-hash";

const PAGE = 512;

function pages(first: number, count: number): { offsetBytes: number; sizeBytes: number } {
  return { offsetBytes: first * PAGE, sizeBytes: count * PAGE };
}

/** 13 records fit on a page behind its checkpoint. */
export const SMALL_BOARD: ProvisionedBoardFile = {
  ...loadBoard("nrf52840dk"),
  name: "small",
  flash: { sizeBytes: 24 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4, writesPerWordMax: 2 },
  partitions: {
    boot: pages(0, 1),
    journal: pages(1, 2),
    slotA: pages(4, 6),
    slotB: pages(12, 6),
    data: pages(20, 2),
  },
};

export const SWEPT_BOARDS: readonly ProvisionedBoardFile[] = [loadBoard("esp32"), loadBoard("nrf52840dk"), SMALL_BOARD];

const COMMON = {
  boot: bootFromSource,
  hash: createHostHash(),
  verifier: createRememberingVerifier(createTweetnaclVerifier()),
};

export function sweepSetting(board: ProvisionedBoardFile, changes: Partial<SweepSetting> = {}): SweepSetting {
  return { ...COMMON, board, newVersion: "confirms", payloadBytes: 1200, ...changes };
}
