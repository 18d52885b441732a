import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { describeBoard, placesOf } from "../../sim/board-description";
import { bootFromSource } from "../../sim/boot-chain";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { confirms, hangs } from "../../sim/models";
import type { ProgramModel } from "../../sim/models";
import { StoryWorld } from "../../sim/story-world";
import { loadBoard } from "../../tools/boards";
import { createHostHash } from "../../tools/host-hash";
import { runMain, type RunResult, scratchFolder } from "./run-main";

const BOARD = "nrf52840dk";
const KEY = ["--key", "keys/sign-a.public.pem"];
const GOOD = "images/good/seccnt-5.bin";

interface Answer {
  readonly started: string;
  readonly version: string;
  readonly trial: boolean;
  readonly reason: string;
  readonly because: string;
  readonly slots: { readonly erased: boolean; readonly reason: string; readonly version: string | null }[];
  readonly stateBefore: { readonly active: string; readonly slots: { readonly status: string }[] } | null;
  readonly stateAfter: { readonly active: string } | null;
  readonly appended: { readonly name: string; readonly reason: string | null }[];
}

/** A board with 1.0.0 in slot A that was offered 2.0.0, which is this model. */
function offered(model: ProgramModel): StoryWorld {
  const setting = {
    board: loadBoard(BOARD),
    boot: bootFromSource,
    hash: createHostHash(),
    verifier: createRememberingVerifier(createTweetnaclVerifier()),
    reasonName: String,
    seed: new Uint8Array(32).fill(9),
  };
  const models = (_slot: unknown, _offset: number, _length: number, door: { info: { version: { major: number } } }) =>
    door.info.version.major === 1 ? confirms() : model;
  const world = new StoryWorld(setting, { models });
  const payload = new Uint8Array(Buffer.from("model"));
  world.provision(world.sign(payload, "1.0.0").bytes);
  world.offer(world.sign(payload, "2.0.0"), "2.0.0");
  return world;
}

