/**
 * Many Ed25519 checks in one program, for engines without a test runner. The program's text defines what it reads:
 * BASE_TABLE; KEY_TABLES, separated by commas; CASES, a line each of key, message, signature and the number of a table
 * or nothing, separated by commas. All bytes are hexadecimal digits. Prints 1 or 0 per case, in one line.
 */

import type { Ed25519Check, Ed25519Services } from "../../../core/crypto/ed25519";
import { sha512 } from "../../../core/crypto/sha512";
import { fromHex } from "./check";

declare const BASE_TABLE: string;
declare const KEY_TABLES: string;
declare const CASES: string;
declare function print(this: void, text: string): void;

export type VerifierFactory = (this: void, baseTable: Uint8Array, services: Ed25519Services) => Ed25519Check;

function runCase(check: Ed25519Check, line: string, tables: Uint8Array[]): string {
  const fields = line.split(",");
  const number = "0123456789".indexOf(fields[3]);
  const table = fields[3] === "" ? undefined : tables[number];
  return check(fromHex(fields[0]), fromHex(fields[1]), fromHex(fields[2]), table) ? "1" : "0";
}

export function runCases(create: VerifierFactory): void {
  const check = create(fromHex(BASE_TABLE), {
    sha512,
    pause(this: void): void {
      // No watchdog runs.
    },
  });
  const tables: Uint8Array[] = [];
  const texts = KEY_TABLES.split(",");
  for (let i = 0; i < texts.length; i++) {
    tables.push(fromHex(texts[i]));
  }
  const lines = CASES.split("\n");
  let outcomes = "";
  for (let i = 0; i < lines.length; i++) {
    outcomes += runCase(check, lines[i], tables);
  }
  print(outcomes);
}
