/** A pseudo terminal in front of a TCP port, by Python: for serial paths, which Node cannot make. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** Keeps the other end open itself, so that hosts may come and go as they do at a serial port. */
const BRIDGE = `
import os, select, socket, sys, tty
main, other = os.openpty()
tty.setraw(other)
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(os.ttyname(other), flush=True)
while True:
    for ready in select.select([main, line], [], [])[0]:
        if ready is line:
            data = line.recv(4096)
            if not data:
                sys.exit()
            os.write(main, data)
        else:
            line.sendall(os.read(main, 4096))
`;

export const hasPython = process.platform !== "win32" && spawnSync("python3", ["--version"]).error === undefined;

export class SerialBridge {
  /** Path of the serial port. */
  readonly path: string;
  private readonly child: ChildProcess;

  private constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.child = child;
  }

  /** @param port of TCP, on this machine */
  static async start(port: number): Promise<SerialBridge> {
    const child = spawn("python3", ["-c", BRIDGE, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
    const path = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (bytes: Buffer) => resolve(bytes.toString("utf8").trim()));
      child.once("error", reject);
      child.once("exit", () => reject(new Error("the serial bridge ended")));
    });
    return new SerialBridge(path, child);
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
