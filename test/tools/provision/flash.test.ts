import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { ExitCode } from "../../../tools/exit-codes";
import { loadBoard } from "../../../tools/boards";
import { parseIntelHex } from "../../../tools/hex/intel-hex";
import { FACTORY_TEXT_DONE } from "../../../tools/provision/factory-js";
import { LINE_BYTES_MAX } from "../../../tools/provision/console-line";
import { TEST_KEY_HASHES } from "../../../tools/provision/test-keys";
import { listStorage } from "../../../tools/provision/storage-files";
import { FakeConsole, type FakeConsoleOptions } from "./fake-console";
import { runMain, type RunResult, scratchFolder, VECTORS } from "../run-main";

const TEST_KEY = `${VECTORS}keys/sign-a.public.pem`;

describe("trialboot flash, without a board", function () {
  this.timeout(120_000);
  const folder = scratchFolder();
  after(() => folder.remove());

  const run = (...argv: string[]): Promise<RunResult> => runMain(argv, { cwd: folder.path(".") });
  const flash = (...argv: string[]): Promise<RunResult> =>
    run("flash", "--board", "linux", "--key", "key.public.pem", "--image", "app.bin", ...argv);

  before(async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(folder.path("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(folder.path("key.public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(folder.path("app.js"), "(function(door){})");
    const flags = ["--version", "1.2.3", "--security-counter", "5", "-H", "32", "--pad-header", "-S", "0x10000"];
    for (const [target, more] of [["app.bin", []], ["padded.bin", ["--pad", "--confirm"]]] as const) {
      const signed = await run("sign", "app.js", target, "--key", "key.pem", ...flags, ...more);
      assert.equal(signed.exitCode, ExitCode.Ok, signed.stderr);
    }
  });

  it("refuses what contradicts itself and what is missing, by name", async () => {
    for (const [argv, message] of [
      [["--board", "linux"], /needs the public key/],
      [["--key", TEST_KEY], /which board/],
      [["--board", "linux", "--key", TEST_KEY, "--development"], /needs the first image/],
      [["--board", "linux", "--key", TEST_KEY, "--image", "app.bin"], /own tests: everybody has its private half/],
      [["--board", "linux", "--key", "key.public.pem", "--keep-data", "--image", "app.bin"], /keeps its images/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--units", "u"], /goes with --out/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--interpreter", "2v29"], /says itself/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--out", "a.img"], /says no form/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--port", "udp:x"], /udp: carries device/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--baud", "9"], /out of range/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--technician", "key.public.pem"],
        /cannot both sign images and log in/],
      [["--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--technician", TEST_KEY],
        /own tests: everybody has its private half/],
      [["--board", "esp32c3", "--key", "key.public.pem", "--image", "app.bin", "--technician", TEST_KEY],
        /not managed over a wire/],
      [["--board", "puckjs", "--key", "key.public.pem", "--image", "app.bin"], /puckjs|A\/B does not fit/],
    ] as const) {
      const result = await run("flash", ...argv);
      assert.equal(result.exitCode, ExitCode.Usage, result.stderr);
      assert.match(result.stderr, message);
    }
  });

  it("refuses an image that the board would not start, with the reason's exit code", async () => {
    const other = await run(
      "flash", "--board", "linux", "--key", TEST_KEY, "--development", "--image", "app.bin", "--dry-run",
    );
    assert.equal(other.exitCode, ExitCode.Authenticity, other.stderr);
    assert.match(other.stderr, /would not start app\.bin/);
    assert.equal((await flash("--base-floor", "6", "--dry-run")).exitCode, ExitCode.Rollback);
    const long = await run("flash", "--board", "linux", "--key", "key.public.pem", "--image", "key.pem", "--dry-run");
    assert.equal(long.exitCode, ExitCode.Malformed);
  });

  it("knows every test key of the repository", async () => {
    const keys = readdirSync(`${VECTORS}keys`).filter((name) => name.startsWith("TEST-ONLY"));
    const hashes = await Promise.all(keys.map(async (name) =>
      (await run("keys", "public", `${VECTORS}keys/${name}`, "--format", "hash")).stdout.trim()));
    assert.deepEqual([...hashes].sort(), [...TEST_KEY_HASHES].sort());
  });

  it("prints the steps and opens no port", async () => {
    const result = await flash("--dry-run");
    assert.equal(result.exitCode, ExitCode.Ok, result.stderr);
    assert.match(result.stdout, /slotA +0x10003800/);
    assert.match(result.stdout, /erase all of Storage[^]*activate \.boot0/);
    assert.doesNotMatch(result.stdout, /tb\.techs/);
    const managed = await flash("--dry-run", "--technician", TEST_KEY, "--development");
    assert.match(managed.stdout, /tb\.techs/);
    const json = JSON.parse((await flash("--dry-run", "--json")).stdout) as { steps: string[] };
    assert.ok(json.steps.indexOf("activate .boot0") === json.steps.length - 2);
  });

  it("writes factory images in three forms that say the same, and no device key", async () => {
    for (const form of ["bin", "hex", "js"]) {
      const made = await flash("--out", `factory.${form}`);
      assert.equal(made.exitCode, ExitCode.Ok, made.stderr);
      assert.match(made.stderr, /no device key inside/);
    }
    const bytes = readFileSync(folder.path("factory.bin"));
    const hex = parseIntelHex(readFileSync(folder.path("factory.hex"), "latin1"), 1 << 20);
    assert.ok(bytes.equals(hex.bytes));
    const { boot } = loadBoard("linux").partitions;
    assert.ok(bytes.subarray(boot.offsetBytes, boot.offsetBytes + boot.sizeBytes).every((byte) => byte === 0xff));
    const names = listStorage(bytes, 1024).map(({ name }) => name);
    assert.deepEqual([names[0], names.at(-1)], ["tb.flash", ".boot1"]);
    const text = readFileSync(folder.path("factory.js"), "latin1");
    assert.ok(text.includes(FACTORY_TEXT_DONE));
    assert.ok(/^[ -~\n]*$/.test(text));
    assert.ok(text.split("\n").every((line) => line.length <= LINE_BYTES_MAX));
    assert.deepEqual((await flash("--out", "again.bin")).exitCode, ExitCode.Ok);
    assert.ok(bytes.equals(readFileSync(folder.path("again.bin"))));
  });

  it("leaves padding and trailer of an image out, and says so", async () => {
    const padded = await run(
      "flash", "--board", "linux", "--key", "key.public.pem", "--image", "padded.bin", "--out", "padded-factory.bin",
    );
    assert.match(padded.stderr, /bytes behind the image \(padding, trailer\) are left out/);
    await flash("--out", "plain-factory.bin");
    assert.ok(readFileSync(folder.path("padded-factory.bin")).equals(readFileSync(folder.path("plain-factory.bin"))));
  });

  it("makes a key page for each unit, once", async () => {
    writeFileSync(folder.path("units.csv"), "unit\nA\nB\n");
    const made = await flash("--out", "line.hex", "--units", "units.csv");
    assert.match(made.stdout, /2 made, 0 made before/);
    const page = parseIntelHex(readFileSync(folder.path("line.hex.units/A.hex"), "latin1"), 1 << 20);
    assert.deepEqual([page.address, page.bytes.length], [0x10000400, 64]);
    writeFileSync(folder.path("units.csv"), "unit\nA\nB\nC\n");
    const json = await flash("--out", "line.hex", "--units", "units.csv", "--json");
    assert.deepEqual((JSON.parse(json.stdout) as { units: { made: number; skipped: number } }).units.made, 1);
    assert.ok(existsSync(folder.path("line.hex.units.log.jsonl")));
  });

  /** A board behind a TCP port, on which nothing may change. */
  async function onFake(
    options: FakeConsoleOptions, argv: readonly string[], answers?: string[], env: Record<string, string> = {},
  ): Promise<RunResult & { fake: FakeConsole }> {
    const fake = new FakeConsole(options);
    fake.files.set("mine", Buffer.from("1"));
    fake.files.set(".bootcde", Buffer.from("1"));
    const server = createServer((socket) => {
      fake.port.onData((bytes) => void socket.write(bytes));
      socket.on("data", (bytes: Buffer) => void fake.port.write(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const port = `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`;
      const [verb = "", ...flags] = argv;
      const result = await runMain([verb, "--board", "linux", "--port", port, ...flags], {
        cwd: folder.path("."), env, ...(answers === undefined ? {} : { answers }),
      });
      assert.deepEqual([...fake.files.keys()], ["mine", ".bootcde"], result.stderr);
      return { ...result, fake };
    } finally {
      server.close();
    }
  }

  it("asks before it changes anything, and changes nothing without a yes", async () => {
    const linux = { version: "2v29.277", board: "LINUX" };
    const argv = ["flash", "--key", "key.public.pem", "--image", "app.bin"];
    const refused = await onFake(linux, argv, ["no"]);
    assert.equal(refused.exitCode, ExitCode.Usage, refused.stderr);
    assert.match(refused.stderr, /port tcp:.*, named by --port[^]*Its Storage has 2 files[^]*Nothing was changed/);
    assert.match(refused.questions.join(), /is erased: applications, settings, journal, keys/);
    const alone = await onFake(linux, argv);
    assert.equal(alone.exitCode, ExitCode.Usage);
    assert.match(alone.stderr, /Nobody is there[^]*--yes/);
    for (const [flags, env] of [[["--ci"], {}], [[], { CI: "true" }]] as const) {
      const unasked = await onFake(linux, [...argv, ...flags], ["yes"], env);
      assert.deepEqual([unasked.exitCode, unasked.questions], [ExitCode.Usage, []]);
    }
    const selftest = await onFake(linux, ["selftest"], ["n"]);
    assert.match(selftest.stderr, /Nothing was changed/);
  });

  it("refuses another board and another interpreter, also with --yes", async () => {
    const argv = ["flash", "--key", "key.public.pem", "--image", "app.bin", "--yes"];
    const board = await onFake({ version: "2v29", board: "PUCKJS" }, argv);
    assert.equal(board.exitCode, ExitCode.WrongBoard);
    assert.match(board.stderr, /is PUCKJS, not LINUX[^]*Nothing was written/);
    const version = await onFake({ version: "1v99", board: "LINUX" }, argv);
    assert.equal(version.exitCode, ExitCode.DeviceRefused);
    assert.match(version.stderr, /interpreter is 1v99[^]*Nothing was written/);
  });

  it("does not overwrite its inputs", async () => {
    const result = await run(
      "flash", "--board", "linux", "--key", "key.public.pem", "--image", "app.bin", "--out", "./app.bin",
    );
    assert.equal(result.exitCode, ExitCode.Usage);
    assert.match(result.stderr, /would be overwritten/);
  });
});
