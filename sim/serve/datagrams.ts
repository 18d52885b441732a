/** The network of a simulated board: what `require("dgram")` gives an application, as far as a UDP server needs it. */

import type { Globals } from "../globals/types";
import { byteString, bytesOf } from "../globals/text";
import type { ApplicationHost } from "../host";

export interface DatagramPeer {
  readonly address: string;
  readonly port: number;
}

type Listener = (text: string, peer: DatagramPeer) => void;
type Sent = (bytes: Uint8Array, peer: DatagramPeer) => void;

export class Network {
  private host: ApplicationHost | undefined;
  private listeners: Listener[] = [];

  /** @param sent told of each datagram that the board sends */
  constructor(private readonly sent: Sent) {}

  /** The modules of one start of the processor. */
  readonly modules = (host: ApplicationHost): Globals => {
    this.host = host;
    this.listeners = [];
    return { dgram: { createSocket: () => this.createSocket() } };
  };

  /** The processor stops: its sockets are gone. */
  end(): void {
    this.host = undefined;
    this.listeners = [];
  }

  /** A datagram arrives. Nobody listening: lost. */
  deliver(bytes: Uint8Array, peer: DatagramPeer): void {
    const { host } = this;
    const text = Buffer.from(bytes).toString("latin1");
    host?.devices.clock.schedule(0, () => {
      for (const listener of this.listeners) {
        host.invoke(() => listener(text, peer));
      }
    });
  }

  private createSocket(): Globals {
    const socket: Globals = {
      bind: (_port: number, bound?: (socket: Globals) => void): Globals => {
        bound?.(socket);
        return socket;
      },
      on: (event: string, listener: Listener): void => {
        if (event === "message") {
          this.listeners.push(listener);
        }
      },
      send: (data: unknown, port: number, address: string): void => {
        this.host?.devices.life.check();
        this.sent(bytesOf(byteString(data)), { address, port });
      },
      close: (): void => {
        this.listeners = [];
      },
    };
    return socket;
  }
}
