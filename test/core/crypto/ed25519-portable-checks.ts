/** The tests that every verifier has to pass which takes its interface from core/crypto/ed25519.ts. */

import assert from "node:assert/strict";
import { ed25519 } from "@noble/curves/ed25519.js";
import nacl from "tweetnacl";
import { ED25519_PAUSES_MAX, type Ed25519Check, type Ed25519Services } from "../../../core/crypto/ed25519";
import { buildBaseTable, buildKeyTable, COMB_TEETH } from "../../../tools/ed25519/comb-table";
import {
  bytesOf, flipped, littleEndian, ORDER, PRIME, randomCases, RFC_CASES, sha512, type SignatureCase, signWith,
  tableCache, withHint,
} from "./ed25519-portable-cases";

export type VerifierFactory = (baseTable: Uint8Array, services: Ed25519Services) => Ed25519Check;

const silent: Ed25519Services = { sha512: (bytes) => sha512(bytes), pause: () => undefined };

const MESSAGE = bytesOf("00112233445566778899aabbccddeeff");

/** A point of order 8: its y is in ed25519-rules.ts. */
const ORDER_EIGHT = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

/** With the table of the key, with it and a hint, and the same without the table; the hint only if R is a point. */
function outcomes(check: Ed25519Check, signed: SignatureCase, table: Uint8Array | undefined): boolean[] {
  const signatures = [signed.signature];
  if (signed.signature.length === 64 && signed.isValid) {
    signatures.push(withHint(signed.signature));
  }
  const tables = table === undefined ? [undefined] : [table, undefined];
  return tables.flatMap((each) =>
    signatures.map((signature) => check(signed.publicKey, signed.message, signature, each)),
  );
}

function expectAll(check: Ed25519Check, signed: SignatureCase, table?: Uint8Array): void {
  const results = outcomes(check, signed, table);
  assert.deepEqual(results, results.map(() => signed.isValid), signed.title);
}

/** What tweetnacl says, by the rules of the field: S is not compared with L, points of small order are taken. */
function tweetnaclSays({ publicKey, message, signature }: SignatureCase): boolean {
  return nacl.sign.detached.verify(message, signature.subarray(0, 64), publicKey);
}

function nobleSays({ publicKey, message, signature }: SignatureCase): boolean {
  return ed25519.verify(signature.subarray(0, 64), message, publicKey, { zip215: false });
}

/** Runs `count` random cases on verifiers, tweetnacl and noble. Some keys have a table; building one takes long. */
export function compareRandomCases(creates: readonly VerifierFactory[], count: number): void {
  const verifiers = COMB_TEETH.map((teeth) => ({
    checks: creates.map((create) => create(buildBaseTable(teeth), silent)),
    tableOf: tableCache(teeth),
  }));
  randomCases(count, "random").forEach((signed, index) => {
    const { checks, tableOf } = verifiers[Math.floor(index / 8) % verifiers.length];
    const { publicKey, message, signature, title } = signed;
    const table = Math.floor(index / 32) % 8 === 0 ? tableOf(publicKey) : undefined;
    for (const check of checks) {
      assert.equal(check(publicKey, message, signature, table), signed.isValid, title);
    }
    // Neither knows hints, and tweetnacl takes S + L for S.
    if (!title.endsWith("hint changed")) {
      assert.equal(nobleSays(signed), signed.isValid, `noble: ${title}`);
      assert.equal(tweetnaclSays(signed), signed.isValid || title.endsWith("S + L"), `tweetnacl: ${title}`);
    }
  });
}

