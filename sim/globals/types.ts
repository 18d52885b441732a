/** What files of globals export. */

import type { ApplicationHost } from "../host";

/** Globals by name; functions get the arguments the application passes. */
export type Globals = Record<string, unknown>;

/** Globals, or a function that makes them for one start of the processor. */
export type GlobalsSource = Globals | ((host: ApplicationHost) => Globals);

/** A user's file of globals, after it was loaded. */
export interface UserGlobals {
  /** Added to the board's globals; a name that is there already is replaced. */
  readonly globals: GlobalsSource;
  /** Added to what `require` finds. */
  readonly modules?: GlobalsSource | undefined;
}

export function makeGlobals(source: GlobalsSource | undefined, host: ApplicationHost): Globals {
  if (source === undefined) {
    return {};
  }
  return typeof source === "function" ? source(host) : source;
}
