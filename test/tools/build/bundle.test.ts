import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import vm from "node:vm";
import nacl from "tweetnacl";
import { boardNames, loadBoard } from "../../../tools/boards";
import { buildBoard } from "../../../tools/build/build-board";
import { buildBundle } from "../../../tools/build/bundle";
import { ENGINES } from "../../../tools/build/engines";
import { measure, overBudget } from "../../../tools/build/measure";
import { boardTargets, type BundleTarget, SIZED_TARGETS, verifierTarget } from "../../../tools/build/targets";
import { ToolError } from "../../../tools/errors";

const espruino = ENGINES["espruino"];

function fixture(name: string, parameters?: string[]): BundleTarget {
  const target = { name, entry: `test/fixtures/build/${name}.ts`, exported: "main" };
  return parameters === undefined ? target : { ...target, parameters };
}

/** Evaluates a bundle where nothing but the language is there. */
function evaluate(text: string): unknown {
  return vm.runInNewContext(text, { Uint8Array, Float64Array });
}

describe("bundles for boards", function () {
  this.timeout(120_000);

  it("a payload is one function expression that hands its door on", async () => {
    const text = await buildBundle(fixture("application", ["door"]), espruino);
    assert.match(text, /^\(function\(\w+\)\{.*\}\)$/);
    let confirmed = 0;
    const payload = evaluate(text) as (door: { confirm(): void }) => number;
    assert.equal(payload({ confirm: () => confirmed++ }), 10);
    assert.equal(confirmed, 1);
  });

  it("without parameters the expression is the exported function itself", async () => {
    const main = evaluate(await buildBundle(fixture("application"), espruino)) as (door: object) => number;
    assert.equal(main({ confirm: () => undefined }), 10);
  });

  it("const enums are inlined, and what nobody uses is left out", async () => {
    const text = await buildBundle(fixture("application"), espruino);
    assert.doesNotMatch(text, /Fast|Slow|unused-marker/);
  });

  it("a package written for Node works in the bundle", async () => {
    const verify = evaluate(await buildBundle(fixture("verifier", ["door"]), espruino)) as (
      door: Uint8Array[],
    ) => boolean;
    const keys = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(7));
    const message = Buffer.from("bundle");
    const signature = nacl.sign.detached(new Uint8Array(message), keys.secretKey);
    assert.equal(verify([keys.publicKey, new Uint8Array(message), signature]), true);
    assert.equal(verify([keys.publicKey, new Uint8Array(6), signature]), false);
  });

  it("what the engine lacks stops the build with file, line and column", async () => {
    await assert.rejects(
      buildBundle(fixture("lacking", ["door"]), espruino),
      /Espruino cannot run test\/fixtures\/build\/lacking\.ts:\nlacking\.js:1:\d+: Espruino has no Object\.freeze\./,
    );
  });

  it("what does not compile stops the build with the compiler's message", async () => {
    await assert.rejects(buildBundle(fixture("no-such-entry"), espruino), /does not compile/);
  });

  it("an entry without the expected function stops the build", async () => {
    await assert.rejects(buildBundle({ ...fixture("application"), exported: "start" }, espruino), /start/);
  });

  it("an unknown board is refused by name", async () => {
    await assert.rejects(
      buildBoard("esp8266", tmpdir()),
      (error) => error instanceof ToolError && error.message.includes("esp8266"),
    );
  });
});

describe("board builds", function () {
  this.timeout(240_000);
  const folders: string[] = [];

  after(() => {
    for (const folder of folders) {
      rmSync(folder, { recursive: true });
    }
  });

  async function build(board: string): Promise<Map<string, string>> {
    const folder = mkdtempSync(path.join(tmpdir(), "trialboot-build-"));
    folders.push(folder);
    const files = await buildBoard(board, folder);
    return new Map(files.map((file) => [file.name, readFileSync(path.join(folder, file.name), "latin1")]));
  }

  const verifierOf = (board: string): string => verifierTarget(loadBoard(board)).entry;
  const isFirstWithVerifier = (board: string, i: number, all: string[]): boolean =>
    all.findIndex((other) => verifierOf(other) === verifierOf(board)) === i;

  // Boards with one verifier have the same files.
  for (const board of boardNames().filter(isFirstWithVerifier)) {
    it(`two builds for ${board} give identical bytes, in ASCII`, async () => {
      const first = await build(board);
      assert.deepEqual([...first.keys()], boardTargets(loadBoard(board)).map((target) => `${target.name}.js`));
      assert.deepEqual(await build(board), first);
      for (const [name, text] of first) {
        assert.match(text, /^[\n -~]+$/, name);
        assert.equal(typeof evaluate(text), "function", name);
      }
    });
  }
});

describe("verifiers of boards", () => {
  for (const schemes of [["ed25519"], ["lms"], ["ed25519", "lms"]] as const) {
    for (const nativeSha512 of [true, false]) {
      it(`there is one for ${schemes.join(" and ")}, ${nativeSha512 ? "with" : "without"} native SHA-512`, async () => {
        const target = verifierTarget({ engine: { nativeSha512 }, signatures: { schemes, policy: "any" } });
        assert.equal(typeof evaluate(await buildBundle(target, espruino)), "function");
      });
    }
  }
});

describe("sizes", () => {
  it("every board has bootloader and runtime within their budgets", async function () {
    this.timeout(120_000);
    const sizes = await measure();
    assert.equal(sizes.length, SIZED_TARGETS.length * boardNames().length);
    assert.deepEqual(overBudget(sizes), []);
  });

  it("one byte over the budget is named", () => {
    const size = { board: "esp32", title: "runtime", budgetBytes: 100 };
    assert.deepEqual(overBudget([{ ...size, sizeBytes: 100 }]), []);
    assert.deepEqual(overBudget([{ ...size, sizeBytes: 101 }]), [
      "esp32: runtime is 101 bytes, 1 over its budget of 100.",
    ]);
  });
});