describe("trialboot sim boot", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  /** The flags that name everything a board's flash holds, as read out of it. */
  function readOut(world: StoryWorld): string[] {
    const places = placesOf(describeBoard(loadBoard(BOARD)));
    const parts = { "slot-a": places.slots[0], "slot-b": places.slots[1], journal: places.journal };
    const flags: string[] = [];
    for (const [flag, place] of Object.entries({ ...parts, provisioning: places.provisioning })) {
      const path = folder.path(`${flag}.bin`);
      writeFileSync(path, world.machine.chip.peek(place.offsetBytes, place.sizeBytes));
      flags.push(`--${flag}`, path);
    }
    const prefix = Buffer.from("302a300506032b6570032100", "hex");
    const der = Buffer.concat([prefix, world.key.trusted.publicKey]);
    const pem = createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "pem", type: "spki" });
    writeFileSync(folder.path("key.pem"), pem);
    return [...flags, "--key", folder.path("key.pem")];
  }

  const bootOf = async (flags: readonly string[], board = BOARD): Promise<RunResult> =>
    await runMain(["sim", "boot", "--board", board, ...flags]);

  async function answerTo(flags: readonly string[]): Promise<Answer & { exitCode: number }> {
    const { exitCode, stdout } = await bootOf([...flags, "--json"]);
    return { ...(JSON.parse(stdout) as Answer), exitCode };
  }

  it("starts a factory image", async () => {
    const answer = await answerTo(["--slot-a", GOOD, ...KEY]);
    assert.deepEqual([answer.exitCode, answer.started, answer.version, answer.trial], [0, "A", "1.2.3+4", false]);
    assert.deepEqual(answer.slots.map(({ reason }) => reason), ["none", "slot-empty"]);
    assert.match(answer.because, /never provisioned/);
    assert.equal(answer.stateBefore, null);
    assert.equal(answer.stateAfter?.active, "A");
  });

  it("starts a trial that was asked for, and says that it is one", async () => {
    const world = offered(confirms(5000));
    world.boot();
    const answer = await answerTo(readOut(world));
    assert.deepEqual([answer.exitCode, answer.started, answer.version, answer.trial], [0, "B", "2.0.0", true]);
    assert.match(answer.because, /first start/);
    assert.deepEqual(answer.appended.map(({ name }) => name), ["settled", "attempt"]);
    assert.deepEqual(answer.stateBefore?.slots.map(({ status }) => status), ["confirmed", "on trial"]);
  });

  it("gives a trial up after a watchdog reset, and forgives a power cut", async () => {
    const world = offered(hangs(1000));
    world.boot();
    world.boot();
    const flags = readOut(world);
    const failed = await answerTo([...flags, "--cause", "watchdog"]);
    assert.deepEqual([failed.started, failed.version, failed.trial], ["A", "1.0.0", false]);
    assert.equal(failed.appended.at(-1)?.reason, "attempts-used-up");
    assert.match(failed.because, /The trial is over/);
    const forgiven = await answerTo([...flags, "--cause", "power-on"]);
    assert.deepEqual([forgiven.started, forgiven.trial], ["B", true]);
    assert.match(forgiven.because, /forgiven: 1 of 8 times/);
  });

  it("says so where the confirmed image is damaged and nothing else may start", async () => {
    const world = offered(confirms(5000));
    const flags = readOut(world);
    const slotA = world.machine.chip.peek(placesOf(describeBoard(loadBoard(BOARD))).slots[0].offsetBytes, 65536);
    slotA[33] = 0;
    writeFileSync(folder.path("slot-a.bin"), slotA);
    const answer = await answerTo(flags);
    assert.deepEqual([answer.exitCode, answer.started, answer.reason], [20, "recovery", "nothing-bootable"]);
    assert.equal(answer.slots[0].reason, "digest-mismatch");
    const { stderr, stdout } = await bootOf(flags);
    assert.match(stderr, /^error: No image starts\. The digest does not match/);
    assert.match(stdout, /^starts {8}nothing; recovery \(nothing-bootable\)$/m);
  });

  it("goes to recovery by gesture", async () => {
    const answer = await answerTo(["--slot-a", GOOD, "--gesture", ...KEY]);
    assert.deepEqual([answer.exitCode, answer.started, answer.reason], [31, "recovery", "recovery-gesture"]);
  });

  it("names why an image is refused by the exit code of its class", async () => {
    const cases: [string, string[], number][] = [
      ["images/bad/sig-zero.bin", KEY, 20],
      ["images/good/seccnt-5.bin", ["--key", "keys/sign-b.public.pem"], 20],
      ["images/bad/magic-wrong.bin", KEY, 24],
    ];
    for (const [image, keys, expected] of cases) {
      const { exitCode, stderr } = await bootOf(["--slot-b", image, ...keys]);
      assert.equal(exitCode, expected, image);
      assert.match(stderr, /^error: No image starts\. [A-Z].*\.\n/);
    }
  });

  it("knows a lost journal from a board that never had one", async () => {
    const world = offered(confirms(5000));
    const flags = readOut(world);
    writeFileSync(folder.path("journal.bin"), new Uint8Array(8192).fill(0x5a));
    const answer = await answerTo(flags);
    assert.deepEqual([answer.started, answer.version], ["A", "1.0.0"]);
    assert.match(answer.because, /^The journal was lost/);
    assert.ok(answer.appended.some(({ name }) => name === "journal-lost"));
  });

  it("tells it to people in aligned rows below 100 columns", async () => {
    const world = offered(hangs(1000));
    world.boot();
    world.boot();
    const { exitCode, stdout } = await bootOf([...readOut(world), "--cause", "watchdog"]);
    assert.equal(exitCode, 0);
    for (const line of stdout.trimEnd().split("\n")) {
      assert.ok(line.length < 100, line);
      assert.match(line, /^$|^\S.{12} \S|^ {14}\S/);
    }
    assert.match(stdout, /^slot B {8}version 2\.0\.0, counter 2, accepted$/m);
    assert.match(stdout, /^journal {7}\d+ records, slot A confirmed, slot B on trial, A is active, security/m);
    assert.match(stdout, /^starts {8}slot A, version 1\.0\.0, confirmed$/m);
    assert.match(stdout, /^appends {7}.*rejected$/m);
  });

  it("changes no file", async () => {
    const world = offered(confirms(5000));
    world.boot();
    const flags = readOut(world);
    const [first, second] = [await answerTo(flags), await answerTo(flags)];
    assert.deepEqual(first, second);
  });

  it("refuses a wrong command line and useless files with a sentence", async () => {
    writeFileSync(folder.path("long.bin"), new Uint8Array(131073));
    const cases: [string[], number, RegExp][] = [
      [["sim", "boot", "--slot-a", GOOD, ...KEY], 2, /which board/],
      [["sim", "boot", "--board", BOARD, ...KEY], 2, /at least one slot/],
      [["sim", "boot", "--board", BOARD, "--slot-a", GOOD], 2, /public key/],
      [["sim", "boot", "--board", BOARD, "--slot-a", GOOD, ...KEY, "--cause", "ennui"], 2, /"ennui" is not a/],
      [["sim", "boot", "--board", "toaster", "--slot-a", GOOD, ...KEY], 2, /no board "toaster"/],
      [["sim", "boot", "--board", BOARD, "--slot-a", "nowhere.bin", ...KEY], 1, /there is no such file/],
      [["sim", "boot", "--board", BOARD, "--slot-b", folder.path("long.bin"), ...KEY], 1, /131073 bytes, slot B/],
      [["sim", "boot", "--board", BOARD, "--slot-a", GOOD, "--key", GOOD], 1, /not a key file/],
    ];
    for (const [argv, expected, sentence] of cases) {
      const { exitCode, stderr } = await runMain(argv);
      assert.equal(exitCode, expected, argv.join(" "));
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /internal error|\n {4}at /);
    }
  });
});
