/** nRF52832 and nRF52840, with Espruino on top of Nordic's SoftDevice. */

import { ResetCause } from "../../../core/boot/reset-cause";
import type { Slot } from "../../../core/slot";
import { u32And } from "../../../core/u32";
import type { Chip, Place } from "../plan";
import type { BoardPins } from "./button";
import { isHeld, light } from "./button";
import type { PageLock } from "./page-locks";
import { lockPlaces } from "./page-locks";
import type { Registers } from "./registers";
import { espruinoRegisters } from "./registers";

/** POWER.RESETREAS (Product Specifications); bits stay until they are written with 1. */
export const RESETREAS = 0x40000400;

const enum ResetBit {
  Pin = 0x1,
  Watchdog = 0x2,
  Software = 0x4,
  LockUp = 0x8,
  /** GPIO, LPCOMP, debugger, NFC, VBUS: awake from System OFF. */
  Wake = 0x1f0000,
}

export interface Nrf52Options {
  /**
   * Whether RESETREAS may be touched: it belongs to the SoftDevice while that runs, and a fault is to be feared.
   * Without it every cause is Unknown.
   */
  readonly readsResetRegister: boolean;
  readonly lock: PageLock;
  /** What is locked beside the slot that starts: the pages with the bootloader's files. */
  readonly bootPlaces: Place[];
  /** Slots in the chip's own flash; empty where they lie in another one. */
  readonly slotPlaces: Place[];
  /** Bangle.js: a timer interrupt kicks the watchdog unless it is told not to, and a hung application never resets. */
  readonly hasWatchTimer: boolean;
}

declare const Bangle: { setOptions(options: { manualWatchdog: boolean }): void };

/** The worst that the bits tell. None at all: power came on, or came back after it was too low. */
export function nrf52Cause(bits: number): ResetCause {
  if (u32And(bits, ResetBit.Watchdog) !== 0) {
    return ResetCause.Watchdog;
  }
  if (u32And(bits, ResetBit.LockUp) !== 0) {
    return ResetCause.Panic;
  }
  if (u32And(bits, ResetBit.Software) !== 0) {
    return ResetCause.Software;
  }
  if (u32And(bits, ResetBit.Pin) !== 0) {
    return ResetCause.Pin;
  }
  return u32And(bits, ResetBit.Wake) === 0 ? ResetCause.PowerOn : ResetCause.DeepSleepWake;
}

export function createChip(pins: BoardPins, options: Nrf52Options, given?: Registers): Chip {
  const registers = given === undefined ? espruinoRegisters() : given;
  return {
    readCause(): ResetCause {
      if (!options.readsResetRegister) {
        return ResetCause.Unknown;
      }
      const bits = registers.read(RESETREAS);
      registers.write(RESETREAS, bits);
      return nrf52Cause(bits);
    },
    isGestureMade(): boolean {
      return isHeld(pins);
    },
    setIndicator(isOn: boolean): void {
      light(pins, isOn);
    },
    prepareWatchdog(): void {
      if (options.hasWatchTimer) {
        Bangle.setOptions({ manualWatchdog: true });
      }
    },
    lockPages(slot: Slot): void {
      const places = options.slotPlaces.length === 0
        ? options.bootPlaces
        : options.bootPlaces.concat([options.slotPlaces[slot]]);
      lockPlaces(options.lock, registers, places);
    },
  };
}
