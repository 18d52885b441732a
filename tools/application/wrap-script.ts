/** A plain script as the function that the boot chain calls, with the runtime in front of it. */

import { minify } from "terser";
import type { ScriptCheck } from "./project-file";

export interface ScriptParts {
  /** Expression of the function `adapt` of firmware/adapter.ts. */
  readonly adapter: string;
  readonly script: string;
  /** Names that the script declares at its top. */
  readonly topNames: ReadonlySet<string>;
  /** Texts of modules by their name in `require`. */
  readonly modules: ReadonlyMap<string, string>;
  readonly minTrialMs: number | undefined;
  readonly freeVariablesMin: number;
  readonly checks: readonly ScriptCheck[];
}

/** The same name for the script, unless it has one like it of its own. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeName(`${wanted}$`, taken) : wanted;
}

function optionsText({ minTrialMs, freeVariablesMin, checks }: ScriptParts): string {
  // The expressions are evaluated when the runtime asks, in the script's own scope.
  const list = checks.map(
    ({ name, deadlineMs, passed }) =>
      `{name:${JSON.stringify(name)},deadlineMs:${String(deadlineMs)},passed:function(){return (${passed}\n)}}`,
  );
  return `{minTrialMs:${String(minTrialMs)},freeVariablesMin:${String(freeVariablesMin)},checks:[${list.join(",")}]}`;
}

/**
 * `require` that knows the modules of the application beside the built-in ones. A module runs when it is asked for the
 * first time, as on Espruino.
 */
function linkerText(modules: ReadonlyMap<string, string>): string {
  const list = [...modules].map(
    ([name, text]) => `${JSON.stringify(name)}:function(require,module,exports){${text}\n}`,
  );
  return (
    `(function(builtIn){var texts={${list.join(",")}};var made={};` +
    "function load(name){if(!texts[name])return builtIn(name);" +
    "if(!made[name]){made[name]={exports:{}};texts[name](load,made[name],made[name].exports);}" +
    "return made[name].exports;}return load;})(require)"
  );
}

/** The whole program, readable. */
export function wrapScript(parts: ScriptParts): string {
  const { adapter, script, topNames, modules } = parts;
  const door = freeName("door", topNames);
  // Espruino calls a global onInit after the start; the script's own is no longer global.
  const onInit = topNames.has("onInit") ? "\n;global.onInit=onInit;" : "";
  const body = `${script}${onInit}`;
  const linked = modules.size === 0 ? body : `(function(require){${body}\n})(${linkerText(modules)});`;
  return `(function(${door}){(${adapter})(${door},${optionsText(parts)});\n${linked}\n})`;
}

const PREFIX = "$trialboot=";

/**
 * Comments and blanks away, names of locals short: Espruino reads a function's text at every call. Nothing is moved,
 * and no statement is changed.
 *
 * @param expression one function expression
 */
export async function shortenScript(expression: string): Promise<string> {
  const { code = "" } = await minify(PREFIX + expression, {
    ecma: 5,
    module: false,
    compress: false,
    mangle: { reserved: ["of"] },
    format: { ascii_only: true, comments: false, semicolons: true, wrap_iife: true },
  });
  const text = code.slice(PREFIX.length).replace(/;$/, "");
  return text.startsWith("function") ? `(${text})` : text;
}
