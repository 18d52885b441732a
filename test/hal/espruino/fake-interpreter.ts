/** Espruino's globals as far as the drivers use them, put in place for one test. */

import { createCrc32 } from "../../../core/crc32";
import { nodeSha256 } from "../../core/image/mcuboot-vectors";

export interface FakeInterpreter {
  /** The flash from address `start`. */
  readonly flash: Uint8Array;
  readonly start: number;
  readonly files: Map<string, string>;
  /** Calls worth looking at, in order. */
  readonly calls: string[];
  flags: { jitDebug: number };
  seconds: number;
  /** Gives what was there before back. */
  restore(): void;
}

const GLOBALS = ["E", "require", "getTime", "setTime", "setInterval", "global", "save"];

function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new Uint8Array(Buffer.from(text, "latin1")) : text;
}

function makeE(fake: FakeInterpreter): object {
  const crc32 = createCrc32();
  return {
    CRC32: (data: string | Uint8Array) => crc32(toBytes(data)),
    memoryArea: (address: number, length: number) => {
      fake.calls.push(`memoryArea ${address} ${length}`);
      return toLatin1(fake.flash.subarray(address - fake.start, address - fake.start + length));
    },
    toString: toLatin1,
    toFlatString: (text: string) => text,
    toUint8Array: toBytes,
    toArrayBuffer: (text: string) => toBytes(text).buffer,
    getFlags: () => fake.flags,
    setFlags: (flags: { jitDebug: number }) => {
      fake.flags = flags;
    },
    enableWatchdog: (seconds: number, isAutomatic: boolean) => {
      fake.calls.push(`enableWatchdog ${seconds} ${isAutomatic}`);
    },
    kickWatchdog: () => fake.calls.push("kick"),
    reboot: () => fake.calls.push("reboot"),
  };
}

/** What `require` gives: an integer held as a double is refused as on a board, hence the check. */
function libraries(fake: FakeInterpreter, hasSha256: boolean): Record<string, object> {
  const at = (address: number): number => address - fake.start;
  return {
    Flash: {
      read: (length: number, address: number) =>
        length > 0 ? Uint8Array.from(fake.flash.subarray(at(address), at(address) + length)) : undefined,
      write: (bytes: Uint8Array, address: number) => {
        bytes.forEach((byte, i) => {
          fake.flash[at(address) + i] = (fake.flash[at(address) + i] ?? 0) & byte;
        });
      },
      erasePage: (address: number) => fake.flash.fill(0xff, at(address), at(address) + 4096),
      getPage: () => ({ length: 4096 }),
    },
    Storage: {
      read: (name: string, offset = 0, length?: number) => {
        fake.calls.push(`Storage.read ${name} ${offset} ${length ?? "all"}`);
        return fake.files.get(name)?.substring(offset, length === undefined ? undefined : offset + length);
      },
      erase: (name: string) => fake.files.delete(name),
    },
    crypto: {
      SHA256: (message: string | Uint8Array) => {
        fake.calls.push(`SHA256 ${typeof message} ${message.length}`);
        return hasSha256 ? Uint8Array.from(nodeSha256(toBytes(message))).buffer : undefined;
      },
    },
  };
}

/** @param hasSha256 whether the native hash has enough stack */
export function fakeInterpreter(hasSha256 = true): FakeInterpreter {
  const before = GLOBALS.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  const fake: FakeInterpreter = {
    flash: new Uint8Array(16 * 4096).fill(0xff),
    start: 0x60000000,
    files: new Map(),
    calls: [],
    flags: { jitDebug: 0 },
    seconds: 100,
    restore: () => {
      for (const [name, descriptor] of before) {
        if (descriptor === undefined) {
          Reflect.deleteProperty(globalThis, name);
        } else {
          Object.defineProperty(globalThis, name, descriptor);
        }
      }
    },
  };
  const modules = libraries(fake, hasSha256);
  const values: Record<string, unknown> = {
    E: makeE(fake),
    require: (name: string) => modules[name],
    getTime: () => fake.seconds,
    setTime: (seconds: number) => {
      fake.seconds = seconds;
    },
    setInterval: (_callback: () => void, intervalMs: number) => fake.calls.push(`setInterval ${intervalMs}`),
    save: () => fake.calls.push("save"),
  };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return fake;
}
