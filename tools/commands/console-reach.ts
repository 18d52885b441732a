/** What `trialboot flash` and `selftest` have in common: flags of the port, and how the board's console is reached. */

import { setTimeout as delay } from "node:timers/promises";
import { type Flag, shown } from "../arguments";
import { usageError } from "../errors";
import type { Output } from "../output";
import { openPort } from "../ports/open-port";
import { parsePortName } from "../ports/port-name";
import type { Reach } from "../provision/prepare";
import { CI_FLAG, type PortChoice } from "./device-options";

/** Bluetooth scans first. */
const OPEN_TIMEOUT_MS = 10_000;

export const CONSOLE_FLAGS: readonly Flag[] = [
  {
    name: "port",
    short: "p",
    value: "PORT",
    help: "Serial path, @VID[:PID], tcp:HOST:PORT or ble:NAME; default: the only serial port",
  },
  { name: "baud", value: "RATE", help: "Bits per second of a serial port (default 115200)" },
  { name: "yes", short: "y", help: "Take the question before anything is erased for answered with yes" },
  CI_FLAG,
];

/** Says once which port is taken, and why. Refuses (usage) ports that carry no console. */
export function reachOf(output: Output, { portName, chosenBy, baudRate }: PortChoice): Reach {
  if (portName !== undefined && parsePortName(portName).kind === "udp") {
    throw usageError(
      "udp: carries device management, not the interpreter's console.", "Use a cable, tcp:, or ble: for Bluetooth.",
    );
  }
  let hasSaidPort = false;
  return {
    openPort: async () => {
      const port = await openPort(portName, { baudRate, timeoutMs: OPEN_TIMEOUT_MS, chosenBy, carries: "console" });
      if (!hasSaidPort) {
        hasSaidPort = true;
        output.note(`port ${shown(port.name)}, ${port.why}`);
      }
      return port;
    },
    pause: async (durationMs) => {
      await delay(durationMs);
    },
  };
}
