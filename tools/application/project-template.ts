/** The files of a new project. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE_FOLDER } from "../package-folder";

export interface TemplateFile {
  /** Path inside the project, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

const TEMPLATES = path.join(PACKAGE_FOLDER, "tools", "templates");
const END = ".txt";

function collect(folder: string, inside: string, found: TemplateFile[], fill: (text: string) => string): void {
  for (const entry of readdirSync(path.join(folder, inside), { withFileTypes: true })) {
    const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) {
      collect(folder, name, found, fill);
    } else if (name.endsWith(END)) {
      const text = fill(readFileSync(path.join(folder, name), "utf8"));
      // npm leaves files named .gitignore out of packages.
      found.push({ name: name.slice(0, -END.length).replace(/^gitignore$/, ".gitignore"), text });
    }
  }
}

/**
 * @param language of the application
 * @param values what stands for `{{name}}` and `{{board}}`
 */
export function projectFiles(
  language: "typescript" | "javascript",
  values: { readonly name: string; readonly board: string },
): TemplateFile[] {
  const fill = (text: string): string => text.replaceAll("{{name}}", values.name).replaceAll("{{board}}", values.board);
  const found: TemplateFile[] = [];
  collect(path.join(TEMPLATES, "common"), "", found, fill);
  collect(path.join(TEMPLATES, language), "", found, fill);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
