/** The keys that a board trusts, from the public keys named on the command line. */

import { TRUSTED_KEYS_MAX } from "../../core/limits";
import type { TrustedKey } from "../../core/ports";
import type { Context } from "../context";
import { usageError } from "../errors";
import { readAnyPublicKey } from "./any-public-key";

/**
 * Refuses (usage) more keys than a board has room for.
 *
 * @param takenPlaces places for keys that something else takes
 */
export function trustedKeysOf(context: Context, paths: readonly string[], takenPlaces = 0): TrustedKey[] {
  const placesLeft = TRUSTED_KEYS_MAX - takenPlaces;
  if (paths.length > placesLeft) {
    throw usageError(`There is room for ${placesLeft} keys at most, not ${paths.length}.`, "Give fewer --key.");
  }
  return paths.map((path) => readAnyPublicKey(context, path).trusted);
}
