/** Random bytes. `trusted` is false where the engine's generator has a fixed seed (ESP32 under Espruino). */
export interface Random {
  readonly trusted: boolean;
  bytes(lengthBytes: number): Uint8Array;
}
