/** SHA-256 of 64 KiB and SHA-512 of one block: native, ours for Espruino, portable, and tweetnacl's. */

import { JAVASCRIPT_ENGINES } from "../engine";
import { type Candidate, measureJavaScript } from "../javascript";
import { type BenchRow, notRun } from "../row";
import { digestOf } from "../samples";
import type { BenchSource } from "../source";

const SHA256 = "SHA-256 of 64 KiB";
const SHA512 = "SHA-512 of 96 bytes";
const BASELINE = "tweetnacl";

/** Bytes that the program makes itself, since 64 KiB of literals would not fit into every heap. */
const MESSAGE_BYTES = 65536;

const repeated = new Uint8Array(1024).map((_, i) => i * 7);
const long = new Uint8Array(MESSAGE_BYTES).map((_, i) => repeated[i % 1024]);
const short = repeated.slice(0, 96);

const DATA_256 = { part: repeated, digest: digestOf("sha256", long) };
const DATA_512 = { message: short, digest: digestOf("sha512", short) };

const COMPARE = `function compare(d){for(var i=0;i<digest.length;i++)if(d[i]!==digest[i])throw "wrong";}`;
const FILL = `var bytes=new Uint8Array(65536);for(var i=0;i<64;i++)bytes.set(part,i*1024);`;
/** Compares once, before anything is measured: a native hash takes less time than the comparison. */
const CHECKED = `${COMPARE}compare(run());return run;`;
const PIECES = `function run(){var c=exported();for(var i=0;i<64;i++)c.update(part);return c.digest();}${CHECKED}`;
const SHORT = `function run(){return exported(message);}${CHECKED}`;

const NATIVE: Readonly<Record<string, string>> = {
  espruino: "function hash(name,bytes){return new Uint8Array(require('crypto')[name](bytes));}",
  node: "function hash(name,bytes){return require('crypto').createHash(name).update(bytes).digest();}",
};

function natives(engine: string): Candidate[] {
  const native = NATIVE[engine];
  if (native === undefined) {
    return [];
  }
  return [
    { group: SHA256, name: "native", data: DATA_256, make: `${native}${FILL}
      function run(){return hash("SHA256",bytes);}${CHECKED}` },
    { group: SHA512, name: "native", data: DATA_512, make: `${native}
      function run(){return hash("SHA512",message);}${CHECKED}`, baseline: BASELINE },
  ];
}

function candidates(engine: string): Candidate[] {
  const sha256 = (folder: string, name: string): Candidate => ({
    group: SHA256, name, data: DATA_256, make: PIECES,
    entry: { file: `${folder}/sha256.ts`, exported: "createSha256" },
  });
  const sha512 = (folder: string, name: string): Candidate => ({
    group: SHA512, name, data: DATA_512, make: SHORT, baseline: BASELINE,
    entry: { file: `${folder}/sha512.ts`, exported: "sha512" },
  });
  return [
    {
      group: SHA512, name: BASELINE, data: DATA_512, make: SHORT,
      entry: { file: "test/bench/entries/tweetnacl.ts", exported: "tweetnaclHash" },
    },
    ...natives(engine),
    ...(engine === "espruino"
      ? [sha256("hal/espruino", "ours for Espruino"), sha512("hal/espruino", "ours for Espruino")]
      : []),
    sha256("core/crypto", "ours, portable"),
    sha512("core/crypto", "ours, portable"),
  ];
}

export const source: BenchSource = {
  order: 2,
  async measure(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const engine of JAVASCRIPT_ENGINES) {
      if (engine.version === undefined) {
        rows.push(notRun(engine.name, SHA256, "not installed"), notRun(engine.name, SHA512, "not installed"));
      } else {
        rows.push(...(await measureJavaScript(engine, candidates(engine.name))));
      }
    }
    return rows;
  },
};
