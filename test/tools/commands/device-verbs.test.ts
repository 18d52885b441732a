import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RecordType } from "../../../core/journal/record";
import { trustedKeyOf } from "../../../tools/keys/public-key";
import { loginMessage } from "../../../core/smp/login";
import { runMain, type RunOptions, type RunResult, scratchFolder, VECTORS } from "../run-main";
import { FakeDevice, type FakeOptions } from "../smp/fake-device";
import { serveTcp, type TcpDevice } from "../smp/fake-ports";

const IMAGE = "images/good/seccnt-5.bin";
const KEY = "keys/TEST-ONLY-sign-a.private.pem";
const HASH = "756708048ef5db43f689d3eb195e627f9a8e77fe813bbd88060bb67beef12dbd";

describe("the verbs that talk to a device", () => {
  let served: TcpDevice | undefined;
  const folder = scratchFolder();
  afterEach(async () => await served?.close());
  after(() => folder.remove());

  async function serve(options: FakeOptions = {}): Promise<FakeDevice> {
    await served?.close();
    const device = new FakeDevice({ bufferBytes: 600, ...options });
    served = await serveTcp(device);
    return device;
  }

  const takesWait = ([verb, second]: string[]): boolean => {
    return verb === "upgrade" || verb === "recover" || second === "upload";
  };

  /** Runs a verb against the served device; values that the test gives itself come last, and so count. */
  async function run(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    const words = argv[0] === "image" ? 2 : 1;
    const wait = takesWait(argv) ? ["--wait", "5"] : [];
    const defaults = ["--port", served?.port ?? "", "--timeout", "0.2", ...wait];
    const result = await runMain([...argv.slice(0, words), ...defaults, ...argv.slice(words)], options);
    assert.doesNotMatch(result.stderr, /\n {4}at |internal error/);
    return result;
  }

  /** The device takes KEY for some sets. */
  function technician(sets: number): FakeOptions {
    const key = createPublicKey(createPrivateKey(readFileSync(join(VECTORS, KEY))));
    const name = Buffer.from(trustedKeyOf(key).keyHash.subarray(0, 8)).toString("hex");
    return {
      technicians: new Map([[name, sets]]),
      checkSignature: (nonce, asked, keyName, signature) => {
        return verify(null, loginMessage(nonce, asked, keyName), key, signature);
      },
    };
  }

  it("image list shows the board and its slots, for people and for programs", async () => {
    const device = await serve();
    device.slots[0]!.version = "1.2.3\u001b[2J";
    const text = await run(["image", "list"]);
    assert.equal(text.exitCode, 0, text.stderr);
    assert.match(text.stdout, /^Board test-board runs from place A in flash\. Its security floor is 3\.\nslot {2}v/);
    assert.match(text.stdout, /0 {5}1\.2\.3\\u001b\[2J {2}running, confirmed {2}7692c3ad/);
    assert.match(text.stderr, /^note: port tcp:127\.0\.0\.1:\d+, named by --port\n$/);
    const json = JSON.parse((await run(["image", "list", "--json", "-q"])).stdout) as { slots: { hash: string }[] };
    assert.equal(json.slots[0]?.hash.length, 64);
  });

  it("take the port from TRIALBOOT_PORT", async () => {
    await serve();
    const result = await runMain(["image", "list"], { env: { TRIALBOOT_PORT: served?.port ?? "" } });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stderr, /from TRIALBOOT_PORT/);
  });

  it("upgrade goes from the file to a confirmed image, step by step", async () => {
    const device = await serve();
    const result = await run(["upgrade", IMAGE]);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.stdout, "Version 1.2.3+4 is running and confirmed.\n");
    assert.deepEqual(Array.from(result.stderr.matchAll(/^step (\d) of 4, (\w+)/gm), (match) => match[2]), [
      "upload", "test", "restart", "confirm",
    ]);
    assert.deepEqual([device.active, device.isTrial, device.restarts], [1, false, 1]);
  });

  it("upgrade does nothing twice", async () => {
    const device = await serve();
    await run(["image", "upload", IMAGE]);
    await run(["image", "test", HASH.slice(0, 8)]);
    device.requests.length = 0;
    const result = await run(["upgrade", IMAGE, "--json"]);
    assert.equal(result.exitCode, 0, result.stderr);
    const expected = { ok: true, version: "1.2.3+4", hash: HASH, slot: 0, wasInstalled: false };
    assert.deepEqual(JSON.parse(result.stdout), expected);
    assert.match(result.stderr, /upload: not needed[^]*test: not needed/);
    assert.ok(device.requests.every(({ group, command }) => group !== 1 || command !== 1));
    const again = await run(["upgrade", IMAGE]);
    assert.match(again.stdout, /is already running and confirmed/);
    assert.equal(device.restarts, 1);
  });

  it("upgrade goes on after broken connections and restarts of the device", async () => {
    let breaks = 0;
    const device = await serve({
      bufferCount: 1,
      fault: ({ group, command, fields }) => {
        const isLate = group === 1 && command === 1 && Number(fields.get("off")) > 1200;
        return isLate && ++breaks <= 2 ? (breaks === 1 ? "hang-up" : "restart") : undefined;
      },
    });
    const result = await run(["upgrade", IMAGE]);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stderr, /the connection broke at byte \d+ of \d+; trying to go on from there/);
    assert.equal(device.requests.filter(({ fields }) => fields.get("off") === 0).length, 3);
    assert.equal(device.restarts, 2);
  });

  it("upgrade ends with 32 and the journal's reason when the device goes back", async () => {
    await serve({ verdict: "reject" });
    const result = await run(["upgrade", IMAGE]);
    assert.equal(result.exitCode, 32);
    const sentence = /error: The board gave version 1\.2\.3\+4 up and runs version 1\.2\.3 again\. The new image/;
    assert.match(result.stderr, sentence);
    // It is still in its slot and may not start, so it is sent again, for another chance.
    const again = await run(["upgrade", IMAGE]);
    assert.match(again.stderr, /step 1 of 4, upload: sending version/);
    assert.equal(again.exitCode, 32);
  });

  it("upgrade confirms by hand only if it is told to", async () => {
    const device = await serve({ kind: "smp", readsUntilVerdict: -1 });
    const waiting = await run(["upgrade", IMAGE, "--wait", "0.3"]);
    assert.equal(waiting.exitCode, 30);
    assert.match(waiting.stderr, /The device answers, but the new version is not confirmed yet\./);
    const confirmed = await run(["upgrade", IMAGE, "--confirm"]);
    assert.equal(confirmed.exitCode, 0, confirmed.stderr);
    assert.equal(device.isTrial, false);
  });

  it("an image that the device refuses ends with the code of the reason", async () => {
    for (const [reason, exitCode] of [[84, 20], [97, 22], [99, 23], [4, 24], [115, 31]] as const) {
      await serve({ refusal: reason });
      for (const verb of [["upgrade"], ["image", "upload"]]) {
        const result = await run([...verb, IMAGE]);
        assert.equal(result.exitCode, exitCode, result.stderr);
        assert.match(result.stderr, /error: The device refused the image\. /);
      }
    }
  });

  it("a file that no board would take is not sent", async () => {
    const device = await serve();
    // A padded image goes on after its end, which a board refuses as it does a trailer.
    const cases = [["payloads/1k.js", 24], ["images/bad/hash-bitflip.bin", 20], ["images/good/confirm-align1.bin", 31]];
    for (const [path, exitCode] of cases) {
      const result = await run(["upgrade", String(path)]);
      assert.equal(result.exitCode, exitCode, `${path ?? ""}: ${result.stderr}`);
      assert.equal(device.requests.length, 0);
    }
  });

  it("during a trial the other image is safe, and it is said why nothing else is taken", async () => {
    const device = await serve({ readsUntilVerdict: -1 });
    device.slots[1] = { version: "9.9.9", hash: new Uint8Array(32) };
    Object.assign(device, { active: 1, isTrial: true });
    const result = await run(["upgrade", IMAGE]);
    assert.equal(result.exitCode, 31);
    assert.match(result.stderr, /Version 9\.9\.9 is on trial\. A trial is running;/);
    assert.equal((await run(["image", "upload", IMAGE])).exitCode, 31);
  });

  it("image test, confirm and rollback name images by slot, digest or file", async () => {
    const device = await serve({ readsUntilVerdict: -1 });
    await run(["image", "upload", IMAGE]);
    for (const name of ["1", HASH, HASH.slice(0, 6), IMAGE]) {
      device.pending = undefined;
      const result = await run(["image", "test", name]);
      assert.equal(result.exitCode, 0, result.stderr);
      assert.equal(device.pending, 1, name);
    }
    assert.equal((await run(["image", "test", "1", "--reset"])).exitCode, 0);
    assert.deepEqual([device.active, device.isTrial], [1, true]);
    assert.equal((await run(["image", "confirm"])).stdout.split("\n")[0], "Version 1.2.3+4 is confirmed.");
    const back = await run(["image", "rollback", "--yes"]);
    assert.match(back.stdout, /^Version 1\.2\.3 is tried at the next start\.\n/);
    assert.equal((await run(["image", "test", "C"])).exitCode, 1);
    assert.equal((await run(["image", "test", "abcdef"])).exitCode, 2);
    assert.equal((await run(["image", "test", "f".repeat(64)])).exitCode, 31);
  });

  it("what loses something asks, names it, and does nothing unless the answer is yes", async () => {
    const device = await serve();
    await run(["image", "upload", IMAGE]);
    const refused = await run(["image", "erase"], { answers: ["n"] });
    assert.equal(refused.exitCode, 2);
    assert.match(refused.questions[0] ?? "", /^Version 1\.2\.3\+4 in slot 1 is lost\.\nErase it\? \[y\/N\] $/);
    for (const [flags, env] of [[["--ci"], {}], [[], { CI: "true" }], [[], {}]] as const) {
      const answers = flags.length > 0 || "CI" in env ? ["y"] : [];
      const silent = await run(["image", "erase", ...flags], { env, answers });
      assert.equal(silent.exitCode, 2);
      assert.match(silent.stderr, /Add --yes/);
    }
    assert.notEqual(device.slots[1], undefined);
    assert.equal((await run(["image", "confirm", "1"], { answers: [] })).exitCode, 2);
    assert.equal((await run(["image", "rollback"], { answers: ["no"] })).exitCode, 2);
    assert.equal(device.pending, undefined);
    assert.equal((await run(["image", "erase"], { answers: ["y"] })).exitCode, 0);
    assert.equal(device.slots[1], undefined);
  });

  it("login proves a technician key, with a signature over nonce, sets and key", async () => {
    await serve(technician(15));
    const all = await run(["login", "--technician-key", KEY]);
    assert.equal(all.exitCode, 0, all.stderr);
    const sentence = "The key works. It opens: erase, factory-reset, files, console; a login is valid for 600 s.\n";
    assert.equal(all.stdout, sentence);
    await serve(technician(5));
    const some = await run(["login", "--technician-key", KEY, "--json"]);
    assert.deepEqual((JSON.parse(some.stdout) as { sets: string[] }).sets, ["erase", "files"]);
    await serve();
    const unknown = await run(["login", "--technician-key", KEY]);
    assert.equal(unknown.exitCode, 31);
    assert.match(unknown.stderr, /does not know this technician key/);
    assert.equal((await run(["login"])).exitCode, 2);
    await serve({ ...technician(15), backOffSeconds: 64 });
    const early = await run(["login", "--technician-key", KEY]);
    assert.equal(early.exitCode, 31);
    assert.match(early.stderr, /lets nobody try for a while\.\nWait 64 s, then try with the right key/);
  });

  it("verbs that need a login say so, and take the key", async () => {
    const device = await serve({ ...technician(1), needsLoginToErase: true });
    const denied = await run(["image", "erase", "--yes"]);
    assert.equal(denied.exitCode, 31);
    assert.match(denied.stderr, /access is denied\.\nIf you have a technician key, add --technician-key FILE\./);
    const granted = await run(["image", "erase", "--yes", "--technician-key", KEY]);
    assert.equal(granted.exitCode, 0, granted.stderr);
    const logins = device.requests.filter(({ group, command }) => group === 64 && command === 2);
    assert.deepEqual(logins.map(({ fields }) => fields.get("set")), [1]);
  });

  it("log shows the journal in words, what was overwritten, and the last crash", async () => {
    const device = await serve();
    device.lostRecords = 41;
    device.record(RecordType.InstallBegin, 1, 0, 5000);
    device.record(RecordType.ErrorReport, 1, 0, 61_000);
    device.record(RecordType.Healthy, 1, 0, 5000);
    device.record(RecordType.Confirmed, 1, 0, 7);
    device.record(RecordType.Announced, 1, 0, 7);
    device.journal[2]?.fill(1, 9, 10);
    const result = await run(["log"]);
    assert.equal(result.exitCode, 0, result.stderr);
    const lines = result.stdout.trimEnd().split("\n");
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? "", /^ {4}42 {2}install-begin {7}An image of 5,000 bytes/);
    assert.match(lines[2] ?? "", /damaged/);
    assert.match(result.stderr, /note: 41 older records were overwritten by newer ones\./);
    const crash = await run(["log", "--crash", "--json"]);
    const { records } = JSON.parse(crash.stdout) as { records: { type: string }[] };
    assert.deepEqual(records.map(({ type }) => type), ["error-report"]);
  });

  it("recover brings a running board into recovery if it may, and installs the image", async () => {
    const device = await serve({ readsUntilVerdict: 1 });
    const result = await run(["recover", IMAGE], { answers: ["y"] });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.questions[0] ?? "", /Restart it into recovery\? Its application stops; nothing is lost\./);
    assert.match(result.stderr, /Board test-board is in recovery\. /);
    assert.match(result.stdout, /Version 1\.2\.3\+4 is running and confirmed\./);
    assert.equal(device.restarts, 2);
  });

  it("recover waits for the button when it may not restart the board, and ends in time", async () => {
    const device = await serve();
    const result = await run(["recover", "--ci", "--wait", "0.3"]);
    assert.equal(result.exitCode, 30);
    assert.match(result.stderr, /Waiting for its recovery button\.[^]*error: The device answers, but it is not in/);
    assert.equal(device.restarts, 0);
    device.recovery = true;
    const stays = await run(["recover", "--ci"]);
    assert.match(stays.stdout, /The board stays in recovery\./);
  });

  it("recover erases the application's data only after a yes, and with a login", async () => {
    const device = await serve({ ...technician(2), recovery: true });
    assert.equal((await run(["recover", "--factory-reset"])).exitCode, 2);
    const no = await run(["recover", "--factory-reset", "--technician-key", KEY], { answers: ["n"] });
    assert.equal(no.exitCode, 2);
    assert.match(no.questions[0] ?? "", /^All data of the application on this board is lost/);
    assert.equal(device.dataErased, false);
    const yes = await run(["recover", "--factory-reset", "--technician-key", KEY, "--yes", "--restart"]);
    assert.equal(yes.exitCode, 0, yes.stderr);
    assert.deepEqual([device.dataErased, device.restarts], [true, 1]);
  });

  it("a device that is not there, or not one of ours, is said to be so", async () => {
    await serve({ fault: () => "lose-request" });
    for (const verb of [["image", "list"], ["upgrade", IMAGE], ["log"], ["login", "--technician-key", KEY]]) {
      const result = await run([...verb, "--timeout", "0.05"]);
      assert.equal(result.exitCode, 30, result.stderr);
      assert.match(result.stderr, /does not answer\.\nCheck that it is on/);
    }
    await serve({ kind: "smp" });
    assert.equal((await run(["log"])).exitCode, 31);
    assert.equal((await run(["recover", "--ci"])).exitCode, 31);
    assert.equal((await run(["image", "list"])).exitCode, 0);
  });

  it("wrong command lines are usage errors", async () => {
    const lines = [
      "image", "image lst", "image list --timeout x", "image list --baud 1", "image erase Z", "upgrade", "ports x",
      `upgrade ${IMAGE} --wait 0`, "image confirm a b", "image list --framing odd", "login --set all",
    ];
    for (const line of lines) {
      assert.equal((await runMain(line.split(" "))).exitCode, 2, line);
    }
  });
});
