import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Ed25519Check } from "../../../core/crypto/ed25519";
import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { ed25519SelfTest } from "../../../core/crypto/ed25519-self-test";
import { buildBaseTable, COMB_TEETH } from "../../../tools/ed25519/comb-table";

function verifier(teeth: (typeof COMB_TEETH)[number]): { check: Ed25519Check; baseTable: Uint8Array } {
  const baseTable = buildBaseTable(teeth);
  const check = createPortableEd25519(baseTable, {
    sha512: (bytes) => new Uint8Array(createHash("sha512").update(bytes).digest()),
    pause: () => undefined,
  });
  return { check, baseTable };
}

describe("the self-test of Ed25519", () => {
  for (const teeth of COMB_TEETH) {
    it(`passes with ${teeth} teeth`, () => {
      const { check, baseTable } = verifier(teeth);
      assert.equal(ed25519SelfTest(check, baseTable), true);
    });
  }

  it("fails for a verifier that always gives the same answer", () => {
    const { baseTable } = verifier(4);
    assert.equal(ed25519SelfTest(() => true, baseTable), false);
    assert.equal(ed25519SelfTest(() => false, baseTable), false);
  });

  const { check, baseTable } = verifier(4);
  const wrong: [string, Ed25519Check][] = [
    ["takes no notice of the message", (key, _message, signature, table) =>
      check(key, new Uint8Array(32), signature, table)],
    ["takes no notice of R", (key, message, signature, table) =>
      check(key, message, signature, table) || (message[0] === 0 && signature[32] === 0x1d)],
    ["takes no notice of S without a table", (key, message, signature, table) =>
      check(key, message, signature, table) || table === undefined],
    ["takes S + L", (key, message, signature, table) =>
      check(key, message, signature, table) || signature[63] > 15],
    ["works only with a table", (key, message, signature, table) =>
      table !== undefined && check(key, message, signature, table)],
    ["works only without a table", (key, message, signature, table) =>
      table === undefined && check(key, message, signature, table)],
  ];
  for (const [title, broken] of wrong) {
    it(`fails for a verifier that ${title}`, () => {
      assert.equal(ed25519SelfTest(broken, baseTable), false);
    });
  }

  it("fails with a table in which any byte is wrong", () => {
    for (let at = 0; at < baseTable.length; at += 61) {
      const table = baseTable.slice();
      table[at] ^= 1;
      const damaged = createPortableEd25519(table, {
        sha512: (bytes) => new Uint8Array(createHash("sha512").update(bytes).digest()), pause: () => undefined,
      });
      assert.equal(ed25519SelfTest(damaged, table), false, `byte ${at}`);
    }
  });
});
