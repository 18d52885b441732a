/** What the build bakes into a bootloader for one product on one board. */

import type { SignaturePolicy } from "../core/image/signatures";
import type { TrustedKey } from "../core/ports";

/** How an ordinary boot of the confirmed image is checked. */
export const enum VerifyMode {
  /** Digest and signature at every boot. */
  Full = 0,
  /** Digest and the seal that was written after a full verification; without a valid seal, as Full. */
  Seal = 1,
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
}
