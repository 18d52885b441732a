/** Random signatures as the text that test/engines/portable/ed25519-cases.ts reads, and what must come out. */

import assert from "node:assert/strict";
import { buildBaseTable } from "../../tools/ed25519/comb-table";
import { randomCases, tableCache } from "../core/crypto/ed25519-portable-cases";

export interface CaseTexts {
  readonly baseTable: string;
  readonly keyTables: string;
  readonly cases: string;
  /** The line that an engine has to print. */
  readonly expected: string;
}

const TEETH = 5;
const TABLES = 8;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The first eight keys have tables. */
export function caseTexts(count: number): CaseTexts {
  const table = tableCache(TEETH);
  const cases = randomCases(count, "engines");
  const keys = [...new Set(cases.map(({ publicKey }) => hex(publicKey)))].slice(0, TABLES);
  const lines = cases.map(({ publicKey, message, signature }) => {
    const index = keys.indexOf(hex(publicKey));
    return [hex(publicKey), hex(message), hex(signature), index < 0 ? "" : String(index)].join(",");
  });
  const expected = cases.map(({ isValid }) => (isValid ? "1" : "0")).join("");
  assert.match(expected, /1.*0|0.*1/);
  return {
    baseTable: hex(buildBaseTable(TEETH)),
    keyTables: keys.map((key) => hex(table(Buffer.from(key, "hex")))).join(","),
    cases: lines.join("\n"),
    expected,
  };
}
