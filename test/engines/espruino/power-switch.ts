/** The power switch of the tests: a small library that Espruino's process loads, built where there is a C compiler. */

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Path of the library; undefined where it cannot be built. */
export function buildPowerSwitch(): string | undefined {
  const library = path.join(mkdtempSync(path.join(tmpdir(), "trialboot-switch-")), "power-switch.so");
  const source = path.join(import.meta.dirname, "power-switch.c");
  const built = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "ignore" });
  return built.status === 0 ? library : undefined;
}
