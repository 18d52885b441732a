/** The boot chain with one place of its source changed: how known bugs of others are made to happen here. */

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ManagementConfig } from "../../../bootloader/config";
import type * as main from "../../../bootloader/main";
import type * as management from "../../../bootloader/management";
import type * as service from "../../../bootloader/service";
import type * as server from "../../../core/smp/server";
import type * as technician from "../../../core/smp/technician";
import type { BootFunction } from "../../../sim/machine-options";
import { REPOSITORY } from "../../../tools/build/repository";

export interface Change {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface ChangedCopy {
  readonly boot: BootFunction;
  /** What the copy has for boards with a wire. */
  readonly management: Partial<ManagementConfig>;
  remove(): void;
}

/** Copies what the bootloader is made of, changes it, and loads it from there. */
export async function changedCopy(changes: readonly Change[]): Promise<ChangedCopy> {
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-changed-"));
  for (const name of ["core", "hal", "bootloader"]) {
    cpSync(path.join(REPOSITORY, name), path.join(folder, name), { recursive: true });
  }
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const { file, from, to } of changes) {
    const name = path.join(folder, file);
    const parts = readFileSync(name, "utf8").split(from);
    assert.equal(parts.length, 2, `${file} does not have this once: ${from}`);
    writeFileSync(name, parts.join(to));
  }
  const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(path.join(folder, file)).href)) as T;
  const { boot } = await load<typeof main>("bootloader/main.ts");
  const { createService } = await load<typeof service>("bootloader/service.ts");
  const { createManagement } = await load<typeof management>("bootloader/management.ts");
  const { createSmpServer } = await load<typeof server>("core/smp/server.ts");
  const { createTechnician } = await load<typeof technician>("core/smp/technician.ts");
  return {
    management: {
      loadManagement: () => createManagement,
      loadServer: () => createSmpServer,
      loadTechnician: () => createTechnician,
    },
    boot: (board, config) => boot(board, config, createService),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
