/**
 * What is sent to the interpreter's console, and how an answer is found in what comes back. The package `espruino` is
 * not used for this: docs/provisioning.md says why.
 */

import { createHostHash } from "../host-hash";

/**
 * Bytes of a line that every console takes at once, whatever the board does meanwhile: the smallest input buffer of the
 * supported boards has 1,024 (nRF52), some of which hold what belongs to no character.
 */
export const LINE_BYTES_MAX = 800;

/** Deletes what is left in the line, from a connection that broke or of characters that came too late. */
const CLEAR_LINE = "\x15";
/** At the start of a line: run it without echo. */
const QUIET_LINE = "\x10";

/** Name of the function that answers; short, since it stands in every line. */
export const ANSWER_FUNCTION = "$tb";

/**
 * Makes the function that evaluates and answers: `<tb`, the number of the question, `=` and a value or `!` and an
 * error, both as JSON, then the CRC-32 of these, since a line may lose characters. A question that comes again gets the
 * answer that it had, and is not evaluated again: lines are sent anew when they may be lost, and Espruino for Linux was
 * seen to run a line twice. The watchdog of a bootloader that was here before may still run.
 */
const DEFINE_ANSWER =
  `global.$tN=0;global.${ANSWER_FUNCTION}=function(n,f){if(n<$tN)return;` +
  "if(n>$tN){$tN=n;var r;try{r=\"=\"+JSON.stringify([f()])}catch(e){" +
  "r=\"!\"+JSON.stringify([\"\"+(e&&e.message||e)])}" +
  "global.$tA=\"<t\"+\"b\"+n+r+\";\"+E.CRC32(r)+\">\"}" +
  "if(E.kickWatchdog)E.kickWatchdog();print($tA)};";

/**
 * Puts Storage and Flash themselves into `$tS` and `$tF`: an application may have put something in front of `require`,
 * as the bootloader's guard of Storage does. Leaves all that as it was.
 */
export const DEFINE_MODULES =
  "(function(r){r=global.require;delete global.require;global.$tS=require(\"Storage\");global.$tF=require(\"Flash\");" +
  "global.require=r;return 1})()";

const hash = createHostHash();

/** A line that asks for the value of `expression`. */
export function questionLine(number: number, expression: string): string {
  return `${CLEAR_LINE}${QUIET_LINE}${ANSWER_FUNCTION}(${number},function(){return ${expression}})\n`;
}

/** The first line on a new connection: defines the answering function, and asks. */
export function openingLine(number: number, expression: string): string {
  return `${CLEAR_LINE}${QUIET_LINE}${DEFINE_ANSWER}${ANSWER_FUNCTION}(${number},function(){return ${expression}})\n`;
}

export interface Answer {
  /** Whether `value` is what the expression gave; otherwise it is the error's text. */
  readonly isValue: boolean;
  readonly value: unknown;
}

/**
 * Looks for the answer to one question.
 *
 * @returns `undefined` if it has not come, or not in one piece
 */
export function findAnswer(received: string, number: number): Answer | undefined {
  const found = new RegExp(`<tb${number}(([=!])(\\[.*\\]));(\\d+)>`).exec(received);
  if (found === null) {
    return undefined;
  }
  const [, checked = "", kind, json = "", crc] = found;
  if (hash.crc32(Buffer.from(checked, "latin1")) !== Number(crc)) {
    return undefined;
  }
  try {
    const [value] = JSON.parse(json) as [unknown];
    return { isValue: kind === "=", value };
  } catch {
    return undefined;
  }
}

/** Bytes as the shortest literal that the interpreter reads: base64 for binary ones, a plain string for text. */
export function bytesLiteral(bytes: Uint8Array): string {
  const base64 = `atob("${Buffer.from(bytes).toString("base64")}")`;
  const plain = textLiteral(Buffer.from(bytes).toString("latin1"));
  return plain.length <= base64.length ? plain : base64;
}

/** A string of characters 0 to 255 as a literal in printable ASCII. */
export function textLiteral(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (character) => {
    return character === "\"" || character === "\\"
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}
