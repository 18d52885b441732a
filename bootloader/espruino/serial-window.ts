/**
 * The serial window: for a while after the start the bootloader listens, and a client that says anything valid keeps
 * the board in recovery. A file of its own (`tb.window`), evaluated at each start of a board that has a window.
 *
 * Espruino hands bytes over between two pieces of JavaScript only, so the decision has to wait on a timer.
 */

import { SMP_LINE_BYTES } from "../../core/limits";
import { createConsoleReceiver } from "../../core/smp/console-framing";
import { readHeader } from "../../core/smp/frame";
import { openSerialLink } from "../../hal/espruino/links/serial-link";
import type { SerialDevice } from "../../hal/espruino/links/serial-link";
import { after, cancel } from "../../hal/espruino/timers";
import { createSmpCodec } from "../../hal/espruino/smp-codec";
import type { Link } from "../../hal/link";

/** A serial device on which a client was heard, with what it said. */
export interface Wire {
  readonly link: Link;
  /** Pieces as they came, to be given to whoever serves the link. */
  readonly heard: Uint8Array[];
}

/** What the file evaluates to. @param decide gets `undefined` where nobody was heard */
export type OpenWindow = (this: void, decide: (this: void, wire: Wire | undefined) => void) => void;

/** What a request takes that a client begins with: a list, parameters, an echo. */
const FRAME_BYTES_MAX = 256;
/** Pieces that are kept until the first request is whole: Espruino hands over 32 bytes or more at a time. */
const PIECES_MAX = 64;

/** @param options see openSerialLink */
export function openWindow(
  device: SerialDevice, baud: number, options: object, windowMs: number,
  decide: (this: void, wire: Wire | undefined) => void,
): void {
  const link = openSerialLink(device, baud, options);
  const heard: Uint8Array[] = [];
  let isRequest = false;
  const receiver = createConsoleReceiver(FRAME_BYTES_MAX, SMP_LINE_BYTES, function (frame: Uint8Array): void {
    isRequest = isRequest || readHeader(frame) !== undefined;
  }, createSmpCodec());
  const timer = after(windowMs, function (): void {
    link.close();
    decide(undefined);
  });
  link.onReceive(function (bytes: Uint8Array): void {
    if (isRequest) {
      // The decision is being made.
      heard.push(bytes);
      return;
    }
    if (heard.length === PIECES_MAX) {
      heard.splice(0, 1);
    }
    heard.push(bytes);
    receiver.receive(bytes);
    if (isRequest) {
      cancel(timer);
      decide({ link, heard });
    }
  });
}
