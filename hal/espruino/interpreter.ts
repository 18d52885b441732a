/**
 * What the drivers use of Espruino, taken once at the start: an application can replace any of these later. It can also
 * replace what every statement uses (`Math.floor`, `Uint8Array.prototype.set`), so this keeps accidents away, not
 * attackers.
 */

export interface Interpreter {
  /** Gives `undefined` for no bytes at all. */
  flashRead(this: void, lengthBytes: number, address: number): Uint8Array;
  flashWrite(this: void, bytes: Uint8Array, address: number): void;
  flashErase(this: void, address: number): void;
  /** A file's bytes where they lie: a native string where flash is mapped, else a flash string. */
  storageRead(this: void, name: string, offsetBytes?: number, lengthBytes?: number): string | undefined;
  crc32(this: void, bytes: Uint8Array | string): number;
  /** Memory-mapped flash as a string. */
  memoryArea(this: void, address: number, lengthBytes: number): string;
  toText(this: void, bytes: Uint8Array): string;
}

interface FlashLibrary {
  read(this: void, lengthBytes: number, address: number): Uint8Array;
  write(this: void, bytes: Uint8Array, address: number): void;
  erasePage(this: void, address: number): void;
}

interface StorageLibrary {
  read(this: void, name: string, offsetBytes?: number, lengthBytes?: number): string | undefined;
}

declare const E: {
  CRC32(this: void, bytes: Uint8Array | string): number;
  memoryArea(this: void, address: number, lengthBytes: number): string;
  toString(this: void, bytes: Uint8Array): string;
  toArrayBuffer(this: void, text: string): ArrayBuffer;
};
declare const global: { require(name: string): unknown };

/** A built-in module. Not by the bare name `require`, which bundlers take for theirs. */
export function builtIn(name: string): unknown {
  return global.require(name);
}

export function captureInterpreter(): Interpreter {
  const flash = builtIn("Flash") as FlashLibrary;
  return {
    flashRead: flash.read,
    flashWrite: flash.write,
    flashErase: flash.erasePage,
    storageRead: (builtIn("Storage") as StorageLibrary).read,
    crc32: E.CRC32,
    memoryArea: E.memoryArea,
    toText: E.toString,
  };
}

/** The bytes of a string, where they lie if they are in one piece. */
export function textToBytes(text: string): Uint8Array {
  return new Uint8Array(E.toArrayBuffer(text));
}
