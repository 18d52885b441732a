/** Bytes from a list of constants. `Uint8Array.set` would do, but the stand-in on Lua takes byte arrays only. */

export function bytesOf(values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[i] = values[i];
  }
  return bytes;
}
