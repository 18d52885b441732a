import { fileURLToPath } from "node:url";

/** Absolute path of the package: from tools/ in a checkout and from dist/ in an installed package alike. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../", import.meta.url));
