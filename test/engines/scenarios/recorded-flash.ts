/**
 * The CRC-32 of all flash after every start of a scenario, recorded once: what expectations do not name - padding,
 * positions, seals - must not change unnoticed. `node --import tsx test/engines/scenarios/record.ts` writes them anew.
 */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createHostHash } from "../../../tools/host-hash";
import { PARTITION_NAMES } from "./layout";
import type { Observation } from "./observation";

const HASH = createHostHash();
const FILE = path.join(import.meta.dirname, "recorded-flash.json");

export function flashCrc(observations: readonly Observation[]): string {
  const parts = observations.flatMap(({ flash }) => PARTITION_NAMES.map((name) => flash[name]));
  return HASH.crc32(new Uint8Array(Buffer.concat(parts))).toString(16).padStart(8, "0");
}

export function recordedCrcs(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>;
}

export function recordCrcs(crcs: Readonly<Record<string, string>>): void {
  writeFileSync(FILE, `${JSON.stringify(crcs, null, 2)}\n`);
}
