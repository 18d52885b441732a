/** Runs the command line in this process, with everything it says captured. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../tools/main";

export const VECTORS = fileURLToPath(new URL("../vectors/mcuboot/", import.meta.url));

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Answers to questions for secrets, in order; without them there is no terminal to ask. */
  readonly secrets?: string[];
  readonly terminal?: boolean;
  /** Answers to other questions, in order. */
  readonly answers?: string[];
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderr: string;
  readonly questions: string[];
}

export async function runMain(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdout: Buffer[] = [];
  const questions: string[] = [];
  let stderr = "";
  const secrets = [...(options.secrets ?? [])];
  const answers = [...(options.answers ?? [])];
  const exitCode = await main(argv, {
    env: options.env ?? {},
    cwd: options.cwd ?? VECTORS,
    stdout: (data) => void stdout.push(Buffer.from(data)),
    stderr: (text) => void (stderr += text),
    stdoutIsTerminal: options.terminal ?? false,
    stderrIsTerminal: options.terminal ?? false,
    askSecret: (question) => {
      questions.push(question);
      return Promise.resolve(secrets.shift());
    },
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answers.shift());
    },
  });
  const bytes = Buffer.concat(stdout);
  return { exitCode, stdout: bytes.toString("utf8"), stdoutBytes: new Uint8Array(bytes), stderr, questions };
}

/** A folder of its own for a test file. Call `remove` when done. */
export function scratchFolder(): { path(name: string): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "trialboot-test-"));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Vector {
  readonly id: string;
  readonly file: string;
  readonly class: string;
  readonly command?: string;
  readonly made_by: string;
  readonly payload?: string;
  readonly slot_size: number;
  readonly sha256: string;
  readonly size: number;
  readonly signing_key?: string;
  readonly expected: string;
  readonly needs: readonly string[];
  readonly fields: {
    readonly magic?: string;
    readonly tlv_areas?: readonly {
      readonly magic: string;
      readonly tlvs: readonly { readonly type: string; readonly len: number; readonly value: string }[];
    }[];
  };
}
