/** Finds a Chromium that is installed: CHROMIUM names one, else the usual names on the PATH. */

import { accessSync, constants } from "node:fs";
import path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of the browser; `undefined` if there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const named = process.env["CHROMIUM"];
  const candidates = [
    ...(named === undefined || named === "" ? [] : [named]),
    ...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ];
  return candidates.find(isExecutable);
}
