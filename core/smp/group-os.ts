/** Group 0, OS: echo, restart, parameters, texts about the device. */

import { formatVersion } from "./listing";
import type { CborFields } from "./cbor-reader";
import { CborType, fieldIsWrong, flagField, hasField, textBytesField, textField, uintField } from "./cbor-reader";
import { writeEntry } from "./entry";
import type { SmpContext } from "./errors";
import { hasRight, SmpError } from "./errors";
import type { SmpHeader } from "./frame";
import { SmpOperation } from "./frame";
import { Right } from "./policy";

/** Commands of the group that this server knows. */
export const enum OsCommand {
  Echo = 0,
  Reset = 5,
  Params = 6,
  Info = 7,
  Bootloader = 8,
}

const enum OsError {
  InvalidFormat = 2,
  NoAnswer = 3,
}

/**
 * What clients see is a swap (MCUBOOT_MODE_SWAP_USING_MOVE): slot 0 runs, uploads go to slot 1. Those that know of
 * direct XIP would want an image for each slot.
 */
const MODE_SWAP = 3;

const NAME = "trialboot";

/** Letters that `format` may have, in the order of their texts; `a` is all of them. */
const INFO_LETTERS = "snrvbmpio";

function restart(context: SmpContext, fields: CborFields): number {
  const mode = uintField(fields, "boot_mode");
  if (!hasRight(context, Right.Reset)) {
    return SmpError.Denied;
  }
  if (fieldIsWrong(fields, "boot_mode", CborType.Unsigned) || mode !== undefined && mode > 1) {
    return SmpError.Invalid;
  }
  if (context.management.isBusy() && flagField(fields, "force") !== true) {
    return SmpError.Busy;
  }
  context.management.restart(mode === 1);
  return SmpError.Ok;
}

function info(context: SmpContext, fields: CborFields): number {
  const wanted = textField(fields, "format");
  const format = wanted === undefined || wanted === "" ? "s" : wanted;
  const status = context.management.describe();
  const running = status.runningSlot === undefined ? undefined : context.management.listSlot(0);
  const version = running === undefined ? "recovery" : formatVersion(running.version);
  const board = context.management.settings.boardName;
  const texts = [NAME, board, version, version, "unknown", board, "unknown", NAME, NAME];
  let output = "";
  for (let i = 0; i < format.length; i++) {
    if ((INFO_LETTERS + "a").indexOf(format.charAt(i)) < 0) {
      return SmpError.OfGroup + OsError.InvalidFormat;
    }
  }
  for (let i = 0; i < texts.length; i++) {
    if (format.indexOf("a") >= 0 || format.indexOf(INFO_LETTERS.charAt(i)) >= 0) {
      output += (output === "" ? "" : " ") + texts[i];
    }
  }
  writeEntry(context.writer, "output", output);
  return SmpError.Ok;
}

export function handleOs(context: SmpContext, request: SmpHeader, fields: CborFields): number {
  const writer = context.writer;
  const isRead = request.operation === SmpOperation.Read;
  if (request.command === OsCommand.Echo) {
    const text = textBytesField(fields, "d");
    if (text === undefined) {
      return SmpError.Invalid;
    }
    writer.key("r");
    writer.textBytes(text);
    return SmpError.Ok;
  }
  if (request.command === OsCommand.Reset && !isRead) {
    return restart(context, fields);
  }
  if (request.command === OsCommand.Params && isRead) {
    const frameCount = context.management.settings.frameCount;
    writeEntry(writer, "buf_size", context.management.settings.frameBytes);
    writeEntry(writer, "buf_count", frameCount === undefined ? 1 : frameCount);
    return SmpError.Ok;
  }
  if (request.command === OsCommand.Info && isRead) {
    return info(context, fields);
  }
  if (request.command === OsCommand.Bootloader && isRead) {
    if (!hasField(fields, "query")) {
      writeEntry(writer, "bootloader", "MCUboot");
    } else if (textField(fields, "query") === "mode") {
      writeEntry(writer, "mode", MODE_SWAP);
    } else {
      return SmpError.OfGroup + OsError.NoAnswer;
    }
    return SmpError.Ok;
  }
  return SmpError.NotSupported;
}
