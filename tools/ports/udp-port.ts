/** SMP over UDP: one frame is one datagram. */

import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { BytePort, PortOptions } from "./byte-port";
import { ConnectionEnded, portFailure } from "./link-error";
import { createPortListeners } from "./listeners";
import { addressText } from "./port-name";

/** What fits in an Ethernet packet of 1500 bytes behind the headers of IP and UDP. */
const DATAGRAM_BYTES_MAX = { 4: 1472, 6: 1452 } as const;

/** Refuses (link) names that cannot be looked up. Whether anybody listens shows only when nobody answers. */
export async function openUdpPort(host: string, port: number, why: string, options: PortOptions): Promise<BytePort> {
  const name = addressText("udp", host, port);
  const { socket, family } = await connect(host, port, name, options.timeoutMs);
  const listeners = createPortListeners();
  socket.on("message", (bytes) => listeners.data(bytes));
  // "Nobody listens" may be told by the network; a device that restarts does so as well, hence no reason to end.
  socket.on("error", () => undefined);
  return {
    kind: "udp",
    name,
    why,
    frameBytesMax: DATAGRAM_BYTES_MAX[family],
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (listeners.isClosed) {
          reject(new ConnectionEnded(name));
          return;
        }
        // A datagram that cannot be sent is one that is lost: the time-out tells, and it is sent again.
        socket.send(bytes, () => resolve());
      }),
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => {
      if (!listeners.isClosed) {
        listeners.closed();
        socket.close();
      }
      return Promise.resolve();
    },
  };
}

async function connect(
  host: string,
  port: number,
  name: string,
  timeoutMs: number,
): Promise<{ socket: Socket; family: 4 | 6 }> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error("time-out"), { code: "EAI_AGAIN" })), timeoutMs);
    });
    const { address, family } = await Promise.race([lookup(host), timeout]);
    const socket = createSocket(family === 6 ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(port, address, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return { socket, family: family === 6 ? 6 : 4 };
  } catch (error) {
    throw portFailure("Cannot open", name, error);
  } finally {
    clearTimeout(timer);
  }
}
