/** The flags of `trialboot flash`, and what they come to. */

import type { KeyStore } from "../../core/boot/key-store";
import { ED25519_KEY_BYTES } from "../../core/image/signatures";
import { type Arguments, type CommandLine, integerOf } from "../arguments";
import { type BoardFile, loadBoard } from "../boards";
import type { Context } from "../context";
import { usageError } from "../errors";
import { keyStoreOf } from "../key-store";
import { trustedKeysOf } from "../keys/trusted-keys";
import { hexText } from "../output";
import { type FactoryImage, readFactoryImage } from "../provision/factory-image";
import { refuseTestKeys } from "../provision/test-keys";
import { CONSOLE_FLAGS } from "./console-reach";
import { isCi, type PortChoice, portChoice } from "./device-options";

const U32_MAX = 0xffffffff;

export const FLASH: CommandLine = {
  name: "trialboot flash",
  summary:
    "Puts bootloader, keys and a first image on a board that runs Espruino, over the interpreter's own console, and " +
    "reads everything back. What is on the board is erased. Broken off anywhere, it can be run again.",
  positionals: [],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/; required" },
    ...CONSOLE_FLAGS,
    { name: "key", short: "k", value: "PUBLIC.pem", multiple: true, help: "A key for the board to trust; required" },
    { name: "technician", value: "PUBLIC.pem", multiple: true, help: "An Ed25519 key that may log in over a wire" },
    { name: "image", short: "i", value: "IMAGE", help: "The first image, signed by one of the keys; required" },
    { name: "base-floor", value: "N", help: "No image with a lower security counter ever starts; default 0" },
    { name: "development", help: "Leave the console open; the board says so at every start" },
    { name: "keep-data", help: "Renew the bootloader alone: images, journal, keys of the device and data stay" },
    { name: "dry-run", help: "Print the steps, and touch neither board nor files" },
    { name: "out", short: "o", value: "FILE", help: "Write a factory image (.bin, .hex, .js) without device key" },
    { name: "units", value: "UNITS.csv", help: "With --out: also a key page for each unit, in FILE.units" },
    { name: "interpreter", value: "VERSION", help: "With --out and --dry-run: the boards' Espruino" },
  ],
  remarks: [
    "Boards that can be reached over Bluetooth alone: ble:NAME, which was never tried on a radio, or --out FILE.js, " +
      "a text for a Web IDE.",
    "Exit codes: 0 done, 1 files, 2 command line, 20 to 24 the image (or the board: 23), 30 the connection, 31 the " +
      "board refused. docs/provisioning.md goes through all of it.",
  ],
};

export interface FlashOptions {
  readonly board: BoardFile;
  readonly keyStore: KeyStore;
  /** Keys that may log in; `undefined`: nobody may. */
  readonly technicians: KeyStore | undefined;
  /** `undefined` with --keep-data. */
  readonly image: FactoryImage | undefined;
  readonly baseFloor: number;
  readonly isDevelopment: boolean;
  readonly keepsData: boolean;
  readonly port: PortChoice;
  /** The question before erasing counts as answered with yes. */
  readonly saysYes: boolean;
  /** Nothing is asked. */
  readonly isCi: boolean;
}

function checkCombinations(args: Arguments): void {
  const refuse = (one: string, other: string, next: string): void => {
    if (args.has(one) && args.has(other)) {
      throw usageError(`--${one} and --${other} contradict each other.`, next);
    }
  };
  refuse("out", "port", "A factory image is written to a file, not to a board.");
  refuse("out", "dry-run", "Leave one of the two out.");
  refuse("port", "dry-run", "Without --port, the steps are printed and no board is touched.");
  refuse("keep-data", "image", "With --keep-data the board keeps its images; leave --image out.");
  refuse("keep-data", "out", "--keep-data needs the board itself.");
  refuse("keep-data", "base-floor", "The base floor stands in the provisioning block, which is kept.");
  if (args.has("units") && !args.has("out")) {
    throw usageError("--units goes with --out.", "Add --out FILE.bin, .hex or .js.");
  }
  if (args.has("interpreter") && !args.has("out") && !args.has("dry-run")) {
    throw usageError("A board says itself what interpreter it has.", "--interpreter goes with --out or --dry-run.");
  }
}

/** Refuses (usage) what is no technician's key, and technicians on a board that nobody can log in to. */
function techniciansOf(
  args: Arguments, context: Context, board: BoardFile, trusted: KeyStore,
): KeyStore | undefined {
  if (!args.has("technician")) {
    return undefined;
  }
  if (board.smp === undefined) {
    throw usageError(`Board ${board.name} is not managed over a wire: nobody can log in.`, "Leave --technician out.");
  }
  const keys = trustedKeysOf(context, args.texts("technician"));
  for (const { publicKey, keyHash } of keys) {
    const name = hexText(keyHash).slice(0, 16);
    if (publicKey.length !== ED25519_KEY_BYTES) {
      throw usageError(`Technician's key ${name}... is not for Ed25519.`, "trialboot keys new makes one.");
    }
    if (trusted.trustedKeys.some((key) => hexText(key.keyHash) === hexText(keyHash))) {
      throw usageError(`Key ${name}... cannot both sign images and log in.`, "Give technicians keys of their own.");
    }
  }
  return keyStoreOf(board.signatures, keys);
}

/** Refuses (usage) contradictions and what is missing; images that the board would not start, by their reason. */
export function readFlashOptions(args: Arguments, context: Context): FlashOptions {
  checkCombinations(args);
  const boardName = args.text("board");
  if (boardName === undefined) {
    throw usageError("flash needs to know which board this is.", "Add --board BOARD; boards/ has them.");
  }
  const board = loadBoard(boardName);
  const keepsData = args.has("keep-data");
  const imagePath = args.text("image");
  if (!args.has("key")) {
    throw usageError("flash needs the public key that the board shall trust.", "Add --key PUBLIC.pem.");
  }
  if (imagePath === undefined && !keepsData) {
    throw usageError("flash needs the first image of the board.", "Add --image IMAGE; trialboot sign makes one.");
  }
  const keyStore = keyStoreOf(board.signatures, trustedKeysOf(context, args.texts("key")));
  const isDevelopment = args.has("development");
  const technicians = techniciansOf(args, context, board, keyStore);
  refuseTestKeys([...keyStore.trustedKeys, ...(technicians?.trustedKeys ?? [])], isDevelopment);
  const baseFloor = integerOf(args.text("base-floor") ?? "0", "base-floor", 0, U32_MAX);
  return {
    board,
    keyStore,
    technicians,
    image: imagePath === undefined ? undefined : readFactoryImage(context, imagePath, board, keyStore, baseFloor),
    baseFloor,
    isDevelopment,
    keepsData,
    port: portChoice(args, context),
    saysYes: args.has("yes"),
    isCi: isCi(args, context),
  };
}
