/**
 * The two smallest files of a bootloader on Espruino, made by the host: `.boot0`, which Espruino runs first at every
 * start, and `.boot1`, which it runs after it.
 *
 * The activating word stands at byte 4 of `.boot0`, aligned to flash words. It is erased until everything else was
 * written and read back; then `Storage.write(".boot0", ACTIVE_WORD, 4)` fills it in. A stub without it does nothing,
 * and neither does `.boot1`: the console stays open, and provisioning can be repeated.
 */

export const ACTIVE_WORD = "boot";
export const ACTIVE_WORD_OFFSET_BYTES = 4;
/** Name of the main part in Storage. */
export const MAIN_FILE = "tb.main";

/** Bytes of `.boot0`, the same in each: `.boot1` tells by it a stub that is whole from one that was cut off. */
export const STUB_BYTES = 224;

const ERASED_WORD = "\xff\xff\xff\xff";

/**
 * `.boot0` without its activating word, one character for each byte.
 *
 * The function that evaluates stands here because it must see no variables but the global ones: what it evaluates sees
 * the same.
 *
 * @param isDevelopment leaves the console open, and says so at every start
 */
export function stubText(mainCrc32: number, configCrc32: number, isDevelopment: boolean): string {
  const first = isDevelopment ? "print(\"trialboot: console open\")" : "E.setConsole(null,{force:true})";
  const text = "if(\"" + ERASED_WORD + "\"==\"" + ACTIVE_WORD + "\"){" + first +
    ";(function(e,c,m){(m=require(\"Storage\").read(\"" + MAIN_FILE + "\"))&&E.CRC32(m)==" + String(mainCrc32) +
    "&&e(m)(e,c)})(function($){return eval($)}," + String(configCrc32) + ")}";
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
