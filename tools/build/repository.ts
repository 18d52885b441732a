import path from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout. */
export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
