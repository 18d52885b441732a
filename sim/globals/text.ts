/** How values become text and bytes on Espruino. Byte strings have one character 0..255 per byte. */

/** A value as the console shows it. */
export function displayText(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "function") {
    return "function () {...}";
  }
  if (typeof value !== "object" || value === null) {
    // Neither object nor function is left: a number, boolean, bigint, symbol, null or undefined.
    return String(value);
  }
  if (errorName(value) !== undefined) {
    return errorText(value);
  }
  try {
    return JSON.stringify(value);
  } catch {
    // It contains itself.
    return "{ ... }";
  }
}

function errorName(value: object): string | undefined {
  const { name, message } = value as { name?: unknown; message?: unknown };
  return typeof name === "string" && typeof message === "string" ? name : undefined;
}

/** A thrown value as one line: an Error of any realm with its name, anything else as text. */
export function errorText(error: unknown): string {
  if (typeof error === "object" && error !== null && errorName(error) !== undefined) {
    return `${errorName(error)}: ${(error as { message: string }).message}`;
  }
  return displayText(error);
}

/** The byte string of what `write` takes: strings, numbers, arrays of them, typed arrays. */
export function byteString(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "number") {
    return String.fromCharCode(value & 0xff);
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  }
  if (Object.prototype.toString.call(value) === "[object ArrayBuffer]") {
    return Buffer.from(value as ArrayBuffer).toString("latin1");
  }
  if (Array.isArray(value)) {
    return value.map(byteString).join("");
  }
  return displayText(value);
}

/** The bytes of a byte string. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}
