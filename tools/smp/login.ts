/** A technician's login: the device asks, an Ed25519 key answers (docs/spec-smp.md, "Login"). */

import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { OwnError } from "../../core/smp/group-own";
import { KEY_NAME_BYTES, loginMessage } from "../../core/smp/login";
import { ToolError } from "../errors";
import { trustedKeyOf } from "../keys/public-key";
import type { Patience, SmpClient } from "./client";
import { COMMAND_SETS, type CommandSetName, setNames } from "./command-sets";
import { DeviceError } from "./device-error";
import { Group } from "./groups";
import { type LoginAnswer, readChallenge, readStatus, sendLogin } from "./trialboot-group";

/** Another client may use up the challenge in between. */
const CHALLENGES_MAX = 2;

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
      if (challenges >= CHALLENGES_MAX || !isError(error, OwnError.NoChallenge)) {
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
    if (!isError(error, OwnError.SetNotAllowed) || names.length < 2) {
      throw error;
    }
    return await grantedOneByOne(client, key, names, patience);
  }
}

async function grantedOneByOne(
  client: SmpClient,
  key: KeyObject,
  names: readonly CommandSetName[],
  patience: Patience,
): Promise<LoginAnswer> {
  let granted = 0;
  let validSeconds = 0;
  for (const name of names) {
    try {
      const set: number = COMMAND_SETS[name];
      const answer = await login(client, key, set, patience);
      granted += answer.sets === set ? set : 0;
      validSeconds = answer.validSeconds;
    } catch (error) {
      if (!isError(error, OwnError.SetNotAllowed)) {
        throw error;
      }
    }
  }
  if (granted === 0) {
    throw new DeviceError(Group.Trialboot, OwnError.SetNotAllowed);
  }
  return { sets: granted, validSeconds };
}

function isError(error: unknown, code: OwnError): boolean {
  return error instanceof DeviceError && error.group === Group.Trialboot && error.code === code;
}
