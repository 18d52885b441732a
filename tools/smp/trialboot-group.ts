/** Group 64: what trialboot's devices offer beyond SMP (docs/spec-smp.md). */

import { RECORD_BYTES } from "../../core/limits";
import { SmpOperation } from "../../core/smp/frame";
import { OwnCommand } from "../../core/smp/group-own";
import { bytes, flag, list, nonsense, optionalUint, text, uint } from "./answer";
import type { AnswerFields, RequestFields } from "./cbor";
import type { Patience, SmpClient, SmpRequest } from "./client";
import { isNotSupported } from "./device-error";
import { Group } from "./groups";
import { requestThatRestarts } from "./os-group";

/** Pages of a journal hold some hundred records each; a device that goes on and on is refused. */
const JOURNAL_RECORDS_MAX = 65_536;

export interface DeviceStatus {
  /** Name of the board; text of a stranger. */
  readonly board: string;
  readonly isRecovery: boolean;
  /** Why it is in recovery, or what was refused last (core/reasons.ts). */
  readonly reason: number;
  /** The running slot; `undefined` in recovery. */
  readonly slot: number | undefined;
  readonly isTrial: boolean;
  /** Starts that the trial has left. */
  readonly attemptsLeft: number;
  readonly counterFloor: number;
  readonly uptimeMs: number;
  readonly isDevelopment: boolean;
  /** Command sets that this session is logged in for, as bits. */
  readonly loginSets: number;
  /** Until logins are taken again; 0: they are. */
  readonly waitSeconds: number;
}

export interface UploadStatus {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly phase: number;
  readonly reason: number;
}

export interface JournalRead {
  /** 32 bytes each, oldest first. */
  readonly records: readonly Uint8Array[];
  /** Older ones that were overwritten. */
  readonly lostCount: number;
}

function read(command: OwnCommand, fields: RequestFields = {}): SmpRequest {
  return { operation: SmpOperation.Read, group: Group.Trialboot, command, fields };
}

function write(command: OwnCommand, fields: RequestFields = {}): SmpRequest {
  return { operation: SmpOperation.Write, group: Group.Trialboot, command, fields };
}

function statusIn(fields: AnswerFields): DeviceStatus {
  return {
    board: text(fields, "board"),
    isRecovery: flag(fields, "recovery"),
    reason: optionalUint(fields, "reason") ?? 0,
    slot: optionalUint(fields, "slot"),
    isTrial: flag(fields, "trial"),
    attemptsLeft: optionalUint(fields, "left") ?? 0,
    counterFloor: optionalUint(fields, "floor") ?? 0,
    uptimeMs: optionalUint(fields, "up") ?? 0,
    isDevelopment: flag(fields, "dev"),
    loginSets: optionalUint(fields, "login") ?? 0,
    waitSeconds: optionalUint(fields, "wait") ?? 0,
  };
}

/** `undefined` from devices that are not trialboot's. */
export async function readStatus(client: SmpClient, patience: Patience): Promise<DeviceStatus | undefined> {
  const fields = await orNotSupported(client.request(read(OwnCommand.Status), patience));
  return fields === undefined ? undefined : statusIn(fields);
}

/** `undefined` from devices that are not trialboot's. */
export async function readUploadStatus(client: SmpClient, patience: Patience): Promise<UploadStatus | undefined> {
  const fields = await orNotSupported(client.request(read(OwnCommand.Progress), patience));
  if (fields === undefined) {
    return undefined;
  }
  return {
    offsetBytes: optionalUint(fields, "off") ?? 0,
    lengthBytes: optionalUint(fields, "len") ?? 0,
    phase: optionalUint(fields, "phase") ?? 0,
    reason: optionalUint(fields, "reason") ?? 0,
  };
}

async function orNotSupported(answer: Promise<AnswerFields>): Promise<AnswerFields | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotSupported(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The whole journal, oldest record first.
 * Refuses (link) records of another size, and a device that sends records without making progress.
 */
export async function readJournal(client: SmpClient, patience: Patience): Promise<JournalRead> {
  const records: Uint8Array[] = [];
  let lostCount = 0;
  let after: number | undefined;
  while (records.length <= JOURNAL_RECORDS_MAX) {
    const fields = await client.request(read(OwnCommand.Journal, { after }), patience);
    const part = list(fields, "rec").map(recordIn);
    lostCount = optionalUint(fields, "lost") ?? lostCount;
    records.push(...part);
    const last = part.at(-1);
    if (!flag(fields, "more") || last === undefined) {
      return { records, lostCount };
    }
    const sequence = Buffer.from(last).readUInt32LE(0);
    if (after !== undefined && sequence <= after) {
      break;
    }
    after = sequence;
  }
  throw nonsense("its journal does not end");
}

function recordIn(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== RECORD_BYTES) {
    throw nonsense(`a journal record has not ${RECORD_BYTES} bytes`);
  }
  return value;
}

/** 32 bytes to sign; the device takes the next login only with these. */
export async function readChallenge(client: SmpClient, patience: Patience): Promise<Uint8Array> {
  const nonce = bytes(await client.request(read(OwnCommand.Challenge), patience), "nonce");
  if (nonce.length !== 32) {
    throw nonsense("its challenge has not 32 bytes");
  }
  return nonce;
}

export interface LoginAnswer {
  /** Command sets that were granted, as bits. */
  readonly sets: number;
  readonly validSeconds: number;
}

/**
 * @param keyName first 8 bytes of the key's hash
 * @param sets command sets asked for, as bits
 */
export async function sendLogin(
  client: SmpClient,
  keyName: Uint8Array,
  sets: number,
  signature: Uint8Array,
  patience: Patience,
): Promise<LoginAnswer> {
  const fields = await client.request(
    write(OwnCommand.Login, { key: keyName, set: sets, sig: signature }),
    patience,
  );
  return { sets: uint(fields, "set"), validSeconds: optionalUint(fields, "s") ?? 0 };
}

export async function logout(client: SmpClient, patience: Patience): Promise<void> {
  await client.request(write(OwnCommand.Logout), patience);
}

/** On trial the device restarts into the confirmed image; otherwise it arms a trial of the other one. */
export async function requestRollback(client: SmpClient, timeoutMs: number): Promise<void> {
  await requestThatRestarts(client, write(OwnCommand.Rollback), timeoutMs);
}

export async function factoryReset(client: SmpClient, patience: Patience): Promise<void> {
  await client.request(write(OwnCommand.FactoryReset), patience);
}
