/** `trialboot sim boot`: one boot on given flash contents. What starts, and why. */

import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { bootFromSource } from "../../sim/boot-chain";
import { causeName } from "../../sim/reset";
import type { FlashContents, SingleBoot } from "../../sim/single-boot";
import { bootOn, contentBytesMax } from "../../sim/single-boot";
import { type Arguments, type CommandLine, helpText, readArguments, shown } from "../arguments";
import { type BoardFile, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createHostHash } from "../host-hash";
import { createHostVerifier } from "../host-verifier";
import { readImageFile } from "../image-file";
import { trustedKeysOf } from "../keys/trusted-keys";
import { createOutput } from "../output";
import { reasonExitCode, reasonText } from "../reason-text";
import { singleBootJson, singleBootText } from "../sim-boot-text";

/** In the order in which the help text lists them. */
const CAUSES: readonly ResetCause[] = [
  ResetCause.PowerOn,
  ResetCause.BrownOut,
  ResetCause.Pin,
  ResetCause.Watchdog,
  ResetCause.Panic,
  ResetCause.Software,
  ResetCause.DeepSleepWake,
  ResetCause.WarmStart,
  ResetCause.Unknown,
];

const CONTENTS: readonly (readonly [keyof FlashContents, string, string])[] = [
  ["slotA", "slot-a", "slot A"],
  ["slotB", "slot-b", "slot B"],
  ["journal", "journal", "the journal"],
  ["provisioning", "provisioning", "the provisioning page"],
];

export const SIM_BOOT: CommandLine = {
  name: "trialboot sim boot",
  summary:
    "Does one boot of a board with these flash contents and says what starts and why. The application itself is not " +
    "run, and no file is changed.",
  positionals: [],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/" },
    { name: "slot-a", value: "FILE", help: "What slot A holds, from its first byte on: a read-out, or an image" },
    { name: "slot-b", value: "FILE", help: "What slot B holds" },
    { name: "journal", value: "FILE", help: "What the journal holds" },
    { name: "provisioning", value: "FILE", help: "What the provisioning page holds" },
    { name: "key", short: "k", value: "PUBLIC.pem", multiple: true, help: "A key that the board trusts" },
    { name: "cause", value: "CAUSE", choices: CAUSES.map(causeName), help: "Why it starts (default: power-on)" },
    { name: "gesture", help: "The recovery gesture is made" },
  ],
  remarks: [
    "Whatever is not given, and the rest of a partition behind a shorter file, is erased.",
    "Exit codes: 0 an image starts; recovery: 31 it was asked for, 32 the image died again and again, otherwise why " +
      "the images are refused (20 to 24; of two the confirmed one counts, else slot A); 1 and 2 as everywhere.",
  ],
};

export function bootOnce(argv: readonly string[], context: Context): number {
  const args = readArguments(SIM_BOOT, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIM_BOOT) + "\n");
    return ExitCode.Ok;
  }
  const boardName = args.text("board");
  if (boardName === undefined) {
    throw usageError("sim boot needs to know which board this is.", "Add --board BOARD; boards/ has them.");
  }
  if (!args.has("slot-a") && !args.has("slot-b")) {
    throw usageError("sim boot needs the contents of at least one slot.", "Add --slot-a FILE or --slot-b FILE.");
  }
  if (!args.has("key")) {
    throw usageError("sim boot needs the public key that the board trusts.", "Add --key PUBLIC.pem.");
  }
  const board = loadBoard(boardName);
  const setting = {
    board,
    boot: bootFromSource,
    hash: createHostHash(),
    verifier: createHostVerifier(),
    trustedKeys: trustedKeysOf(context, args.texts("key")),
    reasonName: (reason: number) => reasonText(reason).name,
    cause: causeOf(args),
    gesture: args.has("gesture"),
  };
  const result = bootOn(setting, readContents(args, board, context));
  const output = createOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  const exitCode = exitCodeOf(result);
  output.jsonValue(singleBootJson(result, board, exitCode));
  output.summary(singleBootText(result, board, output));
  if (exitCode !== ExitCode.Ok) {
    const { sentence, next } = reasonText(deepestReason(result));
    output.error(`No image starts. ${sentence}`, next);
  }
  return exitCode;
}

function causeOf(args: Arguments): ResetCause {
  const name = args.text("cause");
  return CAUSES.find((cause) => causeName(cause) === name) ?? ResetCause.PowerOn;
}

function readContents(args: Arguments, board: BoardFile, context: Context): FlashContents {
  const maxBytes = contentBytesMax(board);
  const read = (content: keyof FlashContents, flag: string, title: string): Uint8Array | undefined => {
    const path = args.text(flag);
    if (path === undefined) {
      return undefined;
    }
    const { bytes } = readImageFile(context, path);
    if (bytes.length > maxBytes[content]) {
      throw failure(
        `${shown(path)} has ${bytes.length} bytes, ${title} of ${board.name} has ${maxBytes[content]}.`,
        `Check the file, and whether the board is ${board.name}.`,
      );
    }
    return bytes;
  };
  const entries = CONTENTS.map(([content, flag, title]) => [content, read(content, flag, title)] as const);
  return Object.fromEntries(entries) as unknown as FlashContents;
}

/** The reason that keeps the board from starting anything. */
function deepestReason(result: SingleBoot): Reason {
  const reason = recoveryReason(result);
  if (reason !== Reason.NothingBootable) {
    return reason;
  }
  const { slots, stateBefore } = result;
  const active = stateBefore?.active ?? 0;
  const order = [slots[active], ...slots].filter((slot) => slot !== undefined);
  const refused = order.find(({ erased, verdict }) => !erased && verdict.reason !== Reason.None);
  return refused?.verdict.reason ?? reason;
}

function recoveryReason({ appended, report }: SingleBoot): Reason {
  const entered = appended.findLast((record) => reasonText(record.detail).name === report.reason);
  return entered?.detail ?? Reason.NothingBootable;
}

function exitCodeOf(result: SingleBoot): ExitCode {
  const { started } = result.report;
  return started === "A" || started === "B" ? ExitCode.Ok : reasonExitCode(deepestReason(result));
}
