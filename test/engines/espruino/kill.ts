/** The end of a process that a test has started. */

import type { ChildProcess } from "node:child_process";

/**
 * Kills it in the middle of whatever it does, and waits until it is gone. Espruino ignores everything gentler.
 *
 * @param child `undefined`: there is none
 */
export async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child !== undefined) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
