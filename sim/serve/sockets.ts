/** A board's serial port behind TCP, and its network behind UDP. Of this machine only: nothing here is encrypted. */

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { DatagramPeer } from "./datagrams";

const HOST = "127.0.0.1";
/** Connections at a time; a serial port has one user, or a client that was killed and its successor. */
const CONNECTIONS_MAX = 8;
/** A client that does not read is cut off. */
const WAITING_BYTES_MAX = 1 << 20;

export interface SerialSocket {
  readonly port: number;
  /** To everybody who is connected. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** @param port 0: any that is free. Refuses with the system's error. */
export function openSerialSocket(port: number, receive: (bytes: Uint8Array) => void): Promise<SerialSocket> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => receive(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        send: (bytes) => {
          for (const socket of sockets) {
            if (socket.writableLength > WAITING_BYTES_MAX) {
              socket.destroy();
            } else {
              socket.write(bytes);
            }
          }
        },
        close: () => {
          sockets.forEach((socket) => socket.destroy());
          server.close();
        },
      });
    });
  });
}

export interface DatagramServer {
  readonly port: number;
  send(bytes: Uint8Array, peer: DatagramPeer): void;
  close(): void;
}

/** @param port 0: any that is free. Refuses with the system's error. */
export function openDatagramServer(
  port: number,
  receive: (bytes: Uint8Array, peer: DatagramPeer) => void,
): Promise<DatagramServer> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, HOST, () => {
      socket.off("error", reject);
      // A client that is gone already is told as an error of the socket, and is none.
      socket.on("error", () => undefined);
      socket.on("message", (bytes, { address, port: from }) => receive(bytes, { address, port: from }));
      resolve({
        port: socket.address().port,
        send: (bytes, peer) => socket.send(bytes, peer.port, peer.address),
        close: () => socket.close(),
      });
    });
  });
}
