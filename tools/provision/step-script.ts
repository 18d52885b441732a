/** Steps as statements of Espruino: for a console, or for a file that somebody pastes into a Web IDE. */

import { bytesLiteral } from "./literal";
import type { ProvisioningStep } from "./steps";

/** Defines what the statements of `stepScript` use. */
export const SCRIPT_HEAD = 'var S=require("Storage"),F=require("Flash");';

/** Statements of a failed check throw this, with the step's name behind it. */
export const SCRIPT_FAILURE = "trialboot: not as written: ";

function check(condition: string, what: string): string {
  return `if(${condition})throw "${SCRIPT_FAILURE}${what}";`;
}

/** A statement, on one line, that does the step once SCRIPT_HEAD has run. A check that fails throws. */
export function stepScript(step: ProvisioningStep): string {
  switch (step.kind) {
    case "erase-storage":
      return "S.eraseAll();";
    case "erase-page":
      return `F.erasePage(${step.address});`;
    case "write-file": {
      const size = step.offsetBytes === 0 ? `,${step.fileBytes}` : "";
      return `S.write("${step.name}",${bytesLiteral(step.bytes)},${step.offsetBytes}${size});`;
    }
    case "write-flash":
      return `F.write(${bytesLiteral(step.bytes)},${step.address});`;
    case "verify-file": {
      const isOther = `(S.read("${step.name}")||"").length!=${step.fileBytes}`;
      return check(`${isOther}||E.CRC32(S.read("${step.name}"))!=${step.crc32}`, step.name);
    }
    case "verify-flash":
      return check(`E.CRC32(F.read(${step.lengthBytes},${step.address}))!=${step.crc32}`, String(step.address));
    case "verify-place": {
      const header = `E.toString(F.read(${step.header.length},${step.address - step.header.length}))`;
      return check(`${header}!=${bytesLiteral(step.header)}`, step.name);
    }
    case "activate":
      return `S.write("${step.name}","${step.word}",${step.offsetBytes});`;
  }
}

/** A whole script. It prints one line when all went well. */
export function stepsScript(steps: readonly ProvisioningStep[]): string {
  return [SCRIPT_HEAD, ...steps.map(stepScript), 'print("trialboot: provisioned");', ""].join("\n");
}
