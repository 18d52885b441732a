/** Loads a user's file of globals: a .js or .mjs module that exports `globals`, and `modules` if it likes. */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { GlobalsSource, UserGlobals } from "./types";

function isSource(value: unknown): value is GlobalsSource {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/**
 * @param path of the file, relative to the current folder
 * @returns its globals; throws TypeError with the path where the file exports none
 */
export async function loadGlobals(path: string): Promise<UserGlobals> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  const { globals, modules } = module;
  if (!isSource(globals)) {
    throw new TypeError(`${path} must export "globals", an object with the globals by name`);
  }
  if (modules !== undefined && !isSource(modules)) {
    throw new TypeError(`${path} exports "modules", but it is no object`);
  }
  return modules === undefined ? { globals } : { globals, modules };
}
