import path from "node:path";
import { PACKAGE_FOLDER } from "../package-folder";

/** Absolute path of the checkout, or of the installed package. */
export const REPOSITORY = path.resolve(PACKAGE_FOLDER);
