/** Between clients and a board that speaks UDP: hears what the board answers. */

import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";

const HOST = "127.0.0.1";

/** @param port 0: any that is free */
function bind(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, HOST, () => {
      socket.off("error", reject);
      // Who is gone, or has no power, is told as an error of the socket: on a network nobody would hear of it.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

/** A port that nobody had a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = await bind(0);
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

export class UdpRelay {
  /** Told of each answer. */
  onAnswer: (bytes: Uint8Array) => void = () => undefined;
  private client: { readonly address: string; readonly port: number } | undefined;

  private constructor(
    private readonly front: Socket,
    private readonly back: Socket,
    /** Where the board is to serve. */
    readonly boardPort: number,
  ) {
    front.on("message", (bytes, peer) => {
      this.client = peer;
      back.send(bytes, boardPort, HOST);
    });
    back.on("message", (bytes) => {
      this.onAnswer(bytes);
      if (this.client !== undefined) {
        front.send(bytes, this.client.port, this.client.address);
      }
    });
  }

  /** @param clientPort where clients look for the board; 0: any that is free */
  static async open(clientPort = 0): Promise<UdpRelay> {
    return new UdpRelay(await bind(clientPort), await bind(0), await freeUdpPort());
  }

  /** Where clients find the board. */
  get clientPort(): number {
    return this.front.address().port;
  }

  close(): void {
    this.front.close();
    this.back.close();
  }
}
