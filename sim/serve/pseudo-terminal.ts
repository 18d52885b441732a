/** A pseudo terminal as a board's serial port. Node cannot make one; Python's standard library can. */

import { spawn } from "node:child_process";

/**
 * Between the terminal and this process: what nobody has opened is not read, and what a client left unread is thrown
 * away, as with a real port. Writes the terminal's name as its first line to stderr.
 */
const PUMP = `
import os, select, sys, termios, tty
master, slave = os.openpty()
tty.setraw(slave)
sys.stderr.write(os.ttyname(slave) + "\\n")
sys.stderr.flush()
os.close(slave)
os.set_blocking(master, False)
os.set_blocking(0, False)
LIMIT = 65536
pending = b""
opened = False
while True:
    state = select.poll()
    state.register(0, select.POLLIN)
    if opened:
        state.register(master, select.POLLIN | (select.POLLOUT if pending else 0))
    ready = dict(state.poll(1000 if opened else 10))
    look = select.poll()
    look.register(master, 0)
    now = not any(event & select.POLLHUP for _, event in look.poll(0))
    if opened and not now:
        pending = b""
        termios.tcflush(master, termios.TCIOFLUSH)
    opened = now
    if ready.get(0):
        data = os.read(0, 4096)
        if not data:
            break
        if opened:
            pending = (pending + data)[:LIMIT]
    try:
        if ready.get(master, 0) & select.POLLIN:
            os.write(1, os.read(master, 4096))
        if opened and pending:
            pending = pending[os.write(master, pending):]
    except (BlockingIOError, OSError):
        pass
`;

export interface PseudoTerminal {
  /** What clients open. */
  readonly path: string;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** There is no pseudo terminal on this machine, or not without Python. */
export class NoPseudoTerminal extends Error {
  constructor(why: string) {
    super(why);
    this.name = "NoPseudoTerminal";
  }
}

/** Bytes that wait for the pump; a board sends far less at once. */
const WAITING_BYTES_MAX = 1 << 20;

/**
 * @param python the interpreter's name or path
 * @param receive told of what clients send
 * @param lost told if the terminal goes away by itself
 * Refuses with NoPseudoTerminal.
 */
export function openPseudoTerminal(
  python: string,
  receive: (bytes: Uint8Array) => void,
  lost: () => void,
): Promise<PseudoTerminal> {
  return new Promise((resolve, reject) => {
    const pump = spawn(python, ["-c", PUMP], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    let isClosed = false;
    const refuse = (why: string): void => reject(new NoPseudoTerminal(why));
    pump.on("error", () => refuse(`there is no ${python} on this machine`));
    pump.on("exit", () => {
      refuse(`${python} says: ${said.trim().split("\n").at(-1) ?? ""}`);
      if (!isClosed) {
        isClosed = true;
        lost();
      }
    });
    // Writing to a pump that has just died is told by "exit".
    pump.stdin.on("error", () => undefined);
    pump.stdout.on("data", (bytes: Buffer) => receive(bytes));
    pump.stderr.on("data", (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-4096);
      const path = /^(\/dev\/\S+)\n/.exec(said)?.[1];
      if (path !== undefined) {
        resolve({
          path,
          send: (data) => {
            if (!isClosed && pump.stdin.writableLength < WAITING_BYTES_MAX) {
              pump.stdin.write(data);
            }
          },
          close: () => {
            isClosed = true;
            pump.kill();
          },
        });
      }
    });
  });
}
