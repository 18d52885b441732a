/** SMP frames over a port of bytes: console lines, the frames themselves, or datagrams. */

import { createConsoleReceiver, encodeConsole } from "../../core/smp/console-framing";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { createStreamReceiver } from "../../core/smp/stream-framing";
import { SMP_LINE_BYTES } from "../../core/limits";
import type { BytePort } from "../ports/byte-port";

/** How frames stand on a serial line: base64 lines between console text, or as they are. */
export type SerialFraming = "console" | "raw";

export interface SmpLink {
  readonly port: BytePort;
  /** Most bytes of a frame for a device whose receive buffer has this many. */
  frameBytesMax(bufferBytes: number): number;
  send(frame: Uint8Array): Promise<void>;
  /** Frames that came in; each is a copy. */
  onFrame(listener: (frame: Uint8Array) => void): void;
}

/** Frames from devices; buffers of boards are a few kilobytes. Larger ones are dropped. */
const RECEIVED_FRAME_BYTES_MAX = 32_768;
/** Lines from devices: others than ours may have longer ones than the usual 127 bytes. */
const RECEIVED_LINE_BYTES_MAX = 4096;
/** Length and CRC share the device's buffer with the frame. */
const PACKET_BYTES = 4;

interface Framing {
  receive(bytes: Uint8Array): void;
  encode(frame: Uint8Array): Uint8Array;
  readonly overheadBytes: number;
}

function createFraming(port: BytePort, serialFraming: SerialFraming, onFrame: (frame: Uint8Array) => void): Framing {
  const same = (frame: Uint8Array): Uint8Array => frame;
  if (port.kind === "udp") {
    return { receive: onFrame, encode: same, overheadBytes: 0 };
  }
  if (port.kind === "ble" || serialFraming === "raw") {
    const receiver = createStreamReceiver(RECEIVED_FRAME_BYTES_MAX, onFrame);
    return { receive: (bytes) => receiver.receive(bytes), encode: same, overheadBytes: 0 };
  }
  const codec = createPortableCodec();
  const receiver = createConsoleReceiver(RECEIVED_FRAME_BYTES_MAX, RECEIVED_LINE_BYTES_MAX, onFrame, codec);
  return {
    receive: (bytes) => receiver.receive(bytes),
    encode: (frame) => encodeConsole(frame, codec, SMP_LINE_BYTES),
    overheadBytes: PACKET_BYTES,
  };
}

/** @param serialFraming for serial ports and TCP; the other transports have their own */
export function createLink(port: BytePort, serialFraming: SerialFraming): SmpLink {
  let listener: ((frame: Uint8Array) => void) | undefined;
  const framing = createFraming(port, serialFraming, (frame) => listener?.(frame.slice()));
  port.onData((bytes) => framing.receive(bytes));
  return {
    port,
    frameBytesMax: (bufferBytes) => {
      return Math.min(bufferBytes - framing.overheadBytes, port.frameBytesMax ?? Number.MAX_SAFE_INTEGER);
    },
    send: (frame) => port.write(framing.encode(frame)),
    onFrame: (newListener) => {
      listener = newListener;
    },
  };
}
