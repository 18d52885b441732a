/** ESP32 and ESP32-C3. */

import { ResetCause } from "../../../core/boot/reset-cause";
import type { Chip } from "../plan";
import type { BoardPins } from "./button";
import { isHeld, light } from "./button";
import type { Registers } from "./registers";
import { espruinoRegisters } from "./registers";

/** RTC_CNTL_RESET_STATE_REG (ESP32 and ESP32-C3 Technical Reference Manuals); the low 6 bits are of the first core. */
export const ESP32_RESET_STATE = 0x3ff48034;
export const ESP32C3_RESET_STATE = 0x60008038;
const REASONS = 64;

const WATCHDOG_REASONS = [4, 7, 8, 9, 11, 13, 16, 17, 18];

/**
 * The cause that a reset reason of either chip stands for. Software also stands for a panic and for the task watchdog,
 * which end in a software reset: neither is taken for a restart on purpose, unless that was announced.
 */
export function espressifCause(reason: number): ResetCause {
  switch (reason) {
    case 1:
      return ResetCause.PowerOn;
    case 3:
    case 12:
      return ResetCause.Software;
    case 5:
      return ResetCause.DeepSleepWake;
    case 15:
    case 23:
      return ResetCause.BrownOut;
    // By the host, over the chip's USB.
    case 21:
    case 22:
      return ResetCause.Pin;
    default:
      return WATCHDOG_REASONS.indexOf(reason) >= 0 ? ResetCause.Watchdog : ResetCause.Unknown;
  }
}

/** @param resetState address of the register: ESP32_RESET_STATE, ESP32C3_RESET_STATE */
export function createChip(pins: BoardPins, resetState: number, registers?: Registers): Chip {
  const read = (registers === undefined ? espruinoRegisters() : registers).read;
  return {
    readCause(): ResetCause {
      const state = read(resetState);
      return espressifCause((state % REASONS + REASONS) % REASONS);
    },
    isGestureMade(): boolean {
      return isHeld(pins);
    },
    setIndicator(isOn: boolean): void {
      light(pins, isOn);
    },
    prepareWatchdog(): void {
      // Espruino starts the task watchdog of the chip, in whole seconds, and nobody else kicks it.
    },
    lockPages(): void {
      // The chip has no lock that an application could not take off.
    },
  };
}
