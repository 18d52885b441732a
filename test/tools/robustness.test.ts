import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { runMain, type RunResult, scratchFolder, VECTORS } from "./run-main";

/** docs/cli.md lists these; image verbs use no others. */
const EXIT_CODES = [0, 1, 2, 20, 22, 23, 24];

function checkManners(result: RunResult, what: string): void {
  assert.ok(EXIT_CODES.includes(result.exitCode), `${what}: exit code ${result.exitCode}`);
  assert.doesNotMatch(result.stderr, /\n {4}at |internal error|TypeError|RangeError|assert \d/, what);
  if (result.exitCode !== 0) {
    assert.match(result.stderr, /^(warning: .*\n|note: .*\n)*(error: |trialboot: )/, what);
  }
}

describe("trialboot and wrong input", () => {
  const folder = scratchFolder();
  const image = folder.path("image.bin");
  const hex = folder.path("image.hex");
  after(() => folder.remove());

  const look = async (path: string): Promise<void> => {
    const keys = ["--key", "keys/sign-a.public.pem"];
    checkManners(await runMain(["info", path]), "info");
    checkManners(await runMain(["info", "--json", path]), "info --json");
    const verified = await runMain(["verify", path, ...keys, "-S", "0x20000", "--counter-floor", "1"]);
    checkManners(verified, "verify");
    assert.notEqual(verified.exitCode, 0);
    assert.notEqual(verified.exitCode, 2);
  };

  it("says something sensible of any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        writeFileSync(image, bytes);
        await look(image);
      }),
      { numRuns: 60 },
    );
  });

  it("says something sensible of any bytes behind a right magic", async () => {
    const magic = [0x3d, 0xb8, 0xf3, 0x96];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 28, maxLength: 400 }), async (bytes) => {
        writeFileSync(image, Uint8Array.from([...magic, ...bytes]));
        await look(image);
      }),
      { numRuns: 60 },
    );
  });

  it("says something sensible of a good image with any few bytes changed, cut or added", async () => {
    const good = new Uint8Array(readFileSync(join(VECTORS, "images/good/seccnt-5.bin")));
    const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, fc.nat(good.length), async ([at, by], keep) => {
        const changed = good.slice();
        changed[at] = ((changed[at] ?? 0) + by) % 256;
        writeFileSync(image, changed);
        await look(image);
        writeFileSync(image, changed.slice(0, keep));
        await look(image);
      }),
      { numRuns: 40 },
    );
  });

  it("says something sensible of any text as Intel HEX", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (text) => {
        writeFileSync(hex, text);
        await look(hex);
      }),
      { numRuns: 40 },
    );
  });

  it("answers any command line with a documented exit code", async () => {
    const words = [
      "keys", "new", "public", "sign", "verify", "info", "help", "version", "--help", "--json", "-q", "--key",
      "-k", "keys/sign-a.public.pem", "keys/TEST-ONLY-sign-a.private.pem", "images/good/basic-h32.bin",
      "payloads/1k.js", "-v", "1.0.0", "-H", "32", "--pad-header", "-S", "0x20000", "--pad", "--align", "8",
      "--custom-tlv", "0xa0", "0x12", "--vid", "--cid", "-d", "(1, 1.0.0)", "--slot-size", "--slot-address",
      "--counter-floor", "4294967295", "-1", "--vector-to-sign", "digest", "--fix-sig", "--", "", "--sha",
      "512", "--format", "raw", "-x", "\u0000", "--=", "-", "-o", "out.bin",
    ];
    const anyText = fc.string({ unit: "binary", maxLength: 12 });
    const word = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: anyText.filter((text) => !text.includes("/")) },
    );
    // Any word may become the name of an output, so everything happens among copies.
    for (const name of words.filter((text) => text.includes("/"))) {
      mkdirSync(dirname(folder.path(name)), { recursive: true });
      copyFileSync(join(VECTORS, name), folder.path(name));
    }
    const sign = ["sign", "-v", "1.0.0", "-H", "32", "--pad-header", "-S", "0x20000", "payloads/1k.js"];
    const start = fc.oneof(
      fc.constantFrom(sign, ["verify", "-k", "keys/sign-a.public.pem"], ["info"], ["keys", "public"], ["keys", "new"]),
      fc.array(word, { maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(start, fc.array(word, { maxLength: 3 }), async (first, rest) => {
        const argv = [...first, ...rest];
        const cwd = folder.path(".");
        checkManners(await runMain(argv, { cwd, secrets: [""] }), JSON.stringify(argv));
      }),
      { numRuns: 400 },
    );
  });
});
