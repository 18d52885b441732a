/** trialboot.json: what a project says once, so that its command lines are short. */

import path from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure } from "../errors";
import { readFile, resolvePath, SMALL_FILE_BYTES_MAX } from "../files";

/** Something that becomes true in a healthy script. */
export interface ScriptCheck {
  readonly name: string;
  /** Uptime by which it must have been true once, in milliseconds. */
  readonly deadlineMs: number;
  /** An expression in the script's own scope. */
  readonly passed: string;
}

export interface ProjectFile {
  readonly board?: string;
  /** The application's source; paths are relative to the file's folder. */
  readonly entry?: string;
  readonly output?: string;
  readonly version?: string;
  readonly securityCounter?: number | "auto";
  /** The private key that signs. */
  readonly key?: string;
  /** For plain scripts: how long an update is watched before it confirms itself. */
  readonly minTrialMs?: number;
  /** For plain scripts: variables that must stay free. */
  readonly freeVariablesMin?: number;
  /** For plain scripts. */
  readonly checks?: readonly ScriptCheck[];
}

export const PROJECT_FILE = "trialboot.json";

const NAME = { type: "string", minLength: 1, maxLength: 200 };

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    board: NAME,
    entry: NAME,
    output: NAME,
    version: NAME,
    securityCounter: { anyOf: [{ type: "integer", minimum: 0, maximum: 0xffffffff }, { const: "auto" }] },
    key: NAME,
    minTrialMs: { type: "integer", minimum: 0, maximum: 86_400_000 },
    freeVariablesMin: { type: "integer", minimum: 0, maximum: 100_000 },
    checks: {
      type: "array",
      maxItems: 16,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "deadlineMs", "passed"],
        properties: {
          name: { type: "string", minLength: 1, maxLength: 40, pattern: "^[ -~]*$" },
          deadlineMs: { type: "integer", minimum: 1000, maximum: 86_400_000 },
          passed: { type: "string", minLength: 1, maxLength: 500 },
        },
      },
    },
  },
};

let compiled: ValidateFunction<ProjectFile> | undefined;

function sentenceOf({ instancePath, message, params }: ErrorObject): string {
  const field = instancePath === "" ? "the file" : instancePath.slice(1).replaceAll("/", ".");
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return extra === undefined ? `${field} ${message ?? "is wrong"}` : `there is no field ${shown(extra)}`;
}

/**
 * Reads a project file.
 * Refuses (failure): unreadable, not JSON, fields that do not exist or have values that they cannot have.
 */
export function readProjectFile(context: Context, file: string): ProjectFile {
  const text = Buffer.from(readFile(context, file, SMALL_FILE_BYTES_MAX)).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? shown(error.message) : "";
    throw failure(`${shown(file)} is not JSON: ${why}.`, "Correct it; docs/cli.md lists the fields.");
  }
  compiled ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile<ProjectFile>(SCHEMA);
  if (!compiled(value)) {
    const faults = (compiled.errors ?? []).map(sentenceOf).join("; ");
    throw failure(`${shown(file)} cannot be used: ${faults}.`, "Correct it; docs/cli.md lists the fields.");
  }
  return value;
}

/** A path that the project file names, as seen from the working directory; undefined if it names none. */
export function projectPath(context: Context, file: string | undefined, named: string | undefined): string | undefined {
  if (file === undefined || named === undefined) {
    return undefined;
  }
  const full = path.resolve(path.dirname(resolvePath(context, file)), named);
  const relative = path.relative(context.cwd, full);
  return relative === "" ? "." : relative;
}
