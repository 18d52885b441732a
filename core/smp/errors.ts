/** How requests are refused (docs/spec-smp.md, "Errors"). */

import { u32And } from "../u32";
import type { CborFields } from "./cbor-reader";
import type { CborWriter } from "./cbor-writer";
import type { SmpHeader } from "./frame";
import type { Management } from "./management";
import type { Grants, Right } from "./policy";
import type { Technician } from "./technician";

/** mcumgr's errors: `rc` in the answer. */
export const enum SmpError {
  Ok = 0,
  Unknown = 1,
  Invalid = 3,
  NoEntry = 5,
  BadState = 6,
  TooLarge = 7,
  NotSupported = 8,
  Busy = 10,
  Denied = 11,
  /** Added to an error of the request's own group. */
  OfGroup = 256,
}

/** What the groups of a server work with. */
export interface SmpContext {
  readonly management: Management;
  readonly writer: CborWriter;
  /** What groups 8 and 64 need; evaluated at the first request to one of them. */
  technician: Technician | undefined;
  /** What this wire may do now. */
  grants(): Grants;
}

/** Answers one request: writes the entries of the answer's map, or says why not. */
export type SmpGroup = (this: void, context: SmpContext, request: SmpHeader, fields: CborFields) => number;

export function hasRight(context: SmpContext, right: Right): boolean {
  return u32And(context.grants().rights, right) !== 0;
}

/** Errors of version 2, by group, as those of version 1: a character each, "0" for 0 and so on up to ";" for 11. */
const LEGACY_OS = "0138113";
const LEGACY_IMAGE = "0115511156111132111333333316613366";
const LEGACY_FILES = "013511111113331;5";
const LEGACY_OWN = "01:;6;;6";

/** The error of version 1 that says most of what `code` of `group` says. */
export function legacyError(group: number, code: number): number {
  let codes = LEGACY_OWN;
  if (group === 0) {
    codes = LEGACY_OS;
  } else if (group === 1) {
    codes = LEGACY_IMAGE;
  } else if (group === 8) {
    codes = LEGACY_FILES;
  }
  return code < codes.length ? codes.charCodeAt(code) - 48 : SmpError.Unknown;
}
