/** Management as a simulated board has it: the files from their sources, with what a board file says of its console. */

import type { ManagementConfig } from "../../bootloader/config";
import { createManagement } from "../../bootloader/management";
import { ERASES_PER_DAY_DEFAULT, RECOVERY_TIMEOUT_MS_DEFAULT } from "../../core/limits";
import type { TrustedKey } from "../../core/ports";
import { serveLink } from "../../core/smp/link-server";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { createSmpServer } from "../../core/smp/server";
import { createTechnician } from "../../core/smp/technician";

/** Two kilobytes are what clients make the most of (Zephyr's servers have 384 to 2,475). */
const FRAME_BYTES_DEFAULT = 2048;

/** @param technicianKeys Ed25519; empty: nobody can log in */
export function simulatedManagement(
  boardName: string,
  technicianKeys: readonly TrustedKey[],
  changes: Partial<ManagementConfig> = {},
): ManagementConfig {
  return {
    loadManagement: () => createManagement,
    loadServer: () => createSmpServer,
    loadLink: () => serveLink,
    loadTechnician: () => createTechnician,
    boardName,
    isDevelopment: true,
    technicianKeys: () => [...technicianKeys],
    policy: [],
    erasesPerDay: ERASES_PER_DAY_DEFAULT,
    recoveryTimeoutMs: RECOVERY_TIMEOUT_MS_DEFAULT,
    frameBytes: FRAME_BYTES_DEFAULT,
    // The simulator's wires keep whatever comes while the board is busy.
    frameCount: 2,
    codec: createPortableCodec(),
    openConsole: undefined,
    ...changes,
  };
}
