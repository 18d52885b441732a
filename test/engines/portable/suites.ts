/** Every portable suite. A new one is added here and runs on all engines. */

import { bytesSuite } from "./bytes";
import { bootSuite } from "./boot";
import type { Suite } from "./check";
import { decideSuite } from "./decide";
import { ed25519Suite } from "./ed25519";
import { hashesSuite } from "./hashes";
import { journalSuite } from "./journal";
import { lmsSuite } from "./lms";
import { smpSuite } from "./smp";
import { smpServerSuite } from "./smp-server";
import { u32Suite } from "./u32";
import { uint8ArraySuite } from "./uint8array";

export const SUITES: Suite[] = [
  uint8ArraySuite, bytesSuite, u32Suite, hashesSuite, journalSuite, decideSuite, bootSuite, lmsSuite, ed25519Suite,
  smpSuite, smpServerSuite,
];
