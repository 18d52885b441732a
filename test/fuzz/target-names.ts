/** The targets there are: the modules in targets/. */

import { readdirSync } from "node:fs";
import path from "node:path";

export function targetNames(): string[] {
  return readdirSync(path.join(import.meta.dirname, "targets"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();
}
