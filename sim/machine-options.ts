/** What a machine is made of, and what one boot may be told. */

import type { BootConfig } from "../bootloader/config";
import type { RecoveryDoor } from "../core/boot/handover";
import type { ResetCause } from "../core/boot/reset-cause";
import type { ImageVerifier } from "../core/image/signatures";
import type { Board } from "../hal/board";
import type { Hash } from "../hal/hash";
import type { BoardDescription } from "./board-description";
import type { FlashSnapshot } from "./flash";
import type { FlashFaults } from "./flash-geometry";
import type { UserGlobals } from "./globals/types";
import type { Machine } from "./machine";
import type { ModelLookup } from "./models";
import type { CutPlan } from "./power";
import type { ProgramEvent } from "./program";
import type { JournalReader } from "./report";
import type { WatchdogState } from "./watchdog";

/** The bootloader under test: that of bootloader/main.ts, its bundled form, or a function of a test. */
export type BootFunction = (board: Board, config: BootConfig) => RecoveryDoor | undefined;

export interface MachineOptions {
  readonly board: BoardDescription;
  readonly config: BootConfig;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly faults?: FlashFaults | undefined;
  readonly models?: ModelLookup | undefined;
  readonly userGlobals?: UserGlobals | undefined;
  /** Names the reason of recovery for reports. Default: its number. */
  readonly reasonName?: ((reason: number) => string) | undefined;
  /** Decodes the journal for reports; without it they name no records. */
  readonly journalReader?: JournalReader | undefined;
  readonly observe?: ((event: ProgramEvent) => void) | undefined;
  /** Uptime at which a boot that runs well is no longer watched. Default 15 minutes. */
  readonly horizonMs?: number | undefined;
  /** Real milliseconds a callback of a script may take. Default 250. */
  readonly scriptTimeoutMs?: number | undefined;
  /** Virtual time of each call out of a script. Default 100 microseconds, about one statement of Espruino. */
  readonly callCostUs?: number | undefined;
  /** Virtual time of one signature check. Default 0. */
  readonly verifyDurationMs?: number | undefined;
  /** How often the verifier kicks the watchdog within one check. Default 0. */
  readonly verifyPauses?: number | undefined;
  /** Seeds the board's random numbers. Default 1. */
  readonly seed?: number | undefined;
}

export interface BootOptions {
  /** Default: what follows from how the last boot ended, PowerOn for the first. */
  readonly cause?: ResetCause | undefined;
  /** Arms a power cut for this boot. Without it a plan that was armed before stays armed. */
  readonly cut?: CutPlan | undefined;
  /** Cuts power at this uptime. */
  readonly powerCutAtMs?: number | undefined;
  readonly horizonMs?: number | undefined;
  /** Called when the processor starts, before the bootloader: schedules stimuli on clock, link and pins. */
  readonly stimulate?: ((machine: Machine) => void) | undefined;
  /** Called when the bootloader has gone to recovery: whoever repairs the board, or serves a wire. */
  readonly repair?: ((door: RecoveryDoor, machine: Machine) => void) | undefined;
}

export interface MachineSnapshot {
  readonly flash: FlashSnapshot;
  readonly storage: ReadonlyMap<string, string>;
  readonly watchdog: WatchdogState | undefined;
  readonly pins: ReadonlyMap<string, number>;
  readonly randomState: number;
  readonly bootNumber: number;
  readonly nextCause: ResetCause;
  readonly nowUs: number;
}
