/** What every verb that talks to a device has in common: its flags, and what they mean together. */

import { parseArgs } from "node:util";
import { type Arguments, COMMON_FLAGS, type CommandLine, type Flag, integerOf, shown } from "../arguments";
import type { Context } from "../context";
import { usageError } from "../errors";
import { PORT_FORMS } from "../ports/port-name";
import { type Timeouts, timeoutsFrom } from "../smp/device-session";
import type { SerialFraming } from "../smp/link";

const PORT_VARIABLE = "TRIALBOOT_PORT";
const BAUD_VARIABLE = "TRIALBOOT_BAUD";
const BAUD_DEFAULT = 115_200;
const BAUD_MIN = 300;
const BAUD_MAX = 12_000_000;
const TIMEOUT_SECONDS_DEFAULT = 2.5;
const WAIT_SECONDS_DEFAULT = 300;
const SECONDS_MAX = 86_400;

export const CI_FLAG: Flag = {
  name: "ci",
  help: "Ask nothing and draw no bars; on by itself where the variable CI is set",
};

export const DEVICE_FLAGS: readonly Flag[] = [
  { name: "port", short: "p", value: "PORT", help: `Where the device is: ${PORT_FORMS}` },
  { name: "baud", short: "b", value: "RATE", help: `Bits per second of a serial port (default ${BAUD_DEFAULT})` },
  {
    name: "framing",
    value: "HOW",
    choices: ["console", "raw"],
    help: "How messages stand on a serial line: as lines of text (default), or as they are",
  },
  {
    name: "timeout",
    value: "SECONDS",
    help: `Longest wait for one answer (default ${TIMEOUT_SECONDS_DEFAULT}); 16 times as long where flash is erased`,
  },
  { name: "technician-key", value: "KEY.pem", help: "Log in first, with this private Ed25519 key" },
  { name: "passphrase-file", value: "FILE", help: "Its first line is the passphrase of the key" },
  { name: "yes", short: "y", help: "Take every question for answered with yes" },
  CI_FLAG,
];

export const WAIT_FLAG: Flag = {
  name: "wait",
  value: "SECONDS",
  help: `Longest wait for the device to come back and to be healthy (default ${WAIT_SECONDS_DEFAULT})`,
};

export interface PortChoice {
  /** `undefined`: the only serial port there is. */
  readonly portName: string | undefined;
  /** Where the name came from, as a phrase. */
  readonly chosenBy: string;
  readonly baudRate: number;
}

export interface DeviceOptions extends PortChoice {
  readonly framing: SerialFraming;
  readonly timeouts: Timeouts;
  readonly technicianKeyPath: string | undefined;
  readonly passphraseFile: string | undefined;
  /** Questions count as answered with yes. */
  readonly saysYes: boolean;
  /** Nothing is asked. */
  readonly isCi: boolean;
}

/** The port by `--port` and `--baud`, or by the environment. Refuses (usage) speeds out of range. */
export function portChoice(args: Arguments, context: Context): PortChoice {
  const given = args.text("port");
  const fromEnvironment = nonEmpty(context.env[PORT_VARIABLE]);
  const baudText = args.text("baud") ?? nonEmpty(context.env[BAUD_VARIABLE]);
  return {
    portName: given ?? fromEnvironment,
    chosenBy: given === undefined ? `from ${PORT_VARIABLE}` : "named by --port",
    baudRate: baudText === undefined ? BAUD_DEFAULT : integerOf(baudText, "baud", BAUD_MIN, BAUD_MAX),
  };
}

/** Whether nothing is to be asked: by `--ci`, or by the variable that build machines set. */
export function isCi(args: Arguments, context: Context): boolean {
  return args.has("ci") || isSet(context.env["CI"]);
}

/** Refuses (usage) values that are no numbers or out of range. */
export function readDeviceOptions(args: Arguments, context: Context): DeviceOptions {
  return {
    ...portChoice(args, context),
    framing: args.text("framing") === "raw" ? "raw" : "console",
    timeouts: timeoutsFrom(millisecondsOf(args, "timeout", TIMEOUT_SECONDS_DEFAULT)),
    technicianKeyPath: args.text("technician-key"),
    passphraseFile: args.text("passphrase-file"),
    saysYes: args.has("yes"),
    isCi: isCi(args, context),
  };
}

export function waitMsOf(args: Arguments): number {
  return millisecondsOf(args, "wait", WAIT_SECONDS_DEFAULT);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

function millisecondsOf(args: Arguments, name: string, defaultSeconds: number): number {
  const text = args.text(name);
  const seconds = text === undefined ? defaultSeconds : Number(text);
  if (text?.trim() === "" || !(seconds >= 0.01 && seconds <= SECONDS_MAX)) {
    throw usageError(
      `"${shown(text ?? "")}" is not a number of seconds for --${name}.`,
      `Give one from 0.01 to ${SECONDS_MAX}.`,
    );
  }
  return seconds * 1000;
}

/** The line as readArguments wants it, with as many of its last, optional arguments as are there. */
export function withOptionals(line: CommandLine, optionals: readonly string[], argv: readonly string[]): CommandLine {
  const options = Object.fromEntries(
    [...line.flags, ...COMMON_FLAGS].map(({ name, short, value }) => {
      const type: "string" | "boolean" = value === undefined ? "boolean" : "string";
      return [name, short === undefined ? { type, multiple: true } : { type, short, multiple: true }];
    }),
  );
  const given = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true }).positionals.length;
  const taken = Math.max(0, Math.min(optionals.length, given - line.positionals.length));
  return { ...line, positionals: [...line.positionals, ...optionals.slice(0, taken)] };
}

/**
 * Asks before something that cannot be taken back.
 *
 * @param loss what is lost, as a sentence
 * Refuses (usage) if the answer is no, or if there is nobody to ask.
 */
export async function confirmLoss(
  context: Context,
  options: Pick<DeviceOptions, "saysYes" | "isCi">,
  loss: string,
  question: string,
): Promise<void> {
  if (options.saysYes) {
    return;
  }
  const answer = options.isCi ? undefined : await context.ask?.(`${loss}\n${question} [y/N] `);
  if (answer === undefined) {
    throw usageError(`${loss} Nobody is there to agree to that.`, "Add --yes if it is what you want.");
  }
  if (!/^\s*y(es)?\s*$/i.test(answer)) {
    throw usageError("Nothing was changed.");
  }
}
