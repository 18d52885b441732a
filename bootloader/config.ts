/** What the build bakes into a bootloader for one product on one board. */

import type { SignaturePolicy } from "../core/image/signatures";
import type { TrustedKey } from "../core/ports";
import type { SmpCodec } from "../core/smp/codec";
import type { ServeLink } from "../core/smp/link-server";
import type { Grants } from "../core/smp/policy";
import type { CreateServer } from "../core/smp/server";
import type { CreateTechnician } from "../core/smp/technician";
import type { CreateManagement } from "./management";

/** How an ordinary boot checks images. */
export const enum VerifyMode {
  /** Digest and signature at every boot. */
  Full = 0,
  /** Digest and the seal that was written after a full verification; without a valid seal, as Full. */
  Seal = 1,
  /** As Seal, but the seal covers a CRC-32 of the image, and the digest is not computed (SECURITY.md, "Seals"). */
  SealCrc32 = 2,
}

/** Management over a wire: which files serve it, and who may do what. */
export interface ManagementConfig {
  /** Evaluates the file, when management is first asked for. */
  loadManagement(this: void): CreateManagement;
  /** Evaluates the server, for each wire. */
  loadServer(this: void): CreateServer;
  /** Evaluates what puts a server on a wire. */
  loadLink(this: void): ServeLink;
  /** Evaluates what logins, files and group 64 take, for each wire on which somebody uses them. */
  loadTechnician(this: void): CreateTechnician;
  /** What clients are told; printable ASCII. */
  readonly boardName: string;
  /** Whether the build leaves the console open: told to clients. */
  readonly isDevelopment: boolean;
  /** Keys of technicians, Ed25519; TRUSTED_KEYS_MAX at most. Asked for at a login. */
  technicianKeys(this: void): TrustedKey[];
  /** By transport and situation, see `grantsOf`; empty: what is the same everywhere. */
  readonly policy: Grants[];
  /** Erases of a slot over wires in 24 hours of uptime. */
  readonly erasesPerDay: number;
  /** Recovery without a client ends after this, if an image can start; 0: never. */
  readonly recoveryTimeoutMs: number;
  /** Largest frame, header included. */
  readonly frameBytes: number;
  /**
   * Frames that a client may have on their way: more than 1, the default, where the wire keeps what arrives while the
   * server is busy.
   */
  readonly frameCount?: number | undefined;
  readonly codec: SmpCodec;
  /** Gives the interpreter's console back until the next reset; `undefined` where there is no way. */
  readonly openConsole: ((this: void) => void) | undefined;
}

export interface BootConfig {
  /** 12 bytes that name board model and keys in the journal (tools make them, see SPEC.md, "Identity"). */
  readonly identity: Uint8Array;
  readonly trustedKeys: TrustedKey[];
  readonly signaturePolicy: SignaturePolicy;
  /** Images must carry these UUIDs (16 bytes) if they are given. */
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
  /** No image below this security counter ever starts, whatever the journal says. */
  readonly baseFloor: number;
  readonly verifyMode: VerifyMode;
  readonly watchdogTimeoutMs: number;
  /** A trial that is neither confirmed nor rejected after this uptime is not kicked any more. */
  readonly trialDeadlineMs: number;
  /** Whether the board can tell watchdog and panic from power-on. */
  readonly knowsResetCauses: boolean;
  /** Starts of a trial that may end by watchdog, panic or an application reset; 1: the first one decides. */
  readonly trialAttempts: number;
  /** Starts of a trial that power loss, brown-out or the reset pin may cost on top. */
  readonly trialForgiven: number;
  /** Absent: the board is not managed over a wire. */
  readonly management?: ManagementConfig | undefined;
}
