/**
 * What went wrong, for people: a sentence, what to do next, and the exit code. Everything a verb refuses is one of
 * these; any other exception is a defect of the tool and is shown as an internal error.
 */

import { ExitCode } from "./exit-codes";

export class ToolError extends Error {
  readonly exitCode: ExitCode;
  /** What to do next; a sentence, or "" if there is nothing to add. */
  readonly next: string;

  constructor(exitCode: ExitCode, sentence: string, next: string) {
    super(sentence);
    this.name = "ToolError";
    this.exitCode = exitCode;
    this.next = next;
  }
}

/** The command line is wrong. */
export function usageError(sentence: string, next = ""): ToolError {
  return new ToolError(ExitCode.Usage, sentence, next);
}

/** A file, a key or the environment does not do what was asked of it. */
export function failure(sentence: string, next = ""): ToolError {
  return new ToolError(ExitCode.Failure, sentence, next);
}

/** The input is a file of the wrong form. */
export function malformed(sentence: string, next = ""): ToolError {
  return new ToolError(ExitCode.Malformed, sentence, next);
}

/** The code that the operating system gave an error ("ENOENT"), or "". */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

const SYSTEM_SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not open it",
  EPERM: "this user may not change it",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
  EMFILE: "too many files are open",
  ELOOP: "the symbolic links go in a circle",
  ENAMETOOLONG: "the name is too long",
};

/** Why the operating system refused, in words. */
export function systemSentence(error: unknown): string {
  const code = systemCode(error);
  return SYSTEM_SENTENCES[code] ?? (code === "" ? "the operating system refused" : `the system says ${code}`);
}
