/**
 * Everything that is measured on Lua, as a program that runs when it is loaded; the same loop as in javascript.ts. What
 * a check needs stands before it in the global table BENCH, as hexadecimal digits.
 */

import { assert } from "../../../core/assert";
import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { verifyLms } from "../../../core/crypto/lms";
import { createSha256, sha256 } from "../../../core/crypto/sha256";
import { sha512 } from "../../../core/crypto/sha512";
import { fromHex, toHex } from "../../engines/portable/check";

interface Case {
  readonly kind: string;
  readonly base: string;
  readonly table: string;
  readonly key: string;
  readonly message: string;
  readonly signature: string;
  readonly digest: string;
}

interface Run {
  readonly body: (this: void) => void;
  count: number;
}

declare const BENCH: { readonly rounds: number; readonly sampleMs: number; readonly cases: Case[] };
declare const os: { readonly clock: (this: void) => number };
declare function print(this: void, text: string): void;

function nothing(): void {
  // No watchdog here.
}

/** Nothing is measured that does not work. */
function expect(condition: boolean): void {
  assert(condition, 990);
}

function ed25519(item: Case): (this: void) => void {
  const check = createPortableEd25519(fromHex(item.base), { sha512, pause: nothing });
  const key = fromHex(item.key);
  const message = fromHex(item.message);
  const signature = fromHex(item.signature);
  const table = item.table.length > 0 ? fromHex(item.table) : undefined;
  return () => {
    expect(check(key, message, signature, table));
  };
}

function lms(item: Case): (this: void) => void {
  const key = fromHex(item.key);
  const message = fromHex(item.message);
  const signature = fromHex(item.signature);
  const services = { sha256: (bytes: Uint8Array) => sha256(bytes), pause: () => nothing() };
  return () => {
    expect(verifyLms(services, key, message, signature));
  };
}

function longHash(item: Case): (this: void) => void {
  const part = fromHex(item.message);
  return () => {
    const computation = createSha256();
    for (let i = 0; i < 64; i++) {
      computation.update(part);
    }
    expect(toHex(computation.digest()) === item.digest);
  };
}

function shortHash(item: Case): (this: void) => void {
  const message = fromHex(item.message);
  return () => {
    expect(toHex(sha512(message)) === item.digest);
  };
}

function bodyOf(item: Case): (this: void) => void {
  if (item.kind === "ed25519") {
    return ed25519(item);
  }
  if (item.kind === "lms") {
    return lms(item);
  }
  return item.kind === "sha256" ? longHash(item) : shortHash(item);
}

/** @returns milliseconds for one call */
function time(body: (this: void) => void, count: number): number {
  const start = os.clock();
  for (let i = 0; i < count; i++) {
    body();
  }
  return (os.clock() - start) * 1000 / count;
}

function runAll(): void {
  const runs: Run[] = [];
  for (let i = 0; i < BENCH.cases.length; i++) {
    const body = bodyOf(BENCH.cases[i]);
    const first = Math.max(time(body, 1), BENCH.sampleMs / 1000);
    runs.push({ body, count: Math.ceil(BENCH.sampleMs / first) });
  }
  for (let round = 0; round < BENCH.rounds; round++) {
    for (let i = 0; i < runs.length; i++) {
      print("sample " + i.toString() + " " + time(runs[i].body, runs[i].count).toString());
    }
  }
}

runAll();
