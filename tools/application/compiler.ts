/** Modules that need TypeScript, rollup and terser are loaded only when a verb compiles. */

import { failure, systemCode } from "../errors";

/** Refuses (failure), with the package's name, where one is not installed. */
export async function loadCompiler<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const name = /^Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : "")?.[1];
    if (systemCode(error) !== "ERR_MODULE_NOT_FOUND" || name === undefined) {
      throw error;
    }
    throw failure(
      `To build applications, trialboot needs the package ${name}, which is not installed.`,
      "Install trialboot again with all its dependencies; keys, images and the simulator work without.",
    );
  }
}
