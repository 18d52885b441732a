/** What the bootloader needs for management over a wire; the files that serve it are loaded when they are asked for. */

import type { KeyStore } from "../../core/boot/key-store";
import type { TrustedKey } from "../../core/ports";
import type { SmpCodec } from "../../core/smp/codec";
import type { ServeLink } from "../../core/smp/link-server";
import type { Grants } from "../../core/smp/policy";
import type { CreateServer } from "../../core/smp/server";
import type { CreateTechnician } from "../../core/smp/technician";
import { openConsole } from "../../hal/espruino/console";
import type { ManagementConfig } from "../config";
import type { CreateManagement } from "../management";
import type { BoardConfig } from "./files";
import { BootFile } from "./files";

/** What the host writes into the configuration; see ManagementConfig. */
export interface ManagementFacts {
  readonly boardName: string;
  readonly isDevelopment: boolean;
  readonly policy: Grants[];
  readonly erasesPerDay: number;
  readonly recoveryTimeoutMs: number;
  readonly frameBytes: number;
  readonly frameCount: number;
  /** Whether the console can be opened beside the wires. */
  readonly hasConsole: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What the file `tb.manage` evaluates to. */
export interface ManagementFile {
  readonly createManagement: CreateManagement;
  createCodec(this: void): SmpCodec;
}

/**
 * `undefined` on a board that is not managed over a wire.
 *
 * @param load evaluates a file, wherever it stands
 * @param readTechnicians reads the technicians' key store; `undefined` if there is none, or a damaged one
 */
export function managementSettings(
  config: BoardConfig, load: (this: void, name: BootFile, crc32: number, inRam?: boolean) => unknown,
  readTechnicians: (this: void) => KeyStore | undefined,
): ManagementConfig | undefined {
  const facts = config.management;
  const crcs = config.crcs;
  if (facts === undefined) {
    return undefined;
  }
  // Over a wire to the flash chip, reading the text of what runs for each byte is most of what it takes. The server
  // runs once for each frame, and is the one whose copy there may be no room for.
  const inRam = !config.plan.isStorageMapped;
  // Everything else the host has written there under the same names.
  const settings = facts as ManagementFacts & Writable<ManagementConfig>;
  settings.loadManagement = function (): CreateManagement {
    const file = load(BootFile.Management, crcs.managementCrc, inRam) as ManagementFile;
    // With its tables of 1 KiB: no sooner than it is needed.
    settings.codec = file.createCodec();
    return file.createManagement;
  };
  settings.loadServer = () => load(BootFile.Server, crcs.serverCrc) as CreateServer;
  settings.loadLink = () => load(BootFile.Link, crcs.linkCrc, inRam) as ServeLink;
  settings.loadTechnician = () => load(BootFile.Technician, crcs.technicianCrc) as CreateTechnician;
  settings.technicianKeys = function (): TrustedKey[] {
    const keys = readTechnicians();
    return keys === undefined ? [] : keys.trustedKeys;
  };
  settings.openConsole = facts.hasConsole ? () => { openConsole(config.plan.consoleName); } : undefined;
  return settings;
}
