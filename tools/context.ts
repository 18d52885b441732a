/** Everything a verb takes from outside its arguments, so that tests can hand in their own. */

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { systemCode, systemSentence } from "./errors";
import { ExitCode } from "./exit-codes";

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Results: text, or bytes of a file that was asked for. */
  stdout(data: string | Uint8Array): void;
  /** Messages. */
  stderr(text: string): void;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Asks for a secret without showing it. `undefined` where there is nobody to ask. */
  askSecret(question: string): Promise<string | undefined>;
  /** Asks for a line of text. `undefined`, or no such function, where there is nobody to ask. */
  ask?(question: string): Promise<string | undefined>;
}

/** The context of the running process. */
export function processContext(): Context {
  process.stdout.on("error", onStdoutError);
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: (data) => void process.stdout.write(data),
    stderr: (text) => void process.stderr.write(text),
    stdoutIsTerminal: process.stdout.isTTY,
    stderrIsTerminal: process.stderr.isTTY,
    askSecret,
    ask,
  };
}

/** Output that cannot be written comes as an event, which would end the process with a stack trace. */
function onStdoutError(error: Error): void {
  // The reader of a pipe went away (`trialboot info x | head`): it has seen enough, and the exit code stays right.
  if (systemCode(error) !== "EPIPE") {
    process.stderr.write(`error: The output cannot be written: ${systemSentence(error)}.\n`);
    process.exit(ExitCode.Failure);
  }
}

async function askSecret(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  process.stderr.write(question);
  // readline echoes what is typed to its output; an output that swallows everything keeps the secret off the screen.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return await new Promise((resolve) => {
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => resolve(undefined));
    lines.question("", (answer) => {
      resolve(answer);
      process.stderr.write("\n");
      lines.close();
    });
  });
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return await new Promise((resolve) => {
    lines.on("close", () => resolve(undefined));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
