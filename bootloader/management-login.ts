/** What logins need of the board: nonces, technicians' keys, and a memory of failures that a restart does not erase. */

import { startsWith, viewBytes } from "../core/bytes";
import { RECORD_DIGEST_BYTES, RecordType } from "../core/journal/record";
import { LOGIN_WAIT_SECONDS_MAX } from "../core/limits";
import { Slot } from "../core/slot";
import { appendNote } from "./management-log";
import type { ManagementSite } from "./management-site";

const MS_PER_SECOND = 1000;
const RANDOM_BYTES = 32;
const KEY_NAME_BYTES = 8;

export interface LoginDesk {
  readonly site: ManagementSite;
  /** Uptime of the last failure; 0, the start, for those of earlier starts: a restart begins the wait anew. */
  failedMs: number;
  /** Nonces given away since the start. */
  nonces: number;
}

/** See Management.loginWaitSeconds. */
export function loginWaitSeconds(desk: LoginDesk): number {
  let seconds = 1;
  for (let i = 0; i < desk.site.log.failures && seconds < LOGIN_WAIT_SECONDS_MAX; i++) {
    seconds *= 2;
  }
  const passed = (desk.site.chain.board.clock.uptimeMs() - desk.failedMs) / MS_PER_SECOND;
  return desk.site.log.failures === 0 ? 0 : Math.max(Math.ceil(seconds - passed), 0);
}

/**
 * See Management.createNonce: HMAC under the device key over the journal's sequence, which a record of this start makes
 * one that was never there before, a count, and random bytes, which alone would not do where a generator has a fixed
 * seed.
 */
export function createNonce(desk: LoginDesk): Uint8Array | undefined {
  const chain = desk.site.chain;
  const random = chain.board.random.bytes(RANDOM_BYTES);
  const key = chain.block.deviceKey === undefined ? random : chain.block.deviceKey;
  if (desk.nonces === 0 && !appendNote(chain, RecordType.LoginChallenge, Slot.None, 0, undefined, 0)) {
    return undefined;
  }
  desk.nonces++;
  const message = chain.loadService().makeRecord(
    RecordType.LoginChallenge, Slot.None, desk.nonces % 65536, random, chain.ledger.nextSequence,
  );
  return chain.loadService().hmacSha256(chain.board.hash, key, message);
}

/** See Management.authenticate. Gives the hash of the key that signed. */
export function authenticate(
  desk: LoginDesk, keyName: Uint8Array, message: Uint8Array, signature: Uint8Array, sets: number,
): Uint8Array | undefined {
  const chain = desk.site.chain;
  const log = desk.site.log;
  const keys = desk.site.settings.technicianKeys();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (startsWith(key.keyHash, keyName) && chain.board.verifier.verify(key, message, signature)) {
      log.failures = 0;
      return appendNote(chain, RecordType.LoginGranted, Slot.None, sets, key.keyHash, 0) ? key.keyHash : undefined;
    }
  }
  log.failures++;
  desk.failedMs = chain.board.clock.uptimeMs();
  const name = new Uint8Array(RECORD_DIGEST_BYTES);
  name.set(viewBytes(keyName, 0, KEY_NAME_BYTES), 0);
  appendNote(chain, RecordType.LoginFailed, Slot.None, log.failures, name, 0);
  return undefined;
}
