/** What goes wrong with the wire, in words (exit code 30). */

import { shown } from "../arguments";
import { systemCode, ToolError } from "../errors";
import { ExitCode } from "../exit-codes";

export function linkError(sentence: string, next = ""): ToolError {
  return new ToolError(ExitCode.Link, sentence, next);
}

export function isLinkError(error: unknown): error is ToolError {
  return error instanceof ToolError && error.exitCode === ExitCode.Link;
}

const GROUP = "On Linux, add yourself to the group that owns it (often dialout), then log in again.";

const BY_CODE: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["there is no such port", "Plug the board in, and see trialboot ports."],
  EACCES: ["this user may not open it", GROUP],
  EPERM: ["this user may not open it", GROUP],
  EBUSY: ["another program has it open", "Close the other program (a terminal, an IDE), then try again."],
  ECONNREFUSED: ["nobody listens there", "Start the simulator or the bridge, and check the number of the port."],
  ENOTFOUND: ["there is no host of that name", "Check the name, and the network."],
  EAI_AGAIN: ["the name of the host cannot be looked up", "Check the name, and the network."],
  EHOSTUNREACH: ["the host cannot be reached", "Check the network and the device's address."],
  ENETUNREACH: ["the network cannot be reached", "Check the network and the device's address."],
  ETIMEDOUT: ["nobody answers there", "Check the address, and that the device is on."],
  ECONNRESET: ["the other side ended the connection", "Try again."],
  EPIPE: ["the other side ended the connection", "Try again."],
};

/** serialport puts the system's words in its messages and no code beside them. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/no such file|cannot find|file not found/i, "ENOENT"],
  [/permission denied|access (is )?denied/i, "EACCES"],
  [/cannot lock|is locked|temporarily unavailable|resource busy|in use/i, "EBUSY"],
];

/** The error of a port that cannot be opened or has failed. */
export function portFailure(what: string, name: string, error: unknown): ToolError {
  const message = error instanceof Error ? error.message : "";
  const code = systemCode(error) in BY_CODE
    ? systemCode(error)
    : (BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? systemCode(error));
  const saying = code === "" ? shown(message.replace(/^Error: ?/, "").replace(/\.$/, "")) : code;
  const [why, next] = BY_CODE[code] ?? [
    saying === "" ? "the system refused" : `the system says ${saying}`,
    "Unplug the board, plug it in again, and see trialboot ports.",
  ];
  return linkError(`${what} ${shown(name)}: ${why}.`, next);
}

/** The connection is gone in the middle of something: waiting does not help, opening the port again may. */
export class ConnectionEnded extends ToolError {
  constructor(name: string) {
    const next = "Check the cable or the distance, then run this again.";
    super(ExitCode.Link, `The connection to ${shown(name)} ended.`, next);
  }
}
