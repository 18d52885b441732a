/** The project's own files as the house tests look at them: what would be committed, by path from the root. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../../tools/build/repository";

/** Folders at the root that are made, not written. */
const NOT_OURS = new Set(["node_modules", "build", "dist", "coverage", ".git"]);

export const DEVICE_FOLDERS = ["core", "hal", "bootloader", "firmware"];
export const TOP_FOLDERS = [...DEVICE_FOLDERS, "boards", "sim", "tools", "test", "docs"];

function collect(folder: string, found: string[]): string[] {
  for (const entry of readdirSync(path.join(REPOSITORY, folder), { withFileTypes: true })) {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) {
      found.push(file);
    } else if (entry.isDirectory() && !NOT_OURS.has(file)) {
      collect(file, found);
    }
  }
  return found;
}

let everyFile: string[] | undefined;

/** All files, sorted; paths with forward slashes. */
export function projectFiles(): string[] {
  everyFile ??= collect("", []).sort();
  return everyFile;
}

export function typescriptFiles(): string[] {
  return projectFiles().filter((file) => file.endsWith(".ts"));
}

export function readText(file: string): string {
  return readFileSync(path.join(REPOSITORY, file), "utf8");
}

/** First part of the path: the folder that the import rules speak of. */
export function topFolder(file: string): string {
  return file.split("/", 1)[0] ?? "";
}
