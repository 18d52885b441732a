/** console, timers, `E`, `process` and the functions that restart the interpreter. */

import type { ApplicationHost } from "../host";
import { byteString, bytesOf, displayText } from "./text";
import type { Globals } from "./types";

type Callback = (...parameters: unknown[]) => void;

/** What `setTimeout` takes: a function with arguments, or text. */
function action(callback: Callback | string, parameters: unknown[], evaluate: (text: string) => unknown): () => void {
  return typeof callback === "string" ? () => void evaluate(callback) : () => callback(...parameters);
}

export function timerGlobals(host: ApplicationHost, evaluate: (text: string) => unknown): Globals {
  const clear = (id?: number): void => {
    if (id === undefined) {
      host.timers.removeAll();
    } else {
      host.timers.remove(id);
    }
  };
  return {
    setTimeout: (callback: Callback | string, delayMs: number, ...parameters: unknown[]) =>
      host.after(delayMs, action(callback, parameters, evaluate)),
    setInterval: (callback: Callback | string, delayMs: number, ...parameters: unknown[]) =>
      host.every(delayMs, action(callback, parameters, evaluate)),
    clearTimeout: clear,
    clearInterval: clear,
    changeInterval: (id: number, delayMs: number) => host.timers.change(id, delayMs),
    getTime: () => host.devices.clock.nowUs / 1e6,
  };
}

export function consoleGlobals(host: ApplicationHost): Globals {
  const log = (...values: unknown[]): void => host.print(values.map(displayText).join(" "));
  return { print: log, console: { log, debug: log, info: log, warn: log, error: log } };
}

export function restartGlobals(host: ApplicationHost): Globals {
  return { load: () => host.restart(), reset: () => host.restart() };
}

/** Blocks of a heap that never changes: nothing here measures an application's memory. */
const HEAP = { free: 4000, usage: 1000, total: 5000, history: 0, gc: 0, gctime: 1, blocksize: 14 };

export function processGlobal(host: ApplicationHost): Globals {
  return {
    version: "2v29",
    env: { VERSION: "2v29", BOARD: host.devices.boardName, CHIP: host.devices.chip, SERIAL: "00000000-00000000" },
    memory: () => ({ ...HEAP }),
    on: (event: string, listener: (error: unknown) => void) => {
      if (event === "uncaughtException") {
        host.uncaughtListeners.push(listener);
      }
    },
  };
}

/** CRC-32 (IEEE 802.3, reflected) of a byte string. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

export function espruinoObject(host: ApplicationHost): Globals {
  const { watchdog, random } = host.devices;
  return {
    getTemperature: () => 23,
    getBattery: () => 87,
    getAnalogVRef: () => 3.3,
    getErrorFlags: () => [],
    getFlags: () => ({}),
    setFlags: () => undefined,
    setTimeZone: () => undefined,
    setConsole: () => undefined,
    getConsole: () => undefined,
    hwRand: () => random.next() | 0,
    CRC32: (data: unknown) => crc32(byteString(data)),
    toString: (...data: unknown[]) => data.map(byteString).join(""),
    // The whole buffer of the copy is the text.
    toArrayBuffer: (data: unknown) => bytesOf(byteString(data)).buffer,
    toUint8Array: (...data: unknown[]) => bytesOf(data.map(byteString).join("")),
    // As on the board, the mode can be switched to automatic by anybody; time and start cannot be undone.
    enableWatchdog: (timeoutSeconds: number, automatic?: boolean) => {
      watchdog.start(timeoutSeconds * 1000);
      watchdog.setAutomatic(automatic !== false);
    },
    kickWatchdog: () => watchdog.kick(),
    on: () => undefined,
    removeListener: () => undefined,
    reboot: () => host.reboot(),
  };
}

/** Only on chips of the ESP32 family. */
export function esp32Object(host: ApplicationHost): Globals {
  return {
    deepSleep: (durationUs: number) => host.deepSleep(durationUs / 1000),
    getWakeupCause: () => (host.wokeFromSleep ? 4 : 0),
    reboot: () => host.reboot(),
  };
}
