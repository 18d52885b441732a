/** Group 1, images: list, upload, test, confirm, erase. */

import { startsWith } from "../bytes";
import { trailerStart } from "../image/trailer";
import { IMAGE_HEADER_BYTES } from "../limits";
import { Reason } from "../reasons";
import { u32And } from "../u32";
import type { CborFields } from "./cbor-reader";
import { bytesField, CborType, fieldIsWrong, flagField, uintField } from "./cbor-reader";
import { writeEntry } from "./entry";
import type { SmpContext } from "./errors";
import { hasRight, SmpError } from "./errors";
import type { SmpHeader } from "./frame";
import { SmpOperation } from "./frame";
import { writeListing } from "./listing";
import { CommandSet, Right } from "./policy";

/** Commands of the group that this server knows. */
export const enum ImageCommand {
  State = 0,
  Upload = 1,
  Erase = 5,
  SlotInfo = 6,
}

/** Errors of the group that are answered. */
const enum ImageError {
  Unknown = 1,
  NoImage = 3,
  HashNotFound = 8,
  NoFreeSlot = 9,
  FlashWrite = 12,
  InvalidSlot = 14,
  MissingOffset = 20,
  MissingLength = 21,
  ShorterThanHeader = 22,
  HeaderMagic = 23,
  InvalidHash = 24,
  LoadAddress = 25,
  NotNewer = 27,
  AlreadyPending = 28,
  TooLarge = 30,
  Overrun = 31,
  ConfirmDenied = 32,
  TestOfActiveDenied = 33,
}

const SLOTS = 2;
const FREE_SLOT = 1;
const DIGEST_BYTES = 32;
/** Clients that mean a slot say so here: the free one is taken whichever they name. */
const UPLOAD_IMAGE_MAX = 2;

/** How clients are told of a refusal by the boot chain; the reason itself is in group 64, progress. */
function errorOf(reason: Reason): number {
  let code: number = ImageError.Unknown;
  if (reason === Reason.None) {
    return SmpError.Ok;
  }
  if (reason === Reason.EraseLimit) {
    return SmpError.Denied;
  }
  if (reason === Reason.TrialRunning) {
    code = ImageError.NoFreeSlot;
  } else if (reason === Reason.ImageMagic) {
    code = ImageError.HeaderMagic;
  } else if (reason === Reason.ImageTooLarge) {
    code = ImageError.TooLarge;
  } else if (reason === Reason.WrongAddress) {
    code = ImageError.LoadAddress;
  } else if (reason === Reason.CounterBelowFloor || reason === Reason.VersionNotNewer) {
    code = ImageError.NotNewer;
  } else if (reason === Reason.SizeMismatch) {
    code = ImageError.Overrun;
  } else if (reason === Reason.JournalUnwritable) {
    code = ImageError.FlashWrite;
  } else if (reason === Reason.SlotEmpty) {
    code = ImageError.NoImage;
  } else if (reason === Reason.TrialRejected) {
    code = ImageError.ConfirmDenied;
  } else if (reason === Reason.SlotInUse) {
    code = ImageError.AlreadyPending;
  } else if (reason >= Reason.DigestMissing && reason <= Reason.VerifierBroken) {
    code = ImageError.InvalidHash;
  }
  return SmpError.OfGroup + code;
}

function list(context: SmpContext): number {
  const writer = context.writer;
  writer.key("images");
  writer.openArray();
  for (let slot = 0; slot < SLOTS; slot++) {
    const listing = context.management.listSlot(slot);
    if (listing !== undefined) {
      writeListing(writer, slot, listing);
    }
  }
  writer.close();
  return SmpError.Ok;
}

/** The slot that holds the image of this digest, the free one first; -1 if none does. */
function findSlot(context: SmpContext, digest: Uint8Array): number {
  let slot = FREE_SLOT;
  while (slot >= 0) {
    const listing = context.management.listSlot(slot);
    if (listing !== undefined && startsWith(listing.digest, digest)) {
      return slot;
    }
    slot--;
  }
  return slot;
}

