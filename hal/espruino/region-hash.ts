/** The file of boards without native SHA-256, or with too little room for it: evaluated when it is needed. */

import type { RegionHash } from "../../core/crypto/region-hash";
import { createRegionHash } from "../../core/crypto/region-hash";
import { createSha256 } from "./sha256";

/** What the file evaluates to. */
export type MakeRegionHash = (this: void, kick: (this: void) => void) => RegionHash;

export function makeRegionHash(kick: (this: void) => void): RegionHash {
  return createRegionHash(createSha256, kick);
}
