/**
 * The two smallest files of a bootloader on Espruino, made by the host: `.boot0`, which Espruino runs first at every
 * start, and `.boot1`, which it runs after it.
 *
 * The activating word stands at byte 4 of `.boot0`, aligned to flash words. It is erased until everything else was
 * written and read back; then `Storage.write(".boot0", ACTIVE_WORD, 4)` fills it in. A stub without it does nothing,
 * and neither does `.boot1`: the console stays open, and provisioning can be repeated.
 */

import type { Place } from "./plan";

export const ACTIVE_WORD = "boot";
export const ACTIVE_WORD_OFFSET_BYTES = 4;
/** Name of the main part in Storage. */
export const MAIN_FILE = "tb.main";

/** Bytes of `.boot0`, the same in each: `.boot1` tells by it a stub that is whole from one that was cut off. */
export const STUB_BYTES = 304;

const ERASED_WORD = "\xff\xff\xff\xff";

/** Where the host has written files, on a board whose Storage is not mapped. */
export interface StubHint {
  /** The main part with the 32 bytes of its header in Storage, which say that it is a file of this name. */
  readonly mainPlace: Place;
  /** CRC-32 of these bytes. */
  readonly mainCrc32: number;
  readonly configPlace: Place;
}

/**
 * `.boot0` without its activating word, one character for each byte.
 *
 * The function that evaluates stands here because it must see no variables but the global ones: what it evaluates sees
 * the same.
 *
 * @param isDevelopment leaves the console open, and says so at every start
 * @param hint where the files were written, if Storage is not mapped: then one read of the flash gives all bytes of the
 *   main part for its CRC-32, in place of one for every 16 of them
 */
export function stubText(
  mainCrc32: number, configCrc32: number, isDevelopment: boolean, hint?: StubHint,
): string {
  const first = isDevelopment ? "print(\"trialboot: console open\")" : "E.setConsole(null,{force:true})";
  const check = "E.CRC32(m)==" + String(mainCrc32);
  const checks = hint === undefined ? check :
    "(E.CRC32(require(\"Flash\").read(" + String(hint.mainPlace.sizeBytes) + "," + String(hint.mainPlace.address) +
    "))==" + String(hint.mainCrc32) + "||" + check + ")";
  const configText = hint === undefined ? "" :
    ",{address:" + String(hint.configPlace.address) + ",sizeBytes:" + String(hint.configPlace.sizeBytes) + "}";
  const text = "if(\"" + ERASED_WORD + "\"==\"" + ACTIVE_WORD + "\"){" + first +
    ";(function(e,m){(m=require(\"Storage\").read(\"" + MAIN_FILE + "\"))&&" + checks +
    "&&e(m)(e," + String(configCrc32) + configText + ")})(function($){return eval($)})}";
  if (text.length > STUB_BYTES) {
    throw "the stub is too long";
  }
  let padding = "";
  for (let i = text.length; i < STUB_BYTES; i++) {
    padding += " ";
  }
  return text + padding;
}

/**
 * `.boot1`: fails closed. Unless `.boot0` came to its end, the board starts again, and nothing else runs, no other boot
 * file and no console. What could have run before `.boot0` and spoilt the interpreter for it is removed first. It does
 * nothing beside a stub that is whole and was not activated.
 */
export function guardText(): string {
  return "if(global.trialboot)delete global.trialboot;else(function(S,s){s=S.read(\".boot0\");if(!s||s.length!=" +
    String(STUB_BYTES) + "||s.substr(" + String(ACTIVE_WORD_OFFSET_BYTES) + ",4)==\"" + ACTIVE_WORD +
    "\"){S.erase(\".varimg\");S.erase(\".bootPowerOn\");E.reboot()}})(require(\"Storage\"))";
}
