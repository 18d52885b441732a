/**
 * Keeps an application from harming the boot chain by accident: what compacts Storage, or runs before `.boot0`, is out
 * of its way. An application that means to can get at all of it (docs/SECURITY.md).
 */

import type { FlashPort } from "../../core/ports";
import type { Interpreter } from "./interpreter";

/** What the guard's file evaluates to: makes the object that stands in for the module `Storage`. */
export type MakeStorage = (
  this: void, data: FlashPort, readFile: Interpreter["storageRead"],
) => object;

/** The parts of EspruinoSystem that follow a change of the time. */
export interface SettableClock {
  startSeconds: number;
  now(this: void): number;
}

type Require = (this: void, name: string) => unknown;

declare const global: {
  require: Require;
  save(this: void): void;
  setTime(this: void, seconds: number): void;
};
declare const E: { setBootCode(this: void, text: string): void };

/** Lets an application set its clock without moving a trial's deadline. */
export function guardTime(system: SettableClock): void {
  const set = global.setTime;
  global.setTime = function (seconds: number): void {
    const before = system.now();
    set(seconds);
    system.startSeconds += system.now() - before;
  };
}

function refuse(): void {
  throw "not on a board with signed updates";
}

/**
 * @param load evaluates the file with this name and CRC-32; called when the application first asks for Storage
 * @param data where the application's files go
 * @param readFile reads what is in Espruino's own Storage
 */
export function guardStorage(
  load: (this: void, name: string, crc32: number) => unknown, file: string, crc32: number, data: FlashPort,
  readFile: Interpreter["storageRead"],
): void {
  const original = global.require;
  let storage: object | undefined;
  global.save = refuse;
  E.setBootCode = refuse;
  global.require = function (name: string): unknown {
    if (name !== "Storage") {
      return original(name);
    }
    storage = storage === undefined ? (load(file, crc32) as MakeStorage)(data, readFile) : storage;
    return storage;
  };
}
