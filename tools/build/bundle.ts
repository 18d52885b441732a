/** One target to one minified ES5 expression: tsc, rollup, terser, and the check against the board's engine. */

import path from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import { type Plugin, rollup } from "rollup";
import { type CompressOptions, type FormatOptions, minify } from "terser";
import { compileForDevice, type CompiledModules } from "./compile";
import { unwrapClasses } from "./classes";
import { checkForEngine, formatFinding } from "./engine-check";
import type { Engine } from "./engines";
import { hoistBareVariables } from "./hoist";
import { innerNames } from "./mangle";
import { REPOSITORY } from "./repository";
import { guardSequences } from "./sequences";
import type { BundleTarget } from "./targets";
import { makeNamesUnique } from "./unique-names";

const ENTRY = "\0entry";

/** Compiled modules, and how their imports are found. */
export interface ModuleSet {
  readonly modules: CompiledModules;
  /** Absolute path of the entry module. */
  readonly entryFile: string;
  /** The file of an import that is not relative; undefined: a package. */
  readonly fileOf?: (source: string) => string | undefined;
  /** Whether a module stays that is imported for what it does and not for what it exports. */
  readonly hasSideEffects?: boolean;
}

/** Serves the compiled modules to rollup, and the entry that only names the exported function. */
function compiledModules({ modules, entryFile, fileOf }: ModuleSet, exported: string): Plugin {
  return {
    name: "compiled-modules",
    resolveId(source, importer) {
      if (source === ENTRY) {
        return ENTRY;
      }
      if (importer === ENTRY) {
        return entryFile;
      }
      if (source.startsWith(".") && importer !== undefined && modules.has(importer)) {
        const file = `${path.resolve(path.dirname(importer), source)}.ts`;
        return modules.has(file) ? file : null;
      }
      return fileOf?.(source) ?? null;
    },
    load(id) {
      if (id === ENTRY) {
        return `export { ${exported} } from ${JSON.stringify(entryFile)};`;
      }
      return modules.get(id) ?? null;
    },
  };
}

/** tweetnacl looks for Node's random generator when it is loaded; boards only verify, and have no such module. */
const withoutNodeCrypto: Plugin = {
  name: "without-node-crypto",
  transform: (code) => code.replaceAll(/\brequire\((["'])crypto\1\)/g, "undefined"),
};

/** All modules in one scope, each before those that import it. */
async function joinModules(set: ModuleSet, exported: string): Promise<string> {
  const bundle = await rollup({
    input: ENTRY,
    plugins: [compiledModules(set, exported), withoutNodeCrypto, nodeResolve(), commonjs()],
    treeshake: { moduleSideEffects: set.hasSideEffects === true },
    onwarn(warning) {
      // Helpers that TypeScript puts in front of a module ask for an older copy of themselves by `this`.
      if (warning.code !== "THIS_IS_UNDEFINED") {
        throw new Error(`rollup: ${warning.message}`);
      }
    },
  });
  const { output } = await bundle.generate({ format: "es", generatedCode: "es5", strict: false, sourcemap: false });
  await bundle.close();
  return output[0].code;
}

/** Has terser leave the function `name` where it is defined. */
function keepSeparate(code: string, name: string): string {
  return code.replaceAll(new RegExp(`(?<!function )\\b${name}\\(`, "g"), `/*@__NOINLINE__*/${name}(`);
}

/** The modules' scope as an expression; see BundleTarget for what it evaluates to. */
function asExpression(code: string, target: BundleTarget): string {
  const exported = /\nexport \{ (\w+)(?: as (\w+))? \};\s*$/.exec(`\n${code}`);
  if (exported === null || (exported[2] ?? exported[1]) !== target.exported) {
    throw new Error(`${target.entry} must export ${target.exported} and rollup must keep it the only export.`);
  }
  const inner = `\n${code}`.slice(0, exported.index);
  const flat = target.hasFlatClasses === true ? unwrapClasses(inner) : inner;
  const scope = (target.separate ?? []).reduce(keepSeparate, flat);
  const local = exported[1] ?? target.exported;
  if (target.parameters === undefined) {
    return `(function(){${scope}\nreturn ${local};})()`;
  }
  const parameters = target.parameters.join(",");
  return `(function(${parameters}){${scope}\nreturn ${local}(${parameters});})`;
}

/** Matches each of `names` as a whole. They are identifiers. */
function anyOf(names: string[]): RegExp {
  return new RegExp(`^(?:${names.map((name) => name.replaceAll("$", "\\$")).join("|")})$`);
}

const COMPRESS: CompressOptions = {
  ecma: 5,
  passes: 3,
  arrows: false,
  hoist_funs: false,
  hoist_props: false,
  keep_fargs: false,
  negate_iife: false,
  // Device code has no accessors.
  pure_getters: true,
  unsafe: false,
  typeofs: false,
};

const FORMAT: FormatOptions = { ecma: 5, ascii_only: true, comments: false, semicolons: true, wrap_iife: true };

/**
 * Terser works on statements, so the expression is minified as a value that is assigned. Functions and variables stay
 * in the order of their definition: Espruino does not hoist. That takes two steps: the first puts constants and
 * functions where they are used, the second has all variables of a function at its start (otherwise one `var` of
 * several may be dropped, and be the first).
 */
async function minifyExpression(expression: string, names: ReadonlyMap<string, string>): Promise<string> {
  const prefix = "$trialboot=";
  const folded = await minify(makeNamesUnique(prefix + expression), {
    ecma: 5,
    module: false,
    compress: { ...COMPRESS, inline: 3, hoist_vars: false, join_vars: false },
    mangle: false,
    format: { ...FORMAT, preserve_annotations: true },
  });
  const { code } = await minify(hoistBareVariables(folded.code ?? ""), {
    ecma: 5,
    module: false,
    compress: { ...COMPRESS, inline: 1, hoist_vars: true },
    mangle: { toplevel: true, properties: names.size > 0 && { builtins: true, regex: anyOf([...names.keys()]) } },
    // Properties get exactly the given names.
    nameCache: { props: { props: Object.fromEntries([...names].map(([name, short]) => [`$${name}`, short])) } },
    format: FORMAT,
  });
  if (code?.startsWith(prefix) !== true) {
    throw new Error("terser dropped the expression");
  }
  return code.slice(prefix.length).replace(/;$/, "");
}

/** One expression of modules that were compiled already. What the engine lacks is not looked for. */
export async function bundleModules(set: ModuleSet, target: BundleTarget, engine: Engine): Promise<string> {
  const names = target.hasInnerNames === true ? innerNames() : new Map<string, string>();
  const minified = await minifyExpression(asExpression(await joinModules(set, target.exported), target), names);
  const expression = engine.hasAssignedSequences ? minified : guardSequences(minified);
  // A function expression at the start of a file needs its parentheses to be an expression at all.
  return expression.startsWith("function") ? `(${expression})` : expression;
}

/**
 * Builds one target for one engine.
 *
 * @returns the text of the bundle: ASCII, one expression, no newline at the end
 * @throws Error with every place that the engine would refuse
 */
export async function buildBundle(target: BundleTarget, engine: Engine): Promise<string> {
  const entryFile = path.join(REPOSITORY, target.entry);
  const text = await bundleModules({ modules: compileForDevice([entryFile]), entryFile }, target, engine);
  const findings = checkForEngine(text, engine);
  if (findings.length > 0) {
    const lines = findings.map((finding) => formatFinding(`${target.name}.js`, finding));
    throw new Error(`${engine.title} cannot run ${target.entry}:\n${lines.join("\n")}`);
  }
  return text;
}
