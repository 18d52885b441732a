/** Built-in functions that do not go together with signed updates, as a table. */

import { error, type Remark, warning } from "./findings";

const DOOR_DATA = "Use require(\"Storage\"), which keeps to the data partition, or door.data, which is raw flash.";
const ANNOUNCE = "Call door.announceRestart() right before it.";
const LEAVE_WATCHDOG = "Remove it: the boot chain starts the watchdog, and the runtime kicks it.";

/** By path: what is said of every call. */
export const CONFLICTS: Readonly<Record<string, Remark>> = {
  save: error(
    "save",
    "save() is refused: what it stores would run before the bootloader.",
    "Keep what must survive with require(\"Storage\").writeJSON and read it at the start.",
  ),
  "E.setBootCode": error(
    "boot-code",
    "E.setBootCode() is refused: code comes to the board as a signed image only.",
    "Put the code into the application.",
  ),
  "E.enableWatchdog": error(
    "watchdog",
    "E.enableWatchdog() would change the watchdog of the boot chain: with automatic kicks nothing notices a hang.",
    LEAVE_WATCHDOG,
  ),
  "E.kickWatchdog": warning(
    "watchdog",
    "E.kickWatchdog() keeps an application alive whose health checks fail.",
    LEAVE_WATCHDOG,
  ),
  "Flash.write": error("flash", "Flash.write() may overwrite slots and journal.", DOOR_DATA),
  "Flash.erasePage": error("flash", "Flash.erasePage() may erase slots and journal.", DOOR_DATA),
  "Modules.removeAllCached": error(
    "modules",
    "Modules.removeAllCached() may bring back Espruino's own Storage, which a power cut can wipe, bootloader included.",
    "Remove single modules with Modules.removeCached(name).",
  ),
  "Storage.open": error(
    "storage",
    "require(\"Storage\").open() is refused: its files make Storage compact, and a power cut then wipes everything.",
    "Keep a bounded list and write it as a whole: require(\"Storage\").writeJSON(name, list).",
  ),
  "Storage.eraseAll": warning(
    "storage",
    "require(\"Storage\").eraseAll() erases all the application's files, and nothing else.",
    "Erase files by name, so that a rollback finds what it needs.",
  ),
  "Storage.compact": warning(
    "storage",
    "require(\"Storage\").compact() does nothing here: the data partition tidies itself.",
    "Remove it.",
  ),
  "E.removeAllListeners": warning(
    "listeners",
    "E.removeAllListeners() also removes what others listen for.",
    "Remove your own: E.removeListener(event, callback).",
  ),
  "process.removeAllListeners": error(
    "listeners",
    "process.removeAllListeners() hides uncaught errors from the boot chain: a broken image would not be rolled back.",
    "Remove your own: process.removeListener(event, callback).",
  ),
  "E.compiledC": error(
    "compiled",
    "E.compiledC() is compiled by the Web IDE at upload, and nobody uploads here.",
    "Write it in JavaScript, or put the compiled form into the file.",
  ),
  "E.asm": error("compiled", "E.asm() is assembled by the Web IDE at upload, and nobody uploads here.",
    "Write it in JavaScript, or put the assembled form into the file."),
  "E.nativeCall": warning("memory", "E.nativeCall() can reach everything, the boot chain included.",
    "Be sure that the code keeps to its own memory."),
  setTime: {
    severity: "note",
    rule: "time",
    sentence: "setTime() moves no deadline of a trial: the boot chain counts uptime.",
    next: "",
  },
};

/** Restarts, which count as failures unless they were announced. */
export const RESTARTS: Readonly<Record<string, Remark>> = Object.fromEntries(
  ["load", "reset", "E.reboot", "ESP32.reboot"].map((path) => [
    path,
    error(
      "restart",
      `${path}() without a word counts as a failure: it ends a trial, and five in a row lead to recovery.`,
      ANNOUNCE,
    ),
  ]),
);

export const DEEP_SLEEPS: Readonly<Record<string, Remark>> = Object.fromEntries(
  ["ESP32.deepSleep", "ESP32.deepSleepExt"].map((path) => [
    path,
    warning(
      "sleep",
      `${path}() without a word forgets the time that a trial has run.`,
      "Call door.announceSleep() right before it.",
    ),
  ]),
);

/** Without an argument these end everybody's timers or watches. */
export const CLEARS: Readonly<Record<string, Remark>> = {
  ...Object.fromEntries(
    ["clearInterval", "clearTimeout"].map((path) => [
      path,
      error(
        "clear-all",
        `${path}() without an argument also ends the runtime's timer, and the watchdog resets the board.`,
        `Keep the number that the timer had, and hand it to ${path}.`,
      ),
    ]),
  ),
  clearWatch: warning(
    "clear-all",
    "clearWatch() without an argument ends every watch, also those of others.",
    "Keep the number that setWatch gave, and hand it to clearWatch.",
  ),
};

/** What the guarded Storage has. */
export const STORAGE_MEMBERS: ReadonlySet<string> = new Set(
  "read readArrayBuffer readJSON write writeJSON erase eraseAll list getFree compact open".split(" "),
);

export const BOOT_FILE = /^\.(?:boot(?:0|1|2|3|rst|cde|PowerOn)|varimg)$/;

/** Modules that some build of Espruino has inside. */
export const BUILT_IN_MODULES: ReadonlySet<string> = new Set(
  (
    "CC3000 ESP8266 Flash NetworkJS Storage TelnetServer WIZnet Wifi crypto dgram fs heatshrink http neopixel net " +
    "tensorflow timer tls tv"
  ).split(" "),
);

/** Those that only one kind of board has. */
export const MODULES_OF_BOARDS: Readonly<Record<string, readonly string[]>> = {
  Wifi: ["esp32", "esp32c3", "esp32s3"],
  locale: ["banglejs2"],
  Layout: ["banglejs2"],
};
