/**
 * What the console framing needs done to runs of bytes: by native functions where an engine has them, as interpreted
 * loops over bytes are what costs on a board.
 */

export interface SmpCodec {
  /** Base64 with padding (RFC 4648 section 4), as ASCII. */
  toBase64(bytes: Uint8Array): Uint8Array;
  /**
   * The bytes that base64 with padding stands for. What is no such text gives `undefined` or, where that takes too
   * long to find out, any bytes of the same number: a CRC follows.
   */
  fromBase64(text: Uint8Array): Uint8Array | undefined;
  /** CRC-16/XMODEM of `bytes`, going on from that of what came before; 0 at the start. */
  crc16(bytes: Uint8Array, before: number): number;
  /** Place of the first byte of that value; below 0 if there is none. */
  indexOf(bytes: Uint8Array, value: number): number;
}
