/** From a source to the payload of an image: one function expression that the boot chain calls with the door. */

import path from "node:path";
import { bundleModules } from "../build/bundle";
import { checkForEngine, formatFinding } from "../build/engine-check";
import type { Engine } from "../build/engines";
import { shown } from "../arguments";
import type { Context } from "../context";
import { malformed, ToolError } from "../errors";
import { resolvePath } from "../files";
import { PACKAGE_FOLDER } from "../package-folder";
import { checkApplication, hasErrors } from "./check";
import { compileProject, sharedFile } from "./compile-project";
import { declareFirst } from "./declare-first";
import type { Severity } from "./findings";
import { inspectProject } from "./inspect-project";
import { type FileFinding, inspectScript, type InspectedScript } from "./inspect-script";
import type { ProjectFile } from "./project-file";
import { shortenScript, wrapScript } from "./wrap-script";

export interface BuildOrder {
  /** Path of the source. */
  readonly source: string;
  readonly engine: Engine;
  readonly board: string;
  readonly project: ProjectFile;
  /** Builds whatever the check says. */
  readonly force: boolean;
}

export interface BuiltPayload {
  /** ASCII; undefined where the check found errors. */
  readonly text: string | undefined;
  readonly findings: readonly FileFinding[];
}

const FREE_VARIABLES_MIN_DEFAULT = 200;

export function isTypeScript(source: string): boolean {
  return /\.[cm]?ts$/i.test(source) && !/\.d\.[cm]?ts$/i.test(source);
}

/**
 * Refuses (malformed) what cannot be built at all; what the check finds is in the result.
 */
export async function buildPayload(context: Context, order: BuildOrder): Promise<BuiltPayload> {
  return isTypeScript(order.source) ? await buildProject(context, order) : await buildScript(context, order);
}

async function buildProject(context: Context, order: BuildOrder): Promise<BuiltPayload> {
  const { source, engine, board, project: given, force } = order;
  const misplaced = (["minTrialMs", "freeVariablesMin", "checks"] as const).find((name) => given[name] !== undefined);
  if (misplaced !== undefined) {
    throw malformed(
      `The project file's ${misplaced} is for plain scripts; ${shown(source)} starts the runtime itself.`,
      "Say it in startRuntime, and take it out of the project file.",
    );
  }
  const { project, findings } = inspectProject(context, source, { engine, board });
  if (hasErrors(findings) && !force) {
    return { text: undefined, findings };
  }
  const set = { modules: project.modules, entryFile: resolvePath(context, source), fileOf: sharedFile };
  const target = { name: path.basename(source), entry: source, exported: "main", parameters: ["door"] };
  let text: string;
  try {
    text = declareFirst(await bundleModules({ ...set, hasSideEffects: true }, target, engine));
  } catch (error) {
    throw error instanceof ToolError ? error : cannotBundle(source, error);
  }
  requireRunnable(text, order, [
    // Of the developer's lines the check has spoken, in part as warnings; packages are looked at only here.
    ...checkForEngine(text, { ...engine, ...MILD, hoistsFunctions: true }),
    ...checkApplication(text, { engine, board }).findings.filter(({ rule, severity }) => isFatal(rule, severity)),
  ]);
  return { text, findings };
}

/** What may be meant as it is. */
const MILD = { wrongStatics: {}, ignoredArguments: {}, absentMethods: [] };

/** What compiling or shortening must not have brought in. */
function isFatal(rule: string, severity: Severity): boolean {
  return severity === "error" && ["language", "order", "syntax"].includes(rule);
}

function cannotBundle(source: string, error: unknown): ToolError {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = /"main" is not exported/.test(message);
  return malformed(
    isMissing ? `${shown(source)} exports no function main.` : `${shown(source)} cannot be bundled: ${message}`,
    isMissing ? "Write: export function main(door: Handover): void { ... }" : "Correct the imports.",
  );
}

async function buildScript(context: Context, order: BuildOrder): Promise<BuiltPayload> {
  const { source, engine, board, force } = order;
  const script = inspectScript(context, source, { engine, board });
  const isReadable = script.form === "script" || script.form === "function";
  if (!isReadable || (hasErrors(script.findings) && !force)) {
    return { text: undefined, findings: script.findings };
  }
  const whole = script.form === "function" ? script.text.trim().replace(/;$/, "") : await wrap(script, order);
  const text = await shortenScript(whole);
  const { findings } = checkApplication(text, { engine, board });
  requireRunnable(text, order, findings.filter(({ rule, severity }) => isFatal(rule, severity)));
  return { text, findings: script.findings };
}

async function wrap(script: InspectedScript, { engine, project }: BuildOrder): Promise<string> {
  if (engine.name !== "espruino") {
    throw malformed(
      `A plain script can be adapted for Espruino only, not for ${engine.title}.`,
      "Write a payload: (function (door) { ... }), or TypeScript with export function main(door).",
    );
  }
  const whole = wrapScript({
    adapter: await adapterText(engine),
    script: script.text,
    topNames: script.topNames,
    modules: script.modules,
    minTrialMs: project.minTrialMs,
    freeVariablesMin: project.freeVariablesMin ?? FREE_VARIABLES_MIN_DEFAULT,
    checks: project.checks ?? [],
  });
  // The expressions of the project file are nobody's lines, so they are looked at in place.
  for (const { name, passed } of project.checks ?? []) {
    const { form, findings } = checkApplication(`(${passed}\n)`, { engine, board: undefined });
    if (form === "unreadable") {
      throw malformed(
        `The check "${shown(name)}" of the project file is no expression: ${findings[0]?.sentence ?? ""}`,
        "Write an expression of the script's own names, such as: gatewayAnswered",
      );
    }
  }
  return whole;
}

/** Built from its source like everything else on the board, so that it needs no copy in the package. */
async function adapterText(engine: Engine): Promise<string> {
  const entryFile = path.join(PACKAGE_FOLDER, "firmware", "adapter.ts");
  const { modules } = compileProject(entryFile, PACKAGE_FOLDER);
  return await bundleModules({ modules, entryFile }, { name: "adapter", entry: entryFile, exported: "adapt" }, engine);
}

/** What was built has been checked as source; here is what compiling and shortening may have made of it. */
function requireRunnable(
  text: string,
  { source, engine, force }: BuildOrder,
  findings: readonly { line: number; column: number; sentence: string }[],
): void {
  if (findings.length > 0 && !force) {
    const lines = findings.slice(0, 20).map((finding) => {
      const around = text.split("\n")[finding.line - 1]?.slice(finding.column - 1, finding.column + 59) ?? "";
      return `${formatFinding("payload", finding)} Near: ${shown(around)}`;
    });
    throw malformed(
      `${engine.title} cannot run what ${shown(source)} is built to:\n${lines.join("\n")}`,
      "Write these places another way; docs/developer.md says what the engine lacks.",
    );
  }
}
