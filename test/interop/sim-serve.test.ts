import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runMain, type RunResult, scratchFolder } from "../tools/run-main";

const COMMAND = fileURLToPath(new URL("../../bin/trialboot.js", import.meta.url));
const LIMIT_MS = 120_000;

/** `trialboot sim serve` as a process of its own. */
class Served {
  stdout = "";
  stderr = "";
  readonly ended: Promise<number | null>;
  private waiting: (() => void)[] = [];
  private readonly child: ChildProcess;

  constructor(argv: readonly string[]) {
    const child = spawn(process.execPath, [COMMAND, "sim", "serve", ...argv], { stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    child.stdout.on("data", (bytes: Buffer) => this.heard(() => (this.stdout += bytes.toString())));
    child.stderr.on("data", (bytes: Buffer) => this.heard(() => (this.stderr += bytes.toString())));
    this.ended = new Promise((resolve) => {
      child.on("close", (exitCode) => {
        this.heard(() => undefined);
        resolve(exitCode);
      });
    });
  }

  control(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  async end(): Promise<number | null> {
    this.child.kill("SIGINT");
    return await this.ended;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  async until(pattern: RegExp, of: "stdout" | "stderr" = "stderr"): Promise<RegExpExecArray> {
    const endMs = performance.now() + LIMIT_MS;
    for (;;) {
      const match = pattern.exec(this[of]);
      if (match !== null) {
        return match;
      }
      const leftMs = endMs - performance.now();
      assert.ok(leftMs > 0 && this.child.exitCode === null, `${String(pattern)} not in:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private heard(take: () => void): void {
    take();
    this.waiting.splice(0).forEach((wake) => wake());
  }
}

describe("trialboot sim serve, and the verbs that talk to devices", function () {
  this.timeout(180_000);
  const folder = scratchFolder();
  const [key, publicKey, script] = ["key.pem", "public.pem", "sample.js"].map(folder.path) as [string, string, string];
  const flash = folder.path("flash.bin");
  let served: Served | undefined;

  async function run(...argv: string[]): Promise<RunResult> {
    return await runMain(argv, { cwd: folder.path(".") });
  }

  async function succeeds(...argv: string[]): Promise<RunResult> {
    const result = await run(...argv);
    assert.equal(result.exitCode, 0, `${argv.join(" ")}\n${result.stderr}\n${served?.stderr ?? ""}`);
    return result;
  }

  async function serve(...argv: string[]): Promise<Served> {
    served = new Served(["--key", publicKey, ...argv]);
    await served.until(/the board starts/);
    return served;
  }

  /** @returns how `--port` names it */
  async function tcpOf(board: Served): Promise<string> {
    return `tcp:${(await board.until(/^tcp (\S+)$/m, "stdout"))[1] ?? ""}`;
  }

  async function sign(payload: string, version: string, image: string): Promise<string> {
    const flags = ["-v", version, "-s", "2", "-H", "32", "--pad-header", "-S", "0x40000"];
    await succeeds("sign", "-k", key, ...flags, payload, folder.path(image));
    return folder.path(image);
  }

  before(async () => {
    await succeeds("keys", "new", "-o", key);
    await succeeds("keys", "public", key, "-o", publicKey);
  });
  afterEach(() => served?.kill());
  after(() => folder.remove());

  it("update a board that confirms itself, after its power failed in the upload, and read its journal", async () => {
    const board = await serve("--tcp", "0", "--udp", "0", "--speed", "10", "--sample", script, "--flash", flash);
    const port = await tcpOf(board);
    const next = await sign(script, "2.0.0", "next.bin");
    board.control("cut 3");
    const result = await succeeds("upgrade", next, "--port", port, "--timeout", "0.5", "--wait", "60");
    assert.match(result.stdout, /^Version 2\.0\.0\+0 is .*confirmed\.$/m);
    assert.match(board.stderr, /the board stops: power-cut after/);
    assert.match(board.stderr, /slot B starts: version 2\.0\.0, on trial/);
    const udp = `udp:${(await board.until(/^udp (\S+)$/m, "stdout"))[1] ?? ""}`;
    assert.match((await succeeds("image", "list", "--port", udp)).stdout, /2\.0\.0 +running, confirmed/);
    assert.match((await succeeds("log", "--port", port)).stdout, /The image in slot B is confirmed/);
    assert.equal(await board.end(), 0);
  });

  it("find the same board in the same file, and refuse that of another one", async () => {
    assert.ok(existsSync(flash));
    assert.equal(readFileSync(flash).length, 4 * 1024 * 1024);
    const board = await serve("--tcp", "0", "--flash", flash);
    await board.until(/slot B starts: version 2\.0\.0, confirmed/);
    assert.equal(await board.end(), 0);
    const other = new Served(["--tcp", "0", "--board", "nrf52840dk", "--flash", flash]);
    assert.equal(await other.ended, 1);
    assert.match(other.stderr, /is of another board: the flash of nrf52840dk has \d+ bytes, not 4194304/);
  });

  it("lead a board in recovery out of it", async () => {
    const board = await serve("--tcp", "0", "--recovery", "--speed", "10");
    const port = await tcpOf(board);
    await board.until(/recovery: recovery-gesture/);
    const next = await sign(script, "3.0.0", "repaired.bin");
    const result = await succeeds("recover", next, "--ci", "--port", port, "--timeout", "0.5", "--wait", "60");
    assert.match(result.stdout, /^Version 3\.0\.0\+0 is .*confirmed\.$/m);
    assert.equal(await board.end(), 0);
  });

  it("see a version that dies rolled back, with exit code 32", async () => {
    const board = await serve("--tcp", "0", "--speed", "10");
    const port = await tcpOf(board);
    const dies = await sign(fileURLToPath(new URL("dies.js", import.meta.url)), "4.0.0", "dies.bin");
    const result = await run("upgrade", dies, "--port", port, "--timeout", "0.5", "--wait", "60");
    assert.equal(result.exitCode, 32, result.stderr);
    assert.match(board.stderr, /the application throws Error: this version is broken/);
    assert.match((await succeeds("image", "list", "--port", port)).stdout, /1\.0\.0 +running, confirmed/);
  });

  it("reach a pseudo terminal; power and button are lines on stdin", async function () {
    if (spawnSync("python3", ["-c", "import termios"]).status !== 0) {
      process.stderr.write("not run: there is no python3 with termios\n");
      this.skip();
    }
    const board = await serve("--pty");
    const port = (await board.until(/^pty (\S+)$/m, "stdout"))[1] ?? "";
    assert.match((await succeeds("image", "list", "--port", port)).stdout, /1\.0\.0 +running, confirmed/);
    board.control("power off");
    await board.until(/power off/);
    assert.equal((await run("image", "list", "--port", port, "--timeout", "0.1")).exitCode, 30);
    board.control("button down");
    board.control("power on");
    await board.until(/recovery: recovery-gesture/);
    assert.match((await succeeds("image", "list", "--port", port)).stdout, /recovery/);
    board.control("something else");
    await board.until(/"something else" is nothing that can be done to it: power off, power on/);
    assert.equal(await board.end(), 0);
  });

  it("is refused without a place, and with a port that is taken", async () => {
    const none = new Served([]);
    assert.equal(await none.ended, 2);
    assert.match(none.stderr, /needs to know where the board is reached/);
    const board = await serve("--tcp", "0");
    const taken = new Served(["--tcp", (await tcpOf(board)).split(":").at(-1) ?? ""]);
    assert.equal(await taken.ended, 1);
    assert.match(taken.stderr, /TCP port \d+ cannot be opened: another program has it/);
  });
});
