/** Compares what print-hashes.ts printed with Node's digests. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { patternBytes } from "../../support/hashes";
import { PRINTED_LENGTH_MAX } from "./print-hashes";

/** Defines the tests; call it inside a `describe`. */
export function testPrintedHashes(run: () => string[] | Promise<string[]>): void {
  let lines: string[] = [];

  before(async function () {
    this.timeout(120_000);
    lines = await run();
  });

  for (const name of ["sha256", "sha512"]) {
    it(`${name} agrees with Node for every length up to ${PRINTED_LENGTH_MAX} bytes`, () => {
      for (let length = 0; length <= PRINTED_LENGTH_MAX; length++) {
        const digest = createHash(name).update(patternBytes(length)).digest("hex");
        assert.ok(lines.includes(`hash ${name} ${length} ${digest}`), `${length} bytes`);
      }
    });
  }
}
