import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ToolError } from "../../../tools/errors";
import { scratchFolder } from "../run-main";
import { copyOfKey, failingDisk, makeTestKey, MESSAGE, signOnce, type TestKey } from "./lms-keys";

describe("the state of an LMS key", () => {
  const scratch = scratchFolder();
  after(() => scratch.remove());
  let count = 0;
  let original: TestKey;
  before(() => {
    original = makeTestKey(scratch.path("original"), undefined);
  });
  const newKey = (withRegistry: boolean): TestKey => {
    const folder = scratch.path(`key-${count++}`);
    return copyOfKey(original, folder, withRegistry ? join(folder, "home") : undefined);
  };
  const otherKey = (): TestKey => makeTestKey(scratch.path(`other-${count++}`), undefined);
  const refuses = (sentence: RegExp) => (error: unknown) => {
    assert.ok(error instanceof ToolError, String(error));
    assert.equal(error.exitCode, 1);
    assert.match(error.message, sentence);
    return true;
  };

  it("counts leaves up, over runs and within one", async () => {
    const key = newKey(true);
    assert.deepEqual([await signOnce(key), await signOnce(key)], [0, 1]);
    const signer = await key.open();
    assert.equal(signer.remaining, 30);
    assert.equal(signer.sign(MESSAGE)[3], 2);
    assert.equal(signer.sign(MESSAGE)[3], 3);
    assert.equal(signer.remaining, 28);
    signer.close();
    assert.equal(await signOnce(key), 4);
  });

  it("says what is left at every signature, warns below a tenth, and refuses when nothing is left", async () => {
    const key = newKey(true);
    const signer = await key.open();
    for (let left = 31; left >= 0; left--) {
      key.said();
      signer.sign(MESSAGE);
      const said = key.said();
      assert.match(said, left < 3.2 ? /^warning: / : /^note: /);
      assert.ok(said.includes(`can sign ${left} more times, of 32`), said);
    }
    assert.throws(() => signer.sign(MESSAGE), refuses(/is used up/));
    signer.close();
    await assert.rejects(key.open(), refuses(/is used up/));
  });

  it("THREAT.KEY.EXPOSURE refuses a state file that is a copy older than the reserve mark", async () => {
    const key = newKey(false);
    copyFileSync(`${key.path}.state`, `${key.path}.old`);
    await signOnce(key);
    await signOnce(key);
    copyFileSync(`${key.path}.old`, `${key.path}.state`);
    const sentence = /is an old copy: its next leaf is 0, but by the key file's reserve mark 2/;
    await assert.rejects(key.open(), refuses(sentence));
  });

  it("THREAT.KEY.EXPOSURE refuses a backup of key and state together on a machine that has signed since", async () => {
    const key = newKey(true);
    for (const name of ["", ".state"]) {
      copyFileSync(key.path + name, `${key.path}${name}.old`);
    }
    await signOnce(key);
    await signOnce(key);
    for (const name of ["", ".state"]) {
      copyFileSync(`${key.path}${name}.old`, key.path + name);
    }
    await assert.rejects(key.open(), refuses(/is an old copy: .* by the record in your home folder 2 leaves are used/));
  });

  it("takes an older copy of the key file alone, since the state knows better", async () => {
    const key = newKey(false);
    copyFileSync(key.path, `${key.path}.old`);
    await signOnce(key);
    await signOnce(key);
    copyFileSync(`${key.path}.old`, key.path);
    assert.equal(await signOnce(key), 2);
  });

  it("warns where a key that has signed is used for the first time on a machine", async () => {
    const key = newKey(true);
    await signOnce(key);
    rmSync(join(key.folder, "home"), { recursive: true });
    key.said();
    assert.equal(await signOnce(key), 1);
    assert.match(key.said(), /warning: .* has signed before, but not on this machine/);
    assert.equal(await signOnce(key), 2);
    assert.doesNotMatch(key.said(), /not on this machine/);
  });

  it("refuses a missing state, a damaged one, and that of another key", async () => {
    const key = newKey(true);
    const other = otherKey();
    copyFileSync(`${other.path}.state`, `${key.path}.state`);
    await assert.rejects(key.open(), refuses(/is damaged, or the state of another key/));
    const half = readFileSync(`${other.path}.state`, "utf8").slice(0, 40);
    for (const text of ["", "{}", "null", "[]", '{"nextLeaf":', half]) {
      writeFileSync(`${key.path}.state`, text);
      await assert.rejects(key.open(), refuses(/is damaged, or the state of another key/));
    }
    for (const nextLeaf of [-1, 33, 0.5, "0", null]) {
      const fields = JSON.parse(readFileSync(`${other.path}.state`, "utf8")) as object;
      writeFileSync(`${other.path}.state`, JSON.stringify({ ...fields, nextLeaf }));
      await assert.rejects(other.open(), refuses(/is damaged, or the state of another key/));
    }
    rmSync(`${key.path}.state`);
    await assert.rejects(key.open(), refuses(/state file .* is missing/));
    assert.equal(existsSync(`${key.path}.lock`), false);
  });

  it("refuses a key file that is damaged, or whose seed is another key's", async () => {
    const key = newKey(true);
    const text = readFileSync(key.path, "utf8");
    const other = JSON.parse(readFileSync(otherKey().path, "utf8")) as { privateKey: string };
    const fields = JSON.parse(text) as object;
    const altered: readonly (readonly [object, RegExp])[] = [
      [{ reservedLeaves: 33 }, /is damaged/],
      [{ reservedLeaves: "1" }, /is damaged/],
      [{ parameters: "M24_H10_W4" }, /is damaged/],
      [{ publicKey: "00" }, /is damaged/],
      [{ privateKey: "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n" }, /is damaged/],
      [{ version: 2 }, /form that this trialboot does not know/],
      [{ privateKey: other.privateKey }, /seed .* does not fit its public key/],
    ];
    for (const [change, sentence] of altered) {
      writeFileSync(key.path, JSON.stringify({ ...fields, ...change }));
      await assert.rejects(key.open(), refuses(sentence));
    }
    writeFileSync(key.path, text);
    assert.equal(await signOnce(key), 0);
  });

  it("computes a tree that is missing or damaged again", async () => {
    const key = newKey(true);
    const tree = readFileSync(`${key.path}.tree`);
    for (const isMissing of [true, false]) {
      if (isMissing) {
        rmSync(`${key.path}.tree`);
      } else {
        writeFileSync(`${key.path}.tree`, tree.fill(0, 48, 72));
      }
      key.said();
      await signOnce(key);
      assert.match(key.said(), /tree is missing or damaged; computing it again/);
    }
  });

  describe("when the machine stops", () => {
    it("never releases a signature whose leaf is not written off, at whatever step it stops", async function () {
      this.timeout(60_000);
      const whole = failingDisk(1000, false);
      await signOnce(newKey(true), { disk: whole });
      const steps = whole.steps();
      for (let failing = 0; failing < steps; failing++) {
        for (const takesEffect of [false, true]) {
          const key = newKey(true);
          const released = [await signOnce(key)];
          const disk = failingDisk(failing, takesEffect);
          await signOnce(key, { disk }).then((leaf) => released.push(leaf), () => undefined);
          if (existsSync(`${key.path}.lock`)) {
            // The lock of the process that is no more.
            rmSync(`${key.path}.lock`);
          }
          released.push(await signOnce(key), await signOnce(key));
          assert.equal(new Set(released).size, released.length, `step ${failing}: ${released.join(" ")}`);
        }
      }
      assert.ok(steps > 8, `${steps} steps`);
    });

    it("releases a signature only after key, state and folder are synced", async () => {
      const key = newKey(false);
      const whole = failingDisk(1000, false);
      await signOnce(key, { disk: whole });
      // The last step gives the lock back; all others come before the signature.
      for (let failing = 0; failing < whole.steps() - 1; failing++) {
        await assert.rejects(signOnce(key, { disk: failingDisk(failing, true) }));
        rmSync(`${key.path}.lock`, { force: true });
      }
    });

    it("uses no leaf twice, whatever is signed, cut and restored, as long as the registry survives", async function () {
      this.timeout(60_000);
      const events = fc.array(
        fc.oneof(
          fc.constant({ kind: "sign" as const, step: 0, effect: false }),
          fc.record({ kind: fc.constant("cut" as const), step: fc.nat(12), effect: fc.boolean() }),
          fc.record({
            kind: fc.constantFrom<"save" | "restoreKey" | "restoreState">("save", "restoreKey", "restoreState"),
            step: fc.constant(0),
            effect: fc.constant(false),
          }),
        ),
        { maxLength: 10 },
      );
      await fc.assert(
        fc.asyncProperty(events, async (list) => {
          const key = newKey(true);
          const released: number[] = [];
          const copies = [key.path, `${key.path}.state`].map((path) => [path, readFileSync(path)] as const);
          const saved = new Map(copies);
          for (const { kind, step, effect } of list) {
            if (kind === "save") {
              saved.set(key.path, readFileSync(key.path)).set(`${key.path}.state`, readFileSync(`${key.path}.state`));
            } else if (kind === "restoreKey" || kind === "restoreState") {
              const path = kind === "restoreKey" ? key.path : `${key.path}.state`;
              writeFileSync(path, saved.get(path) ?? "");
            } else {
              const disk = kind === "cut" ? { disk: failingDisk(step, effect) } : {};
              await signOnce(key, disk).then((leaf) => released.push(leaf), () => undefined);
              rmSync(`${key.path}.lock`, { force: true });
            }
          }
          assert.equal(new Set(released).size, released.length, released.join(" "));
        }),
        { numRuns: 40 },
      );
    });
  });

  describe("locked", () => {
    it("refuses a second signer while the first is open, --break-lock or not", async () => {
      const key = newKey(true);
      const signer = await key.open();
      for (const breakLock of [false, true]) {
        await assert.rejects(key.open({ breakLock }), refuses(/is locked by process \d+ on .*, which runs/));
      }
      signer.close();
      assert.equal(await signOnce(key), 0);
      assert.deepEqual(readdirSync(key.folder).filter((name) => /lock|tmp/.test(name)), []);
    });

    const lockText = (pid: number, host: string): string =>
      JSON.stringify({ pid, host, since: "2026-01-01T00:00:00.000Z", nonce: "" });

    it("leaves the lock of a process that has ended to --break-lock", async () => {
      const key = newKey(true);
      const { pid } = spawnSync(process.execPath, ["-e", ""]);
      writeFileSync(`${key.path}.lock`, lockText(pid, hostname()));
      await assert.rejects(key.open(), refuses(/is locked by process \d+ on .*, which has ended/));
      assert.equal(await signOnce(key, { breakLock: true }), 0);
    });

    const locks = { "of another machine": lockText(1, "elsewhere.example"), "that is damaged": "{" };
    for (const [title, text] of Object.entries(locks)) {
      it(`leaves a lock ${title} to --break-lock`, async () => {
        const key = newKey(true);
        writeFileSync(`${key.path}.lock`, text);
        await assert.rejects(key.open(), refuses(/is locked/));
        assert.equal(await signOnce(key, { breakLock: true }), 0);
      });
    }

    it("signs nothing with a lock that somebody has taken away, and leaves theirs alone", async () => {
      const key = newKey(true);
      const signer = await key.open();
      writeFileSync(`${key.path}.lock`, lockText(1, "elsewhere.example"));
      assert.throws(() => signer.sign(MESSAGE), refuses(/lock of .* was taken by another process/));
      signer.close();
      assert.equal(readFileSync(`${key.path}.lock`, "utf8"), lockText(1, "elsewhere.example"));
    });
  });
});
