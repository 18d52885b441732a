/** The frame of the build scripts: arguments in, one sentence and an exit code out when something is wrong. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { ToolError } from "../errors";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>["values"];

/** Parses the script's arguments and runs it. Expected faults are shown as sentences, never as stack traces. */
export async function fromCommandLine<T extends Options>(
  options: T,
  run: (values: Values<T>) => Promise<void>,
): Promise<void> {
  try {
    await run(parseArgs<{ options: T }>({ options }).values);
  } catch (error) {
    const next = error instanceof ToolError ? ` ${error.next}` : "";
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${next}\n`);
    process.exitCode = error instanceof ToolError ? error.exitCode : 1;
  }
}
