/** What the bootloader's configuration says of a board: its plan, its chip and its boot configuration, as text. */

import type { BoardPlan, Place } from "../../hal/espruino/plan";
import type { bootConfigOf } from "../../sim/provision";
import type { BoardFile, BoardPartition } from "../board/board-data";
import { usageError } from "../errors";
import { literalOf } from "./literal";

/** bootloader/config.ts, as the simulator has it. */
export type BootConfig = ReturnType<typeof bootConfigOf>;

/**
 * The plan for hal/espruino/plan.ts, in addresses of the interpreter's Flash module.
 *
 * @param interpreterVersion `process.version` of the board; default: the first that the board file names
 * @throws ToolError (usage) for a version that the board file does not name
 */
export function planOf(board: BoardFile, interpreterVersion: string = board.engine.versions[0] ?? ""): BoardPlan {
  const { engine, flash, storage, storageFile, partitions } = board;
  if (!engine.versions.includes(interpreterVersion)) {
    throw usageError(
      `Nobody has made a plan for Espruino ${interpreterVersion} on ${board.name}.`,
      `Known: ${engine.versions.join(", ")}. Flash one of these, or add the version to boards/${board.name}.json.`,
    );
  }
  const place = ({ offsetBytes, sizeBytes }: BoardPartition): Place =>
    ({ address: flash.baseAddressBytes + offsetBytes, sizeBytes });
  const { boot } = partitions;
  const page = flash.pageSizeBytes;
  return {
    interpreterVersion,
    interpreterBoard: engine.board,
    erasePageBytes: page,
    programBytes: flash.writeUnitBytes,
    storageFile: storageFile === undefined ? undefined : { name: storageFile.name, ...place(storageFile) },
    isMapped: flash.isMapped,
    isStorageMapped: storage.isMapped,
    slotPlaces: [place(partitions.slotA), place(partitions.slotB)],
    journalPlace: place(partitions.journal),
    provisioningPlace: place({ offsetBytes: boot.offsetBytes + boot.sizeBytes - page, sizeBytes: page }),
    dataPlace: place(partitions.data),
    hasSha256: engine.nativeSha256,
    hashBufferBytes: board.hashBufferBytes,
    isRandomTrusted: engine.trustedRandom,
    consoleName: board.consoleName,
  };
}

/** The places that the nRF52's page locks are for. Outside of the chip's own flash there is nothing to lock. */
function lockPlaces(board: BoardFile, plan: BoardPlan): { bootPlaces: Place[]; slotPlaces: Place[] } {
  if (board.flash.baseAddressBytes !== 0) {
    return { bootPlaces: [], slotPlaces: [] };
  }
  const { offsetBytes, sizeBytes } = board.storage;
  const files = board.storageFile === undefined
    ? { address: offsetBytes, sizeBytes }
    : { address: endOfFile(board), sizeBytes: offsetBytes + sizeBytes - endOfFile(board) };
  const { filePages } = board;
  const pages = filePages === undefined ? [] : [{ address: filePages.offsetBytes, sizeBytes: filePages.sizeBytes }];
  return { bootPlaces: [files, ...pages, plan.provisioningPlace], slotPlaces: plan.slotPlaces };
}

function endOfFile({ storageFile }: BoardFile): number {
  return storageFile === undefined ? 0 : storageFile.offsetBytes + storageFile.sizeBytes;
}

function pinsText({ pins: { button, lamp } }: BoardFile): string {
  return `{button:${button?.pin ?? "undefined"},buttonMode:"${button?.mode ?? "input"}",` +
    `pressedLevel:${button?.pressedLevel ?? 1},lamp:${lamp?.pin ?? "undefined"},isLitByOne:${lamp?.onLevel !== 0}}`;
}

/**
 * What `makeChip` of the configuration is.
 *
 * @param createChip text of the bundle of the board's file of hal/espruino/chips
 */
export function makeChipText(board: BoardFile, plan: BoardPlan, createChip: string): string {
  const { driver } = board;
  switch (driver.file) {
    case "linux":
      return createChip;
    case "esp32":
      return `function(){return (${createChip})(${pinsText(board)},${driver.resetStateAddress})}`;
    case "nrf52": {
      const options = {
        readsResetRegister: driver.readsResetRegister,
        lock: driver.lock,
        ...lockPlaces(board, plan),
        hasWatchTimer: board.watchdog.hasWatchTimer,
      };
      return `function(){return (${createChip})(${pinsText(board)},${literalOf(options)})}`;
    }
  }
}

/** The bootloader's configuration; its keys stand in the key store. */
export function bootConfigText(config: BootConfig): string {
  return literalOf({ ...config, trustedKeys: [], signaturePolicy: 0 });
}
