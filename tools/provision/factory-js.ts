/**
 * Provisioning as a text for the board's own console: a Web IDE sends it, where a board can be reached over Bluetooth
 * alone. Each line is numbered and does nothing unless all before it did what they should: a line that was lost, an
 * error or a bad read-back stops everything before the board is activated.
 */

import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES, STUB_BYTES } from "../../hal/espruino/stub";
import { chunksOf } from "./board-memory";
import { bytesLiteral, textLiteral } from "./console-line";
import type { ProvisioningStep } from "./steps";

export interface FactoryTextHead {
  /** Name of the board file, and what the interpreter calls the board. */
  readonly name: string;
  readonly board: string;
  /** The one version that the bootloader's plan was made for. */
  readonly version: string;
  /** First line of the file, for people: what this is. */
  readonly title: string;
}

/** What it prints when everything was written, read back and activated, and when it stops. */
export const FACTORY_TEXT_DONE = "trialboot: done.";
export const FACTORY_TEXT_STOPPED = "trialboot: STOPPED: ";

const DEFINE =
  "global.tb={n:0,ok:1,S:require(\"Storage\"),F:require(\"Flash\"),stop:function(w){if(tb.ok){tb.ok=0;" +
  `print("${FACTORY_TEXT_STOPPED}"+w)}},` +
  "run:function(n,w,f){if(E.kickWatchdog)E.kickWatchdog();if(!tb.ok)return;" +
  "if(n!=++tb.n)return tb.stop(\"line \"+tb.n+\" was lost. Send this file again.\");" +
  "try{if(f()===false)tb.stop(w)}catch(e){tb.stop(w+\" \"+e)}}};";

const AGAIN = "Send this file again.";

interface Line {
  /** What is said if it fails. */
  readonly failure: string;
  /** A statement, or an expression behind `return`, that is false if it fails. */
  readonly code: string;
}

function writeLines(step: Extract<ProvisioningStep, { kind: "write-file" | "write-flash" }>): Line[] {
  let at = step.kind === "write-file" ? step.offsetBytes : step.address;
  return chunksOf(step.bytes).map((chunk) => {
    const literal = bytesLiteral(chunk);
    const place = at;
    at += chunk.length;
    if (step.kind === "write-flash") {
      return { failure: `Flash cannot be written. ${AGAIN}`, code: `tb.F.write(${literal},${place})` };
    }
    const size = place === 0 ? `,${step.fileBytes}` : "";
    return {
      failure: `Storage has no room for ${step.name}.`,
      code: `return tb.S.write(${textLiteral(step.name)},${literal},${place}${size})`,
    };
  });
}

function linesOf(step: ProvisioningStep): Line[] {
  const badRead = `What was read back is not what was written. ${AGAIN}`;
  switch (step.kind) {
    case "write-file":
    case "write-flash":
      return writeLines(step);
    case "erase-storage":
      return [{ failure: "Storage cannot be erased.", code: "tb.S.eraseAll()" }];
    case "erase-page":
      return [{ failure: "Flash cannot be erased.", code: `tb.F.erasePage(${step.address})` }];
    case "verify-file":
      return [{
        failure: badRead,
        code: `var s=tb.S.read(${textLiteral(step.name)});return !!s&&s.length==${step.fileBytes}&&` +
          `E.CRC32(s)==${step.crc32}`,
      }];
    case "verify-flash":
      return [{
        failure: badRead,
        code: `return E.CRC32(tb.F.read(${step.lengthBytes},${step.address}))==${step.crc32}`,
      }];
    case "verify-place": {
      const { length } = step.header;
      return [{
        failure: `The file ${step.name} has not come to its place. ${AGAIN}`,
        code: `return E.toString(tb.F.read(${length},${step.address - length}))==${bytesLiteral(step.header)}`,
      }];
    }
    case "activate":
      return [{
        failure: `It cannot be activated. ${AGAIN}`,
        code: `return tb.S.write("${step.name}","${step.word}",${step.offsetBytes})&&` +
          `tb.S.read("${step.name}",${step.offsetBytes},${step.word.length})=="${step.word}"`,
      }];
  }
}

/** A board that runs a bootloader already must not lose its files while it runs from them. */
function unprovision(): Line {
  const isActive = `s&&s.length==${STUB_BYTES}&&s.substr(${ACTIVE_WORD_OFFSET_BYTES},4)=="${ACTIVE_WORD}"`;
  return {
    failure: "The bootloader that was here is turned off now. Start the board anew, then send this file again.",
    code: `var s=tb.S.read(".boot0");if(${isActive}){tb.S.erase(".boot1");tb.S.erase(".boot0");return false}`,
  };
}

/**
 * The text. Nothing in it is secret, and it holds no device key unless the steps do.
 *
 * @param steps all of provisioning, or the page of one unit alone
 */
export function factoryText(head: FactoryTextHead, steps: readonly ProvisioningStep[]): string {
  const lines: Line[] = [
    {
      failure: `This file is for ${head.board} (${head.name}), not for this board. Nothing was written.`,
      code: `return process.env.BOARD=="${head.board}"`,
    },
    {
      failure: `This file is for Espruino ${head.version}. Flash that first. Nothing was written.`,
      code: `return process.version=="${head.version}"`,
    },
    ...(steps.some(({ kind }) => kind === "erase-storage") ? [unprovision()] : []),
    ...steps.flatMap(linesOf),
  ];
  const numbered = lines.map(({ failure, code }, index) => {
    return `tb.run(${index + 1},"${failure}",function(){${code}});`;
  });
  const end =
    `if(tb.ok&&tb.n==${lines.length})print("${FACTORY_TEXT_DONE} Start the board anew (power off and on).");` +
    "else tb.stop(\"Lines were lost. Send this file again.\");";
  return [`// ${head.title}`, DEFINE, ...numbered, end, ""].join("\n");
}
