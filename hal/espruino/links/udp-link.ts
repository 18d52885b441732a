/** UDP as a wire, in the running application: on Linux, and on an ESP32 whose application has connected its Wi-Fi. */

import type { Link } from "../../link";
import { textToBytes } from "../interpreter";

/** Where SMP is expected. */
export const SMP_UDP_PORT = 1337;
/** What clients send at most: an Ethernet frame's payload. */
const DATAGRAM_BYTES_MAX = 1472;
/** What Espruino puts in front of a datagram in its buffer. */
const HEAD_BYTES = 8;

interface Sender {
  readonly address: string;
  readonly port: number;
}

interface Socket {
  bind(port: number, done: (socket: Socket) => void): void;
  on(event: "message", listener: (text: string, sender: Sender) => void): void;
  send(text: string, port: number, address: string): void;
}

/** Espruino's module `dgram`. */
export interface DatagramModule {
  createSocket(options: { readonly type: "udp4"; readonly recvBufferSize: number }): Socket;
}

/**
 * Opens the port. An answer goes to whoever asked last, which is right as every request is answered before the next.
 *
 * @param toText Espruino's `E.toString`: its sockets send text
 */
export function openUdpLink(datagrams: DatagramModule, port: number, toText: (bytes: Uint8Array) => string): Link {
  let receiver: ((bytes: Uint8Array) => void) | undefined;
  let socket: Socket | undefined;
  let client: Sender | undefined;
  // Without it datagrams of more than 528 bytes are cut off.
  const options = { type: "udp4", recvBufferSize: DATAGRAM_BYTES_MAX + HEAD_BYTES } as const;
  datagrams.createSocket(options).bind(port, function (bound: Socket): void {
    socket = bound;
    bound.on("message", function (text: string, sender: Sender): void {
      client = sender;
      if (receiver !== undefined) {
        receiver(textToBytes(text));
      }
    });
  });
  return {
    send(bytes: Uint8Array): void {
      if (socket !== undefined && client !== undefined) {
        socket.send(toText(bytes), client.port, client.address);
      }
    },
    onReceive(newReceiver: (bytes: Uint8Array) => void): void {
      receiver = newReceiver;
    },
  };
}
