/** Ed25519 and LMS on the JavaScript engines, against tweetnacl in the same run. */

import { JAVASCRIPT_ENGINES } from "../engine";
import { type Candidate, measureJavaScript } from "../javascript";
import { type BenchRow, notRun } from "../row";
import { combSamples, ed25519Sample, type LmsSample, lmsSamples } from "../samples";
import type { BenchSource } from "../source";

const GROUP = "Signature checks";
const BASELINE = "tweetnacl Ed25519";

const sample = ed25519Sample();
const combs = combSamples(sample.publicKey);

/** How an engine makes its verifiers from the export of a bundle, as JavaScript. */
interface Verifiers {
  readonly ed25519: readonly { readonly title: string; readonly file: string; readonly make: string }[];
  readonly lms: { readonly file: string; readonly exported: string; readonly make: string };
}

const PAUSE = "function pause(){}";

const MAKE_ED25519 = `${PAUSE};var check=exported(base,pause);`;

const JERRYSCRIPT: Verifiers = {
  ed25519: [
    { title: "Ed25519 (BigInt)", file: "hal/jerryscript/ed25519.ts", make: MAKE_ED25519 },
    { title: "Ed25519 (doubles)", file: "hal/jerryscript/ed25519-doubles.ts", make: MAKE_ED25519 },
  ],
  lms: {
    file: "test/bench/entries/lms-portable.ts",
    exported: "createLmsCheck",
    make: `${PAUSE};var check=exported(pause);`,
  },
};

const VERIFIERS: Readonly<Record<string, Verifiers>> = {
  espruino: {
    ed25519: [
      { title: "Ed25519", file: "hal/espruino/ed25519.ts", make: MAKE_ED25519 },
      { title: "Ed25519 (own SHA-512)", file: "hal/espruino/ed25519-portable-hash.ts", make: MAKE_ED25519 },
    ],
    lms: {
      file: "hal/espruino/lms.ts",
      exported: "createLmsCheck",
      make: `${PAUSE};var check=exported(require("crypto").SHA256,process.memory,pause);`,
    },
  },
  jerryscript: JERRYSCRIPT,
  node: JERRYSCRIPT,
};

const EXPECT = `if(check(key,message,signature,table)!==true)throw "refused";`;

const baseline: Candidate = {
  group: GROUP,
  name: BASELINE,
  entry: { file: "test/bench/entries/tweetnacl.ts", exported: "tweetnaclVerify" },
  data: { key: sample.publicKey, message: sample.message, signature: sample.signature },
  make: `return function(){if(exported(key,message,signature)!==true)throw "refused";}`,
};

function ed25519Candidates(verifiers: Verifiers): Candidate[] {
  return verifiers.ed25519.flatMap(({ title, file, make }) => {
    const entry = { file, exported: "createEd25519Check" };
    const common = { group: GROUP, entry, baseline: BASELINE };
    const data = { key: sample.publicKey, message: sample.message };
    const withTables = combs.flatMap(({ teeth, baseTable, keyTable }): Candidate[] =>
      [false, true].map((hasHint) => ({
        ...common,
        name: `${title}, h = ${teeth}${hasHint ? ", hint" : ""}`,
        data: { ...data, signature: hasHint ? sample.hinted : sample.signature, base: baseTable, table: keyTable },
        make: `${make}return function(){${EXPECT}};`,
        tableBytes: baseTable.length + keyTable.length,
      })));
    const [smallest] = combs;
    return [...withTables, {
      ...common,
      name: `${title}, no table of the key`,
      data: { ...data, signature: sample.signature, base: smallest.baseTable },
      make: `${make}var table;return function(){${EXPECT}};`,
      tableBytes: smallest.baseTable.length,
    }];
  });
}

function lmsCandidate(lms: Verifiers["lms"], title: string, vector: LmsSample): Candidate {
  return {
    group: GROUP,
    name: `LMS ${vector.name}${title}`,
    entry: { file: lms.file, exported: lms.exported },
    data: { key: vector.publicKey, message: vector.message, signature: vector.signature },
    make: `${lms.make}return function(){if(check(key,message,signature)!==true)throw "refused";};`,
    baseline: BASELINE,
    tableBytes: 0,
  };
}

/** Boards without a native SHA-256 have LMS too; the fastest and the usual set show what it costs there. */
function lmsWithoutNativeHash(): Candidate[] {
  const lms = { ...JERRYSCRIPT.lms, file: "test/bench/entries/lms-espruino.ts" };
  const wanted = ["M32 H10 W4", "M24 H5 W2"];
  return lmsSamples()
    .filter(({ name }) => wanted.includes(name))
    .map((vector) => lmsCandidate(lms, ", SHA-256 not native", vector));
}

/** JerryScript's heap of 512 KiB does not hold all tables at once, so each part is compared with its own baseline. */
function parts(candidates: readonly Candidate[], size: number): Candidate[][] {
  const result: Candidate[][] = [];
  for (let at = 0; at < candidates.length; at += size) {
    result.push([baseline, ...candidates.slice(at, at + size)]);
  }
  return result;
}

export const source: BenchSource = {
  order: 1,
  async measure(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const engine of JAVASCRIPT_ENGINES) {
      const verifiers = VERIFIERS[engine.name];
      if (engine.version === undefined || verifiers === undefined) {
        rows.push(notRun(engine.name, GROUP, "not installed"));
        continue;
      }
      const candidates = [
        ...ed25519Candidates(verifiers),
        ...lmsSamples().map((vector) => lmsCandidate(verifiers.lms, "", vector)),
        ...(engine.name === "espruino" ? lmsWithoutNativeHash() : []),
      ];
      const size = engine.name === "jerryscript" ? 6 : candidates.length;
      for (const [index, part] of parts(candidates, size).entries()) {
        const measured = await measureJavaScript(engine, part);
        rows.push(...(index === 0 ? measured : measured.slice(1)));
      }
    }
    return rows;
  },
};