function setState(context: SmpContext, fields: CborFields): number {
  const management = context.management;
  const digest = bytesField(fields, "hash");
  const confirms = flagField(fields, "confirm") === true;
  const hasRunning = management.describe().runningSlot !== undefined;
  if (!hasRight(context, Right.Test)) {
    return SmpError.Denied;
  }
  if (fieldIsWrong(fields, "hash", CborType.Bytes) || digest === undefined && !confirms) {
    return SmpError.Invalid;
  }
  if (digest !== undefined && digest.length !== DIGEST_BYTES) {
    return SmpError.OfGroup + ImageError.InvalidHash;
  }
  // Finishes an upload that is being verified, so that what follows sees its end.
  let slot = digest === undefined ? 0 : findSlot(context, digest);
  const running = management.listSlot(0);
  if (confirms && hasRunning && digest !== undefined && running !== undefined && startsWith(running.digest, digest)) {
    slot = 0;
  }
  if (slot < 0) {
    return SmpError.OfGroup + ImageError.HashNotFound;
  }
  if (slot > 0 || digest !== undefined && !hasRunning) {
    return errorOf(management.arm(slot, confirms));
  }
  if (!hasRunning) {
    return SmpError.OfGroup + ImageError.NoImage;
  }
  return confirms ? errorOf(management.confirm()) : SmpError.OfGroup + ImageError.TestOfActiveDenied;
}

function upload(context: SmpContext, fields: CborFields): number {
  const management = context.management;
  const status = management.upload;
  const login = context.technician === undefined ? undefined : context.technician.login;
  const offsetBytes = uintField(fields, "off");
  const data = bytesField(fields, "data");
  const lengthBytes = uintField(fields, "len");
  const image = uintField(fields, "image");
  if (!hasRight(context, Right.Upload)) {
    return SmpError.Denied;
  }
  if (
    fieldIsWrong(fields, "off", CborType.Unsigned) || fieldIsWrong(fields, "len", CborType.Unsigned) ||
    fieldIsWrong(fields, "image", CborType.Unsigned) || fieldIsWrong(fields, "sha", CborType.Bytes) ||
    data === undefined
  ) {
    return SmpError.Invalid;
  }
  if (offsetBytes === undefined) {
    return SmpError.OfGroup + ImageError.MissingOffset;
  }
  if (image !== undefined && image > UPLOAD_IMAGE_MAX) {
    return SmpError.OfGroup + ImageError.InvalidSlot;
  }
  if (offsetBytes === 0) {
    if (lengthBytes === undefined) {
      return SmpError.OfGroup + ImageError.MissingLength;
    }
    if (data.length > lengthBytes) {
      return SmpError.OfGroup + ImageError.Overrun;
    }
    if (data.length < IMAGE_HEADER_BYTES) {
      return SmpError.OfGroup + ImageError.ShorterThanHeader;
    }
  }
  const code = errorOf(management.takeChunk({
    offsetBytes, data, lengthBytes, sha: bytesField(fields, "sha"),
    isUpgradeOnly: flagField(fields, "upgrade") === true,
  }, login !== undefined && u32And(login.sets(), CommandSet.Erase) !== 0));
  if (code !== SmpError.Ok) {
    return code;
  }
  writeEntry(context.writer, "off", status.nextBytes);
  if (status.isMatch !== undefined) {
    writeEntry(context.writer, "match", status.isMatch);
  }
  return SmpError.Ok;
}

function slotInfo(context: SmpContext): number {
  const writer = context.writer;
  writer.key("images");
  writer.openArray();
  writer.openMap();
  writeEntry(writer, "image", 0);
  writer.key("slots");
  writer.openArray();
  for (let slot = 0; slot < SLOTS; slot++) {
    writer.openMap();
    writeEntry(writer, "slot", slot);
    writeEntry(writer, "size", context.management.slotSizeBytes());
    if (slot === FREE_SLOT) {
      writeEntry(writer, "upload_image_id", 0);
    }
    writer.close();
  }
  writer.close();
  writeEntry(writer, "max_image_size", trailerStart(context.management.slotSizeBytes()));
  writer.close();
  writer.close();
  return SmpError.Ok;
}

function erase(context: SmpContext, fields: CborFields): number {
  const slot = uintField(fields, "slot");
  if (fieldIsWrong(fields, "slot", CborType.Unsigned)) {
    return SmpError.Invalid;
  }
  if (slot !== undefined && slot !== FREE_SLOT) {
    return SmpError.OfGroup + ImageError.InvalidSlot;
  }
  const technician = context.technician;
  return technician !== undefined && technician.login.mayUse(CommandSet.Erase)
    ? errorOf(context.management.eraseSlot())
    : SmpError.Denied;
}

export function handleImage(context: SmpContext, request: SmpHeader, fields: CborFields): number {
  const isRead = request.operation === SmpOperation.Read;
  if (request.command === ImageCommand.State) {
    const code = isRead ? SmpError.Ok : setState(context, fields);
    return code === SmpError.Ok ? list(context) : code;
  }
  if (request.command === ImageCommand.Upload && !isRead) {
    return upload(context, fields);
  }
  if (request.command === ImageCommand.Erase && !isRead) {
    return erase(context, fields);
  }
  return request.command === ImageCommand.SlotInfo && isRead ? slotInfo(context) : SmpError.NotSupported;
}
