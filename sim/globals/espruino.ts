/**
 * The globals of a board that runs Espruino, as far as the simulator has them. A name that is missing here fails by
 * its name in the application; add it here, or in a file of your own (see sim/README.md).
 */

import type { ApplicationHost } from "../host";
import { pinGlobals } from "./pins";
import { serialPort } from "./serial";
import { storageModule } from "./storage";
import {
  consoleGlobals,
  espruinoObject,
  esp32Object,
  processGlobal,
  restartGlobals,
  timerGlobals,
} from "./system";
import type { Globals } from "./types";

/** Built-ins of Node that Espruino does not have. */
export const ABSENT_BUILTINS: readonly string[] = [
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry", "Symbol", "Proxy", "Reflect", "Iterator"],
  ...["BigInt", "BigInt64Array", "BigUint64Array", "SharedArrayBuffer", "Atomics", "WebAssembly", "Intl"],
  ...["AggregateError", "EvalError", "RangeError", "URIError", "encodeURI", "decodeURI", "escape", "unescape"],
];

/**
 * @param evaluate runs text in the application's realm, for `setTimeout` with text
 */
export function espruinoGlobals(host: ApplicationHost, evaluate: (text: string) => unknown): Globals {
  const globals: Globals = {
    ...timerGlobals(host, evaluate),
    ...consoleGlobals(host),
    ...restartGlobals(host),
    ...pinGlobals(host),
    process: processGlobal(host),
    E: espruinoObject(host),
    Serial1: serialPort(host),
    atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
    btoa: (text: string) => Buffer.from(text, "latin1").toString("base64"),
  };
  if (host.devices.chip.toLowerCase().startsWith("esp32")) {
    globals["ESP32"] = esp32Object(host);
  }
  return globals;
}

/** What `require` finds. */
export function espruinoModules(host: ApplicationHost): Globals {
  return { Storage: storageModule(host) };
}
