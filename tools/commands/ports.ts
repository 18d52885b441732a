/** `trialboot ports`: where a board may be plugged in. */

import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { type ListedPort, listPorts } from "../ports/list-ports";
import { PORT_DRIVERS } from "../ports/open-port";
import { beginVerb } from "../verb";

const LINE: CommandLine = {
  name: "trialboot ports",
  summary: "Lists the serial ports, and what their USB ids say of the board behind them. Nothing is opened.",
  positionals: [],
  flags: [],
};

function portLine(port: ListedPort): string {
  const ids = port.vendorId === undefined ? "" : `@${port.vendorId}:${port.productId ?? "????"}`;
  const maker = port.manufacturer === undefined ? "" : shown(port.manufacturer);
  return [shown(port.path).padEnd(20), ids.padEnd(10), maker.padEnd(20), port.board ?? ""].join("  ").trimEnd();
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { output } = begun;
  const ports = await listPorts(await PORT_DRIVERS.serial());
  output.jsonValue({ ok: true, ports });
  if (!output.json) {
    output.data(ports.map((port) => portLine(port) + "\n").join(""));
  }
  if (ports.length === 0) {
    output.note("no serial port was found. Plug the board in with a cable that carries data.");
  }
  return ExitCode.Ok;
}

export const portsCommand: Command = {
  name: "ports",
  summary: "list the serial ports and the boards that may be behind them",
  usage: helpText(LINE),
  run,
};
