/** The user's file of globals, with sentences for what can be wrong with it. */

import { existsSync } from "node:fs";
import { loadGlobals } from "../sim/globals/load";
import type { UserGlobals } from "../sim/globals/types";
import { shown } from "./arguments";
import type { Context } from "./context";
import { failure } from "./errors";
import { resolvePath } from "./files";

const NEXT = "It is a .js or .mjs module with `export const globals = { NAME: value }`; see docs/qa.md.";

/** Refuses (failure) a file that is missing, that fails when it is loaded, or that exports no globals. */
export async function loadUserGlobals(context: Context, path: string): Promise<UserGlobals> {
  const fullPath = resolvePath(context, path);
  if (!existsSync(fullPath)) {
    throw failure(`${shown(path)} cannot be read: there is no such file or folder.`, "Check the name.");
  }
  try {
    return await loadGlobals(fullPath);
  } catch (error) {
    const text = error instanceof Error ? error.message.replaceAll(fullPath, path) : String(error);
    throw failure(`${shown(path)} cannot be used as globals: ${shown(text)}.`, NEXT);
  }
}
