/** What USB ids say about the board behind a serial port. */

/** Ids from the makers' own boards; a name with "or" is a chip that many boards share. */
const BOARDS: readonly (readonly [vendorId: string, productId: string | undefined, name: string])[] = [
  ["1366", undefined, "a board with a SEGGER J-Link, such as Nordic's development kits"],
  ["1915", "521f", "a Nordic nRF52 in its USB bootloader"],
  ["1915", undefined, "a Nordic nRF52 on USB"],
  ["0483", "5740", "an Espruino board (Pico, WiFi, original), or another STM32 on USB"],
  ["303a", "1001", "an ESP32-S3, C3 or C6 by its own USB"],
  ["303a", undefined, "an Espressif board on USB"],
  ["10c4", "ea60", "a CP210x serial chip: many ESP32 and ESP8266 boards"],
  ["1a86", "7523", "a CH340 serial chip: many ESP32 and ESP8266 boards"],
  ["1a86", "55d4", "a CH9102 serial chip: many ESP32 boards"],
  ["0403", undefined, "an FTDI serial chip: any board"],
  ["2e8a", undefined, "a Raspberry Pi Pico or another RP2040 board"],
  ["0d28", "0204", "a board with DAPLink, such as the micro:bit"],
];

/** A guess; `undefined` where the ids say nothing. Ids are hexadecimal text in any case. */
export function boardByUsbId(vendorId: string | undefined, productId: string | undefined): string | undefined {
  const vendor = vendorId?.toLowerCase();
  const product = productId?.toLowerCase();
  return BOARDS.find(([v, p]) => v === vendor && (p === undefined || p === product))?.[2];
}
