/**
 * tools/main.ts and all it imports as one module for Node; packages and Node's own modules stay outside. Beside it the
 * sample applications for the simulator, because the installed command has no compiler.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { type OutputChunk, type Plugin, rollup } from "rollup";
import ts from "typescript";
import { sampleText, SAMPLES } from "../sim-bundles";
import { boardNames, loadBoard } from "../boards";
import { REPOSITORY } from "./repository";

export interface HostBundle {
  /** Packages that the command imports when it starts; each must be a dependency in package.json. */
  readonly packages: readonly string[];
  /** Packages that are imported when a verb needs them, such as the compilers for `trialboot build`. */
  readonly laterPackages: readonly string[];
}

/** Compiles with the project's own settings; types were checked before. */
function typescriptModules(): Plugin {
  const { config } = ts.readConfigFile(path.join(REPOSITORY, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object };
  };
  return {
    name: "typescript-modules",
    resolveId(source, importer) {
      return source.startsWith(".") && importer !== undefined
        ? `${path.resolve(path.dirname(importer), source)}.ts`
        : null;
    },
    transform(code, id) {
      const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, REPOSITORY);
      const { outputText } = ts.transpileModule(code, {
        fileName: id,
        compilerOptions: { ...options, noEmit: false, isolatedModules: true },
      });
      return { code: outputText, map: null };
    },
  };
}

/** Where sim-bundles.ts looks for them in an installed package: the samples for every engine that a board has. */
async function writeSamples(folder: string): Promise<void> {
  for (const engine of new Set(boardNames().map((name) => loadBoard(name).engine.name))) {
    mkdirSync(path.join(folder, "samples", engine), { recursive: true });
    for (const name of SAMPLES) {
      writeFileSync(path.join(folder, "samples", engine, `${name}.js`), await sampleText(engine, name));
    }
  }
}

/** The packages among what some of `all` chunks import. */
function packagesOf(chunks: readonly OutputChunk[], all: readonly OutputChunk[]): string[] {
  const files = new Set(all.map(({ fileName }) => fileName));
  const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
  const packages = imports.filter(
    (name) => !files.has(name) && !name.startsWith("node:") && !builtinModules.includes(name),
  );
  // An import may name a module inside of a package.
  const names = packages.map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
  return [...new Set(names)].sort();
}

/** The chunk of the entry and all that it imports at once. */
function startingChunks(chunks: readonly OutputChunk[]): OutputChunk[] {
  const found = chunks.filter(({ isEntry }) => isEntry);
  for (const { imports } of found) {
    found.push(...chunks.filter((chunk) => imports.includes(chunk.fileName) && !found.includes(chunk)));
  }
  return found;
}

/** @param folder absolute path; the bundle is written to trialboot.js in it, what it imports later beside it */
async function bundleCommand(folder: string): Promise<OutputChunk[]> {
  const bundle = await rollup({
    input: path.join(REPOSITORY, "tools", "main.ts"),
    external: (source) => !source.startsWith(".") && !path.isAbsolute(source),
    plugins: [typescriptModules()],
    onwarn(warning) {
      throw new Error(`rollup: ${warning.message}`);
    },
  });
  // All in one folder, from which boards/ and the other folders of the package are found.
  const { output } = await bundle.generate({
    format: "es",
    entryFileNames: "trialboot.js",
    chunkFileNames: "trialboot-[name].js",
  });
  await bundle.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
  mkdirSync(folder, { recursive: true });
  for (const { fileName, code } of chunks) {
    writeFileSync(path.join(folder, fileName), code);
  }
  return chunks;
}

/** @param folder absolute path of dist/: the command, and the samples in samples/ */
export async function bundleHost(folder: string): Promise<HostBundle> {
  const chunks = await bundleCommand(folder);
  await writeSamples(folder);
  const packages = packagesOf(startingChunks(chunks), chunks);
  return { packages, laterPackages: packagesOf(chunks, chunks).filter((name) => !packages.includes(name)) };
}

const RUNNER = `import { main } from "./trialboot.js";
process.exitCode = await main(process.argv.slice(2));
`;

/**
 * The command of this checkout, to be run from one file: what runs it from its source puts a call around every function
 * that is made, a fifth of the time of a long search.
 *
 * @param folder absolute path of a folder of the repository
 */
export async function bundleRunner(folder: string): Promise<void> {
  await bundleCommand(folder);
  writeFileSync(path.join(folder, "run-trialboot.js"), RUNNER);
}
