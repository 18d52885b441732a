/** What tools/main.ts needs of a verb. One file per verb exports one of these. */

import type { Context } from "./context";

export interface Command {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** The whole help text. */
  readonly usage: string;
  /**
   * @param argv what follows the verb
   * @returns the exit code; what goes wrong is thrown as ToolError
   */
  run(argv: readonly string[], context: Context): Promise<number>;
}