function describeVectors(create: VerifierFactory): void {
  for (const teeth of COMB_TEETH) {
    it(`takes the signatures of RFC 8032 with tables of ${teeth} teeth, with hints, and without a table`, () => {
      const check = create(buildBaseTable(teeth), silent);
      for (const signed of RFC_CASES) {
        expectAll(check, signed, buildKeyTable(signed.publicKey, teeth));
      }
    });
  }

  it("takes -B as a key, whose table is that of B", () => {
    for (const teeth of COMB_TEETH) {
      const table = buildBaseTable(teeth);
      expectAll(create(table, silent), signWith(ORDER - 1n, 12345n, MESSAGE), table);
    }
  });

  it("takes even and odd scalars, and refuses S = 0, S = 1 and S = L - 1 that do not hold", () => {
    const check = create(buildBaseTable(5), silent);
    for (const a of [1n, 2n, 3n, 2n ** 252n, ORDER - 2n]) {
      const { publicKey } = signWith(a, 1n, MESSAGE);
      const table = buildKeyTable(publicKey, 5);
      for (const r of [2n, 3n, ORDER - 1n, ORDER - 2n]) {
        expectAll(check, { ...signWith(a, r, MESSAGE), title: `a = ${a}, r = ${r}` }, table);
      }
    }
    for (const scalar of [0n, 1n, ORDER - 1n]) {
      const signed = signWith(7n, 9n, MESSAGE);
      const signature = new Uint8Array([...signed.signature.subarray(0, 32), ...littleEndian(scalar)]);
      expectAll(check, { ...signed, signature, isValid: false, title: `S = ${scalar}` });
    }
  });
}

