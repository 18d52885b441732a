/** A script and the modules that it asks for, read and checked. Needs no compiler. */

import path from "node:path";
import { existsSync } from "node:fs";
import { type AnyNode, parse } from "acorn";
import { walk } from "../build/syntax-tree";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure, malformed } from "../errors";
import { readFile, resolvePath } from "../files";
import { requiredModule } from "./calls";
import { type ApplicationForm, checkApplication, type CheckSetting } from "./check";
import type { ApplicationFinding } from "./findings";

/** A finding and the file that it is in, as the messages name it. */
export interface FileFinding extends ApplicationFinding {
  readonly file: string;
}

export interface InspectedScript {
  readonly form: ApplicationForm;
  readonly text: string;
  readonly findings: readonly FileFinding[];
  readonly topNames: ReadonlySet<string>;
  /** Texts of modules/NAME.js beside the script, by name. */
  readonly modules: ReadonlyMap<string, string>;
}

const SOURCE_BYTES_MAX = 4 * 1048576;
const MODULES_MAX = 64;

/** Refuses (failure) unreadable files, (malformed) text that is not UTF-8. */
export function readSource(context: Context, file: string): string {
  const bytes = readFile(context, file, SOURCE_BYTES_MAX);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed(
      `${shown(file)} is not a text in UTF-8.`,
      "Name the application's source; to look at an image, use trialboot info.",
    );
  }
}

/** The names in `require("name")`; none for text that is not JavaScript. */
function requiredNames(text: string): string[] {
  const names = new Set<string>();
  try {
    walk(parse(text, { ecmaVersion: "latest", sourceType: "script" }), (node: AnyNode) => {
      const name = requiredModule(node);
      if (name !== undefined) {
        names.add(name);
      }
    });
  } catch {
    // Whoever checks the text says what is wrong with it.
  }
  return [...names];
}

/** Files of modules/ beside the source that it asks for, directly or through one another. */
function collectModules(context: Context, source: string, text: string): Map<string, string> {
  const folder = path.join(path.dirname(source), "modules");
  const modules = new Map<string, string>();
  const toDo = requiredNames(text);
  for (let name = toDo.pop(); name !== undefined; name = toDo.pop()) {
    const file = path.join(folder, `${name}.js`);
    const isName = /^[\w-]+(?:\.[\w-]+)*$/.test(name);
    if (modules.has(name) || !isName || !existsSync(resolvePath(context, file))) {
      continue;
    }
    if (modules.size >= MODULES_MAX) {
      throw failure(`${shown(source)} asks for more than ${MODULES_MAX} modules.`, "Put some of them into one file.");
    }
    const content = readSource(context, file);
    modules.set(name, content);
    toDo.push(...requiredNames(content));
  }
  return modules;
}

/**
 * Reads and checks a script.
 *
 * @param source its path, as the messages are to name it
 */
export function inspectScript(context: Context, source: string, setting: CheckSetting): InspectedScript {
  const text = readSource(context, source);
  const modules = collectModules(context, source, text);
  const linked = { ...setting, linkedModules: new Set(modules.keys()) };
  const { form, findings, topNames } = checkApplication(text, linked);
  const ofModules = [...modules].flatMap(([name, content]) => {
    const file = path.join(path.dirname(source), "modules", `${name}.js`);
    return checkApplication(content, { ...linked, origin: "linked" }).findings.map((each) => ({ ...each, file }));
  });
  const own = findings.map((each) => ({ ...each, file: source }));
  return { form, text, topNames, modules, findings: [...own, ...ofModules] };
}
