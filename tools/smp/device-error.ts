/** What a device answers instead of doing what it was asked, in sentences (exit code 31). */

import { OwnError } from "../../core/smp/group-own";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { Group, SmpCode } from "./groups";

/** Errors of the protocol, of every group. */
const CODES: Readonly<Record<number, string>> = {
  1: "something went wrong that it does not name",
  2: "it has no memory left",
  3: "a value is not one that it takes",
  4: "it ran out of time",
  5: "there is no such thing on it",
  6: "it is not in a state to do that",
  7: "its answer would be too long",
  8: "it does not know this command",
  9: "what it has is corrupt",
  10: "it is busy",
  11: "access is denied",
  12: "it finds our version of the protocol too old",
  13: "it finds our version of the protocol too new",
};

/** Errors of one group (facts of Zephyr's and MCUboot's servers; 64 is trialboot's own). */
const GROUP_CODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [Group.Os]: {
    2: "the format is not valid",
    3: "the query has no answer",
    4: "its clock is not set",
    5: "its clock failed",
    6: "the answer to the query is not valid",
  },
  [Group.Image]: {
    2: "it cannot tell how its flash is laid out",
    3: "there is no image",
    4: "the image has no TLV area",
    5: "the image has an invalid TLV",
    6: "the image has several digests",
    7: "a TLV of the image has a wrong size",
    8: "it has no image with this digest",
    9: "no slot is free",
    10: "its flash cannot be opened",
    11: "its flash cannot be read",
    12: "its flash cannot be written",
    13: "its flash cannot be erased",
    14: "there is no such slot",
    15: "it has no memory left",
    16: "an upload is open already",
    17: "no upload is open",
    18: "there is no flash device",
    19: "the offset is not at the start of a page",
    20: "the offset is missing or not valid",
    21: "the length is missing or not valid",
    22: "the image is shorter than a header",
    23: "the file is no image: its first bytes are others",
    24: "the digest is not valid",
    25: "the image was built for another address",
    26: "it cannot tell which version is running",
    27: "the running version is newer",
    28: "an image is waiting to be tried already",
    29: "the start of the image is not valid",
    30: "the image is too large for the slot",
    31: "more bytes came than were announced",
    32: "confirming this image is denied",
    33: "the running image cannot be tried",
  },
  [Group.Statistics]: {
    2: "there is no such group",
    3: "there is no such name",
    4: "the size is wrong",
    5: "it gave up",
  },
  [Group.Settings]: {
    2: "the name is too long",
    3: "there is no such name",
    4: "it cannot be read",
    5: "there is no such root",
    6: "it cannot be written",
    7: "it cannot be deleted",
  },
  [Group.Files]: {
    2: "the name is not valid",
    3: "there is no such file",
    4: "it is a folder",
    5: "the file cannot be opened",
    6: "the place in the file cannot be reached",
    7: "the file cannot be read",
    8: "the file cannot be shortened",
    9: "the file cannot be deleted",
    10: "the file cannot be written",
    11: "the offset is not valid",
    12: "the offset is behind the end of the file",
    13: "it does not know this kind of hash",
    14: "there is no file system at this path",
    15: "the file system is read-only",
    16: "the file is empty",
  },
  [Group.Shell]: { 2: "the command is too long or has a wrong form" },
  [Group.Enumeration]: { 2: "there are too many entries", 3: "it has no memory left", 4: "there are fewer groups" },
  [Group.Basic]: {
    2: "its flash cannot be opened",
    3: "it cannot tell how its flash is laid out",
    4: "its flash cannot be erased",
  },
  [Group.Trialboot]: {
    [OwnError.Waiting]: "too many logins failed, and it lets nobody try for a while",
    [OwnError.BadLogin]: "it does not know this technician key, or the signature is wrong",
    [OwnError.NoChallenge]: "its challenge has expired or was used",
    [OwnError.SetNotAllowed]: "this board allows none of it to technicians",
    [OwnError.NotLoggedIn]: "this needs a technician's login",
    [OwnError.Refused]: "its boot chain does not allow that now",
  },
};

const NEXT: Readonly<Record<number, string>> = {
  [SmpCode.NotSupported]: "Its software is another one than trialboot, or an older version.",
  [SmpCode.Busy]: "Wait a moment, then try again.",
  [SmpCode.AccessDenied]: "If you have a technician key, add --technician-key FILE.",
};

const TRIALBOOT_NEXT: Readonly<Record<number, string>> = {
  [OwnError.Waiting]: "Wait, then try again with the right key; restarting the board does not shorten it.",
  [OwnError.BadLogin]: 
    "Take the key that was made for this product. Each failure makes the next wait longer.",
  [OwnError.NoChallenge]: "Try again.",
  [OwnError.SetNotAllowed]: "The board's maker decides that, in the board file.",
  [OwnError.NotLoggedIn]: "Add --technician-key FILE.",
  [OwnError.Refused]: "trialboot log says what the board did last.",
};

/** An answer that says no. */
export class DeviceError extends ToolError {
  /** Group of a group's own error; `undefined` for an error of the protocol, where `code` is an SmpCode. */
  readonly group: number | undefined;
  readonly code: number;

  constructor(group: number | undefined, code: number) {
    super(ExitCode.DeviceRefused, `The device refused: ${errorText(group, code)}.`, nextText(group, code));
    this.name = "DeviceError";
    this.group = group;
    this.code = code;
  }
}

function errorText(group: number | undefined, code: number): string {
  // 1 means "unknown" in every group as it does in the protocol.
  const texts = group === undefined || code === 1 ? CODES : GROUP_CODES[group];
  const where = group === undefined ? "error" : `error of group ${group},`;
  return texts?.[code] ?? `${where} number ${code}, which this version of trialboot does not know`;
}

function nextText(group: number | undefined, code: number): string {
  const texts = group === undefined ? NEXT : group === (Group.Trialboot as number) ? TRIALBOOT_NEXT : {};
  return texts[code] ?? "";
}

/** Whether the device does not have the command at all. */
export function isNotSupported(error: unknown): boolean {
  return error instanceof DeviceError && error.group === undefined && error.code === SmpCode.NotSupported;
}
