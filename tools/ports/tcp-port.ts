/** A serial line behind a TCP port: the simulator's, or that of a serial-to-network bridge. */

import { createConnection, type Socket } from "node:net";
import type { BytePort, PortOptions } from "./byte-port";
import { linkError, portFailure } from "./link-error";
import { createPortListeners, sendThrough } from "./listeners";
import { addressText } from "./port-name";

/** Refuses (link) hosts that do not answer within the time-out. */
export async function openTcpPort(host: string, port: number, why: string, options: PortOptions): Promise<BytePort> {
  const name = addressText("tcp", host, port);
  const socket = await connect(host, port, name, options.timeoutMs);
  const listeners = createPortListeners();
  socket.on("data", (bytes) => listeners.data(bytes));
  socket.on("close", () => listeners.ended());
  return {
    kind: "tcp",
    name,
    why,
    frameBytesMax: undefined,
    write: (bytes) => sendThrough(listeners, name, (done) => { socket.write(bytes, done); }),
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => {
      listeners.closed();
      socket.destroy();
      return Promise.resolve();
    },
  };
}

function connect(host: string, port: number, name: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(linkError(`${name} does not answer.`, "Check the address, and that the device is on."));
    }, timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      // What fails later is told by "close", which follows every error.
      socket.on("error", () => undefined);
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(portFailure("Cannot connect to", name, error));
    });
  });
}