function describeRefusals(create: VerifierFactory): void {
  const check = create(buildBaseTable(4), silent);
  const signed = signWith(1234567n, 7654321n, MESSAGE);
  const table = buildKeyTable(signed.publicKey, 4);
  const refuses = (change: Partial<SignatureCase>, title: string): void => {
    expectAll(check, { ...signed, ...change, isValid: false, title }, table);
  };

  it("refuses every change of one bit in signature, hint, key and message", () => {
    const hinted = withHint(signed.signature);
    for (let index = 0; index < 96; index++) {
      refuses({ signature: flipped(hinted, index, index % 8) }, `hinted signature, byte ${index}`);
      if (index < 64) {
        refuses({ signature: flipped(signed.signature, index, (index + 5) % 8) }, `signature, byte ${index}`);
      }
    }
    for (let index = 0; index < 32; index++) {
      refuses({ publicKey: flipped(signed.publicKey, index, index % 8) }, `key, byte ${index}`);
    }
    for (let index = 0; index < MESSAGE.length; index++) {
      refuses({ message: flipped(MESSAGE, index, index % 8) }, `message, byte ${index}`);
    }
  });

  it("refuses S + L and S + 2 L, S = 0 and S = L", () => {
    const r = signed.signature.subarray(0, 32);
    const s = BigInt(`0x${Buffer.from(signed.signature.subarray(32)).reverse().toString("hex")}`);
    for (const scalar of [s + ORDER, s + 2n * ORDER, 0n, ORDER, 2n ** 256n - 1n]) {
      refuses({ signature: new Uint8Array([...r, ...littleEndian(scalar)]) }, `S = ${scalar}`);
    }
  });

  it("refuses R and keys that are not reduced, and what is no point", () => {
    const s = signed.signature.subarray(32);
    for (let y = PRIME; y < 2n ** 255n; y++) {
      refuses({ signature: new Uint8Array([...littleEndian(y), ...s]) }, `R with y = ${y}`);
      refuses({ publicKey: littleEndian(y + 2n ** 255n) }, `key with y = ${y}`);
    }
    for (let y = 2n; y < 40n; y++) {
      const publicKey = littleEndian(y);
      refuses({ publicKey }, `key with y = ${y}, point or not`);
      refuses({ signature: new Uint8Array([...littleEndian(y), ...s]) }, `R with y = ${y}, point or not`);
    }
  });

  it("refuses keys and R of small order", () => {
    for (let i = 0n; i < 8n; i++) {
      const small = ORDER_EIGHT.multiplyUnsafe(i === 0n ? 8n : i).toBytes();
      refuses({ publicKey: small }, `key: multiple ${i}`);
      // Any S with R = [S]B would hold for a key of order 1, and one in eight for order 8.
      const forged = new Uint8Array([...ed25519.Point.BASE.multiplyUnsafe(5n).toBytes(), ...littleEndian(5n)]);
      refuses({ publicKey: small, signature: forged }, `forged, key: multiple ${i}`);
      refuses({ signature: new Uint8Array([...small, ...signed.signature.subarray(32)]) }, `R: multiple ${i}`);
    }
  });

  it("has no cofactor: a key with a part of small order holds only where k is a multiple of that order", () => {
    let held = 0;
    for (let r = 2n; r < 34n; r++) {
      const mixed = signWith(99n, r, MESSAGE, ORDER_EIGHT);
      const k = BigInt(`0x${Buffer.from(sha512(mixed.signature.subarray(0, 32), mixed.publicKey, MESSAGE)).reverse()
        .toString("hex")}`) % ORDER;
      const isValid = k % 8n === 0n;
      held += isValid ? 1 : 0;
      expectAll(check, { ...mixed, isValid, title: `k mod 8 = ${k % 8n}` });
      assert.equal(tweetnaclSays(mixed), isValid, "tweetnacl has none either");
    }
    assert.ok(held > 0 && held < 32);
  });

  it("refuses hints that are not reduced, and hints with the other sign", () => {
    const { x } = ed25519.Point.fromBytes(signed.signature.subarray(0, 32)).toAffine();
    for (const hint of [PRIME - x, x + 2n ** 255n, PRIME, PRIME + 1n, 2n ** 255n - 1n, 2n ** 256n - 1n, 0n, 1n]) {
      refuses({ signature: new Uint8Array([...signed.signature, ...littleEndian(hint)]) }, `hint ${hint}`);
    }
  });

  it("refuses every other length of signature, key and table", () => {
    const long = new Uint8Array([...withHint(signed.signature), 0]);
    for (const length of [0, 1, 32, 63, 65, 95, 97]) {
      refuses({ signature: long.subarray(0, length) }, `signature of ${length} bytes`);
    }
    for (const length of [0, 31, 33]) {
      refuses({ publicKey: new Uint8Array([...signed.publicKey, 0]).subarray(0, length) }, `key of ${length} bytes`);
    }
    for (const length of [0, 95, 96, 96 * 7, 96 * 16]) {
      assert.equal(check(signed.publicKey, MESSAGE, signed.signature, new Uint8Array(length)), false);
    }
  });

  it("refuses with the table of another key, and with a hash that is 0", () => {
    const other = buildKeyTable(signWith(5n, 2n, MESSAGE).publicKey, 4);
    assert.equal(check(signed.publicKey, MESSAGE, signed.signature, other), false);
    const blind = create(buildBaseTable(4), { ...silent, sha512: () => new Uint8Array(64) });
    const r = ed25519.Point.BASE.multiplyUnsafe(5n).toBytes();
    const forged = new Uint8Array([...r, ...littleEndian(5n)]);
    assert.equal(blind(signed.publicKey, MESSAGE, forged, table), false);
    assert.equal(blind(signed.publicKey, MESSAGE, forged, undefined), false);
  });
}

/** Defines the tests; call it inside a `describe`. */
export function testVerifier(create: VerifierFactory): void {
  describeVectors(create);
  describeRefusals(create);

  it("agrees with tweetnacl and noble on random cases", function () {
    this.timeout(60_000);
    compareRandomCases([create], 80);
  });

  it("pauses, and not more often than allowed", () => {
    for (const teeth of COMB_TEETH) {
      let pauses = 0;
      const check = create(buildBaseTable(teeth), { ...silent, pause: () => pauses++ });
      const { publicKey, message, signature } = signWith(11n, 13n, MESSAGE);
      for (const table of [buildKeyTable(publicKey, teeth), undefined]) {
        pauses = 0;
        assert.equal(check(publicKey, message, signature, table), true);
        assert.ok(pauses >= 8 && pauses <= ED25519_PAUSES_MAX, `${pauses} pauses, ${teeth} teeth`);
      }
    }
  });
}
