/** Ways to the fake device: a port in memory, and a TCP server with console framing. */

import { createServer, type Server, type Socket } from "node:net";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import type { BytePort, PortKind } from "../../../tools/ports/byte-port";
import { createPortListeners } from "../../../tools/ports/listeners";
import type { FakeDevice } from "./fake-device";

const FRAME_BYTES_MAX = 4096;

/** The device's end of a console line: frames in, lines out. */
export function consoleEnd(device: FakeDevice, write: (bytes: Uint8Array) => void, hangUp: () => void) {
  const codec = createPortableCodec();
  const receiver = createConsoleReceiver(
    FRAME_BYTES_MAX,
    4096,
    (frame) => {
      const { answers, hangsUp } = device.handle(frame.slice());
      for (const answer of answers) {
        write(encodeConsole(answer, codec, 127));
      }
      if (hangsUp) {
        hangUp();
      }
    },
    codec,
  );
  return { receive: (bytes: Uint8Array) => receiver.receive(bytes) };
}

/** A port whose other end is the device, without a wire between them. Each write is one frame, as over UDP. */
export function memoryPort(device: FakeDevice, kind: PortKind = "udp"): BytePort & { hangUp(): void } {
  const listeners = createPortListeners();
  const console = consoleEnd(device, (bytes) => later(bytes), () => listeners.ended());
  const later = (bytes: Uint8Array): void => queueMicrotask(() => listeners.data(bytes));
  return {
    kind,
    name: `${kind}:memory`,
    why: "a test",
    frameBytesMax: undefined,
    write: (bytes) => {
      if (listeners.isClosed) {
        return Promise.resolve();
      }
      if (kind === "udp") {
        const { answers, hangsUp } = device.handle(bytes.slice());
        answers.forEach(later);
        if (hangsUp) {
          queueMicrotask(() => listeners.ended());
        }
      } else {
        console.receive(bytes);
      }
      return Promise.resolve();
    },
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => {
      listeners.closed();
      return Promise.resolve();
    },
    hangUp: () => listeners.ended(),
  };
}

export interface TcpDevice {
  /** As --port takes it. */
  readonly port: string;
  close(): Promise<void>;
}

/** Puts the device behind a TCP port of this machine; a restart ends every connection, as a USB port's would. */
export async function serveTcp(device: FakeDevice): Promise<TcpDevice> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const end = consoleEnd(device, (bytes) => void socket.write(bytes), () => void socket.end());
    socket.on("data", (bytes) => end.receive(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    // What a console says between frames must not disturb them.
    socket.write("Espruino 2v25\r\n>");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("no address");
  }
  return {
    port: `tcp:127.0.0.1:${address.port}`,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
