/** Lua: there is no tweetnacl for it, so ratios are to our own Ed25519 without a table of the key. */

import path from "node:path";
import { compileLuaProgram } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { LUA_ENGINE } from "../engine";
import { numbersAfter } from "../lines";
import { type BenchRow, median, notRun } from "../row";
import { combSamples, digestOf, ed25519Sample, lmsSamples } from "../samples";
import type { BenchSource } from "../source";

const SIGNATURES = "Signature checks";
const BASELINE = "Ed25519, no table of the key";

interface LuaCase {
  readonly group: string;
  readonly name: string;
  readonly kind: "ed25519" | "lms" | "sha256" | "sha512";
  readonly tableBytes?: number;
  readonly data: Readonly<Record<string, Uint8Array>>;
}

const FIELDS = ["base", "table", "key", "message", "signature", "digest"];

function ed25519Cases(): LuaCase[] {
  const sample = ed25519Sample();
  const combs = combSamples(sample.publicKey);
  const data = { key: sample.publicKey, message: sample.message, signature: sample.signature };
  const common = { group: SIGNATURES, kind: "ed25519" as const };
  const [smallest] = combs;
  return [
    {
      ...common, name: BASELINE, tableBytes: smallest.baseTable.length,
      data: { ...data, base: smallest.baseTable },
    },
    ...combs.flatMap(({ teeth, baseTable, keyTable }) => [false, true].map((hasHint) => ({
      ...common,
      name: `Ed25519, h = ${teeth}${hasHint ? ", hint" : ""}`,
      tableBytes: baseTable.length + keyTable.length,
      data: { ...data, signature: hasHint ? sample.hinted : sample.signature, base: baseTable, table: keyTable },
    }))),
  ];
}

function lmsCases(): LuaCase[] {
  return lmsSamples().map(({ name, publicKey, message, signature }) => ({
    group: SIGNATURES, name: `LMS ${name}`, kind: "lms", tableBytes: 0,
    data: { key: publicKey, message, signature },
  }));
}

function hashCases(): LuaCase[] {
  const part = new Uint8Array(1024).map((_, i) => i * 7);
  const long = new Uint8Array(65536).map((_, i) => part[i % 1024]);
  const short = part.slice(0, 96);
  return [
    {
      group: "SHA-256 of 64 KiB", name: "ours, portable", kind: "sha256",
      data: { message: part, digest: digestOf("sha256", long) },
    },
    {
      group: "SHA-512 of 96 bytes", name: "ours, portable", kind: "sha512",
      data: { message: short, digest: digestOf("sha512", short) },
    },
  ];
}

function luaTable(item: LuaCase): string {
  const text = FIELDS.map((field) => `${field}="${Buffer.from(item.data[field] ?? []).toString("hex")}"`);
  return `{kind="${item.kind}",${text.join(",")}}`;
}

function program(cases: readonly LuaCase[]): string {
  const { rounds, sampleMs } = LUA_ENGINE;
  const compiled = compileLuaProgram(path.join(REPOSITORY, "test/bench/entries/lua.ts"));
  return `BENCH={rounds=${rounds},sampleMs=${sampleMs},cases={${cases.map(luaTable).join(",\n")}}}\n${compiled}`;
}

export const source: BenchSource = {
  order: 3,
  measure(): Promise<BenchRow[]> {
    const engine = LUA_ENGINE.name;
    if (LUA_ENGINE.version === undefined) {
      return Promise.resolve([notRun(engine, SIGNATURES, "not installed")]);
    }
    const cases = [...ed25519Cases(), ...lmsCases(), ...hashCases()];
    const lines = LUA_ENGINE.run(program(cases));
    const medians = cases.map((_, index) => median(numbersAfter(lines, "sample", index, LUA_ENGINE.rounds)));
    return Promise.resolve(cases.map(({ group, name, tableBytes }, index) => ({
      engine, group, name,
      median_ms: medians[index],
      repetitions: LUA_ENGINE.rounds,
      ratio: group === SIGNATURES && index > 0 ? medians[0] / medians[index] : null,
      ratio_to: group === SIGNATURES && index > 0 ? `ours, ${BASELINE}` : null,
      bytes: null,
      table_bytes: tableBytes ?? null,
      variables: null,
      note: "",
    })));
  },
};
