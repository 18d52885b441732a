/** What the partitions of a provisioned board hold: the factory image, the provisioning block, the genesis journal. */

import { encodeProvisioning } from "../../core/boot/provisioning";
import type { ImageVerifier } from "../../core/image/signatures";
import { describeBoard, placesOf } from "../../sim/board-description";
import { NorFlash } from "../../sim/flash";
import { provision } from "../../sim/provision";
import type { BoardFile, BoardPartition } from "../board/board-data";
import { imageBytesMax } from "../board/table";
import { ToolError, usageError } from "../errors";
import { createHostHash } from "../host-hash";
import { reasonExitCode, reasonText } from "../reason-text";
import type { BootConfig } from "./plan";

/** Bytes at an address of the interpreter's Flash module: a whole number of write units. */
export interface FlashContent {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface FlashWishes {
  readonly image?: Uint8Array | undefined;
  readonly deviceKey?: Uint8Array | undefined;
  readonly hostVerifier?: ImageVerifier | undefined;
}

const ERASED = 0xff;
const hash = createHostHash();

/** The bytes of a place up to the last one that is not erased. */
function written(board: BoardFile, flash: NorFlash, place: BoardPartition): FlashContent[] {
  const bytes = flash.peek(place.offsetBytes, place.sizeBytes);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === ERASED) {
    end--;
  }
  const unit = board.flash.writeUnitBytes;
  const address = board.flash.baseAddressBytes + place.offsetBytes;
  return end === 0 ? [] : [{ address, bytes: bytes.slice(0, Math.ceil(end / unit) * unit) }];
}

/**
 * Throws ToolError: (usage) for an image that is too long for a slot; (as the board) for an image that a board with a
 * device key would not start.
 */
export function flashContent(board: BoardFile, config: BootConfig, wishes: FlashWishes): FlashContent[] {
  const { image, deviceKey, hostVerifier } = wishes;
  const description = describeBoard(board);
  const places = placesOf(description);
  const flash = new NorFlash(description.geometry);
  if (image !== undefined && image.length > imageBytesMax(board)) {
    throw usageError(
      `The image has ${image.length} bytes; a slot of ${board.name} takes ${imageBytesMax(board)}.`,
      "Make the application smaller.",
    );
  }
  if (image !== undefined && deviceKey !== undefined) {
    if (hostVerifier === undefined) {
      throw new Error("A genesis journal needs a verifier for the factory image.");
    }
    const verdict = provision(flash, { board: description, config, hash, verifier: hostVerifier, image, deviceKey });
    if (verdict.image === undefined) {
      throw new ToolError(
        reasonExitCode(verdict.reason),
        `The board would not start this image: ${reasonText(verdict.reason).name}.`,
        "Sign it with a key that the board trusts, and with a security counter at its base floor or above.",
      );
    }
  } else if (image !== undefined) {
    flash.install(places.slots[0].offsetBytes, image);
  } else if (deviceKey !== undefined) {
    flash.install(places.provisioning.offsetBytes, encodeProvisioning(config.baseFloor, deviceKey, hash));
  }
  return [places.slots[0], places.provisioning, places.journal].flatMap((place) => written(board, flash, place));
}
