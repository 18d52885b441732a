/** A technician's login on one wire: challenge and response, for a while, for some command sets. */

import { u32And } from "../u32";
import { LOGIN_SECONDS } from "../limits";
import type { Management } from "./management";
import { CommandSet } from "./policy";

/** ASCII; a zero byte follows. */
const CONTEXT = "trialboot login 1";
/** First bytes of a key's hash, by which clients name it. */
export const KEY_NAME_BYTES = 8;
/** 17 of the context, the zero byte, 32 of the nonce, 4 of the command sets, and the name of the key. */
const MESSAGE_BYTES = 62;
const MS_PER_SECOND = 1000;

export interface Login {
  /** A new nonce, in place of one that was not used; `undefined`: the journal takes no record. */
  challenge(): Uint8Array | undefined;
  /** Whether a nonce is outstanding. */
  isChallenged(): boolean;
  /**
   * Uses the nonce up.
   *
   * @param keyName first 8 bytes of the key's hash
   * @param sets the command sets that the signature is about
   */
  respond(keyName: Uint8Array, sets: number, signature: Uint8Array): boolean;
  logOut(): void;
  /** The command sets that this wire is logged in for. */
  sets(this: void): number;
  /** Whether `set` may be used now, and its use is recorded. */
  mayUse(set: CommandSet): boolean;
}

/** What a technician's key signs: context, zero byte, nonce, command sets (u32, big-endian), name of the key. */
export function loginMessage(nonce: Uint8Array, sets: number, keyName: Uint8Array): Uint8Array {
  const message = new Uint8Array(MESSAGE_BYTES);
  for (let i = 0; i < CONTEXT.length; i++) {
    message[i] = CONTEXT.charCodeAt(i);
  }
  message.set(nonce, CONTEXT.length + 1);
  // Command sets are below 256.
  message[MESSAGE_BYTES - KEY_NAME_BYTES - 1] = sets;
  message.set(keyName, MESSAGE_BYTES - KEY_NAME_BYTES);
  return message;
}

export function createLogin(management: Management): Login {
  let nonce: Uint8Array | undefined;
  let keyHash: Uint8Array | undefined;
  let granted = 0;
  let endMs = 0;
  /** Whether files were read in this login. */
  let hasRead = false;

  function sets(): number {
    return management.clock.uptimeMs() < endMs ? granted : 0;
  }

  return {
    sets,
    challenge(): Uint8Array | undefined {
      nonce = management.createNonce();
      return nonce;
    },
    isChallenged: () => nonce !== undefined,
    respond(keyName: Uint8Array, wanted: number, signature: Uint8Array): boolean {
      const message = nonce === undefined ? undefined : loginMessage(nonce, wanted, keyName);
      nonce = undefined;
      hasRead = false;
      keyHash = message === undefined ? undefined : management.authenticate(keyName, message, signature, wanted);
      granted = keyHash === undefined ? 0 : wanted;
      endMs = management.clock.uptimeMs() + LOGIN_SECONDS * MS_PER_SECOND;
      return keyHash !== undefined;
    },
    logOut(): void {
      nonce = undefined;
      granted = 0;
    },
    mayUse(set: CommandSet): boolean {
      if (keyHash === undefined || u32And(sets(), set) === 0) {
        return false;
      }
      // A file is read by many requests: noted once, or reading the journal would never come to its end.
      const isNoted = set === CommandSet.Files && hasRead || management.recordUse(set, keyHash);
      hasRead = hasRead || set === CommandSet.Files;
      return isNoted;
    },
  };
}
