/**
 * tools/main.ts and all it imports as one module for Node; packages and Node's own modules stay outside. Beside it the
 * sample applications for the simulator, because the installed command has no compiler.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { type Plugin, rollup } from "rollup";
import ts from "typescript";
import { sampleText, SAMPLES } from "../sim-bundles";
import { boardNames, loadBoard } from "../boards";
import { REPOSITORY } from "./repository";

export interface HostBundle {
  /** Packages that the bundle imports; each must be a dependency in package.json. */
  readonly packages: readonly string[];
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

/** @param folder absolute path; the bundle is written to trialboot.js in it, the samples to samples/ */
export async function bundleHost(folder: string): Promise<HostBundle> {
  const bundle = await rollup({
    input: path.join(REPOSITORY, "tools", "main.ts"),
    external: (source) => !source.startsWith(".") && !path.isAbsolute(source),
    plugins: [typescriptModules()],
    onwarn(warning) {
      throw new Error(`rollup: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "trialboot.js"), output[0].code);
  await writeSamples(folder);
  const packages = output[0].imports.filter((name) => !name.startsWith("node:") && !builtinModules.includes(name));
  return { packages: packages.sort() };
}
