/** A technician's login: the device asks, an Ed25519 key answers (docs/spec-smp.md, "Login"). */

import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { ToolError } from "../errors";
import { trustedKeyOf } from "../keys/public-key";
import type { Patience, SmpClient } from "./client";
import { DeviceError } from "./device-error";
import { Group, TrialbootError } from "./groups";
import { type LoginAnswer, readChallenge, readStatus, sendLogin } from "./trialboot-group";

/** Command sets that a login can open. Bits on the wire: never renumber. */
export const COMMAND_SETS = { erase: 1, "factory-reset": 2, files: 4, console: 8 } as const;
export type CommandSet = keyof typeof COMMAND_SETS;

/** What a login's signature covers starts with this, so that it can stand for nothing else. */
const PURPOSE = "trialboot login 1\u0000";
/** Bytes of the key's hash that name it. */
const KEY_NAME_BYTES = 8;
/** Another client may use up the challenge in between. */
const CHALLENGES_MAX = 2;

/** The bytes that are signed. */
export function loginMessage(nonce: Uint8Array, sets: number, keyName: Uint8Array): Uint8Array {
  const setBytes = Buffer.alloc(4);
  setBytes.writeUInt32BE(sets);
  return new Uint8Array(Buffer.concat([Buffer.from(PURPOSE, "latin1"), nonce, setBytes, keyName]));
}

/** Names of the sets in a number of bits, in the order of the bits. */
export function setNames(sets: number): CommandSet[] {
  const names = Object.keys(COMMAND_SETS) as CommandSet[];
  return names.filter((name) => Math.floor(sets / COMMAND_SETS[name]) % 2 === 1);
}

/** The bits of some sets. */
export function setBits(names: readonly CommandSet[]): number {
  return [...new Set(names)].reduce((bits, name) => bits + COMMAND_SETS[name], 0);
}

/**
 * Logs this session in.
 * @param key a private Ed25519 key that the board knows as a technician's
 * @param sets command sets asked for, as bits
 * Refuses (refused): unknown key, back-off, sets that the board's policy does not allow.
 */
export async function login(client: SmpClient, key: KeyObject, sets: number, patience: Patience): Promise<LoginAnswer> {
  const keyName = trustedKeyOf(createPublicKey(key)).keyHash.subarray(0, KEY_NAME_BYTES);
  for (let challenges = 1; ; challenges++) {
    const nonce = await challenge(client, patience);
    const signature = sign(null, loginMessage(nonce, sets, keyName), key);
    try {
      return await sendLogin(client, keyName, sets, new Uint8Array(signature), patience);
    } catch (error) {
      if (challenges >= CHALLENGES_MAX || !isError(error, TrialbootError.NoChallenge)) {
        throw error;
      }
    }
  }
}

/** The device tells how long it takes no logins by its status, not by the refusal. */
async function challenge(client: SmpClient, patience: Patience): Promise<Uint8Array> {
  try {
    return await readChallenge(client, patience);
  } catch (error) {
    if (!(error instanceof DeviceError)) {
      throw error;
    }
    const status = await readStatus(client, patience);
    const waitSeconds = status?.waitSeconds ?? 0;
    if (waitSeconds === 0) {
      throw error;
    }
    const next = `Wait ${waitSeconds} s, then try with the right key; restarting the board does not shorten it.`;
    throw new ToolError(error.exitCode, error.message, next);
  }
}

/** Which sets the board grants to this key: all that are asked for, or, if it refuses them together, each by itself. */
export async function grantedSets(
  client: SmpClient,
  key: KeyObject,
  sets: number,
  patience: Patience,
): Promise<LoginAnswer> {
  try {
    return await login(client, key, sets, patience);
  } catch (error) {
    const names = setNames(sets);
    if (!isError(error, TrialbootError.SetNotAllowed) || names.length < 2) {
      throw error;
    }
    return await grantedOneByOne(client, key, names, patience);
  }
}

async function grantedOneByOne(
  client: SmpClient,
  key: KeyObject,
  names: readonly CommandSet[],
  patience: Patience,
): Promise<LoginAnswer> {
  let granted = 0;
  let validSeconds = 0;
  for (const name of names) {
    try {
      const answer = await login(client, key, COMMAND_SETS[name], patience);
      granted += answer.sets === (COMMAND_SETS[name] as number) ? answer.sets : 0;
      validSeconds = answer.validSeconds;
    } catch (error) {
      if (!isError(error, TrialbootError.SetNotAllowed)) {
        throw error;
      }
    }
  }
  if (granted === 0) {
    throw new DeviceError(Group.Trialboot, TrialbootError.SetNotAllowed);
  }
  return { sets: granted, validSeconds };
}

function isError(error: unknown, code: TrialbootError): boolean {
  return error instanceof DeviceError && error.group === Group.Trialboot && error.code === code;
}
