/** Group 64, trialboot's own: what SMP has no command for (docs/spec-smp.md, "Group 64"). */

import { readU32 } from "../bytes";
import { LOGIN_SECONDS, RECORD_BYTES } from "../limits";
import { Reason } from "../reasons";
import { u32And } from "../u32";
import type { CborFields } from "./cbor-reader";
import { bytesField, uintField } from "./cbor-reader";
import { writeEntry } from "./entry";
import type { SmpContext } from "./errors";
import { hasRight, SmpError } from "./errors";
import type { SmpHeader } from "./frame";
import { SmpOperation } from "./frame";
import type { Login } from "./login";
import { KEY_NAME_BYTES } from "./login";
import { CommandSet, Right } from "./policy";

/** Number of the group. */
export const OWN_GROUP = 64;

/** Commands of the group. Numbers on the wire: never renumber. */
export const enum OwnCommand {
  Status = 0,
  Challenge = 1,
  Login = 2,
  Logout = 3,
  Progress = 4,
  Journal = 5,
  Rollback = 6,
  FactoryReset = 7,
  Console = 8,
}

/** Errors of the group. Numbers on the wire: never renumber. */
export const enum OwnError {
  Waiting = 2,
  BadLogin = 3,
  NoChallenge = 4,
  SetNotAllowed = 5,
  NotLoggedIn = 6,
  Refused = 7,
}

const SIGNATURE_BYTES = 64;
const SET_END = 16;
/** What an answer with records holds beside them, and what CBOR adds to each. */
const JOURNAL_EXTRA_BYTES = 40;
const RECORD_HEAD_BYTES = 2;

function status(context: SmpContext, login: Login): number {
  const management = context.management;
  const board = management.describe();
  const wait = management.loginWaitSeconds();
  writeEntry(context.writer, "board", management.settings.boardName);
  writeEntry(context.writer, "recovery", board.runningSlot === undefined);
  writeEntry(context.writer, "reason", board.reason);
  if (board.runningSlot !== undefined) {
    writeEntry(context.writer, "slot", board.runningSlot);
  }
  writeEntry(context.writer, "trial", board.isOnTrial);
  writeEntry(context.writer, "left", board.attemptsLeft);
  writeEntry(context.writer, "floor", board.securityFloor);
  writeEntry(context.writer, "up", Math.floor(management.clock.uptimeMs()));
  writeEntry(context.writer, "dev", management.settings.isDevelopment);
  writeEntry(context.writer, "login", login.sets());
  if (wait > 0) {
    writeEntry(context.writer, "wait", wait);
  }
  return SmpError.Ok;
}

function challenge(context: SmpContext, login: Login): number {
  if (context.management.loginWaitSeconds() > 0) {
    return SmpError.OfGroup + OwnError.Waiting;
  }
  const nonce = login.challenge();
  if (nonce === undefined) {
    return SmpError.OfGroup + OwnError.Refused;
  }
  writeEntry(context.writer, "nonce", nonce);
  return SmpError.Ok;
}

function logIn(context: SmpContext, login: Login, fields: CborFields): number {
  const key = bytesField(fields, "key");
  const signature = bytesField(fields, "sig");
  const sets = uintField(fields, "set");
  if (
    key === undefined || key.length !== KEY_NAME_BYTES || signature === undefined ||
    signature.length !== SIGNATURE_BYTES || sets === undefined || sets >= SET_END
  ) {
    return SmpError.Invalid;
  }
  if (context.management.loginWaitSeconds() > 0) {
    return SmpError.OfGroup + OwnError.Waiting;
  }
  if (!login.isChallenged()) {
    return SmpError.OfGroup + OwnError.NoChallenge;
  }
  if (u32And(context.grants().sets, sets) !== sets) {
    return SmpError.OfGroup + OwnError.SetNotAllowed;
  }
  if (!login.respond(key, sets, signature)) {
    return SmpError.OfGroup + OwnError.BadLogin;
  }
  writeEntry(context.writer, "set", sets);
  writeEntry(context.writer, "s", LOGIN_SECONDS);
  return SmpError.Ok;
}

function progress(context: SmpContext): number {
  const upload = context.management.upload;
  writeEntry(context.writer, "off", upload.nextBytes);
  writeEntry(context.writer, "len", upload.lengthBytes);
  writeEntry(context.writer, "sha", upload.file);
  writeEntry(context.writer, "phase", upload.phase);
  writeEntry(context.writer, "reason", upload.reason);
  return SmpError.Ok;
}

function journal(context: SmpContext, fields: CborFields): number {
  const writer = context.writer;
  const after = uintField(fields, "after");
  const first = after === undefined ? 0 : after;
  let room = context.management.settings.frameBytes - JOURNAL_EXTRA_BYTES;
  let oldest = 0;
  let isMore = false;
  if (!hasRight(context, Right.Read)) {
    return SmpError.Denied;
  }
  writer.key("rec");
  writer.openArray();
  context.management.readJournal(function (record: Uint8Array): void {
    const sequence = readU32(record, 0);
    if (oldest === 0) {
      oldest = sequence;
    }
    if (sequence > first) {
      isMore = room < RECORD_BYTES + RECORD_HEAD_BYTES;
      if (!isMore) {
        room -= RECORD_BYTES + RECORD_HEAD_BYTES;
        writer.bytes(record);
      }
    }
  });
  writer.close();
  writeEntry(context.writer, "more", isMore);
  writeEntry(context.writer, "lost", Math.max(oldest - 1 - first, 0));
  return SmpError.Ok;
}

/** Answers what needs a login. */
function privileged(context: SmpContext, login: Login, command: number): number {
  const set = command === OwnCommand.Console ? CommandSet.Console : CommandSet.FactoryReset;
  if (!login.mayUse(set)) {
    return SmpError.OfGroup + OwnError.NotLoggedIn;
  }
  if (set === CommandSet.Console) {
    const openConsole = context.management.settings.openConsole;
    if (openConsole === undefined) {
      return SmpError.NotSupported;
    }
    openConsole();
    return SmpError.Ok;
  }
  context.management.resetData();
  return SmpError.Ok;
}

function change(context: SmpContext, login: Login, command: number, fields: CborFields): number {
  if (command === OwnCommand.Login) {
    return logIn(context, login, fields);
  }
  if (command === OwnCommand.Logout) {
    login.logOut();
    return SmpError.Ok;
  }
  if (command === OwnCommand.Rollback) {
    if (!hasRight(context, Right.Test)) {
      return SmpError.Denied;
    }
    return context.management.rollBack() === Reason.None ? SmpError.Ok : SmpError.OfGroup + OwnError.Refused;
  }
  return command === OwnCommand.FactoryReset || command === OwnCommand.Console
    ? privileged(context, login, command)
    : SmpError.NotSupported;
}

export function handleOwn(context: SmpContext, login: Login, request: SmpHeader, fields: CborFields): number {
  const command = request.command;
  if (request.operation === SmpOperation.Write) {
    return change(context, login, command, fields);
  }
  if (command === OwnCommand.Status) {
    return status(context, login);
  }
  if (command === OwnCommand.Challenge) {
    return challenge(context, login);
  }
  if (command === OwnCommand.Progress) {
    return progress(context);
  }
  return command === OwnCommand.Journal ? journal(context, fields) : SmpError.NotSupported;
}
