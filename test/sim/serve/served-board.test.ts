import assert from "node:assert/strict";
import { readStatus } from "../../../tools/smp/trialboot-group";
import { resetDevice } from "../../../tools/smp/os-group";
import { confirmImage, testImage } from "../../../tools/smp/image-group";
import { uploadImage } from "../../../tools/smp/upload";
import type { UploadResult } from "../../../tools/smp/upload";
import { type DeviceSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { upgrade, waitUntilStored } from "../../../tools/commands/upgrade-steps";
import { ToolError } from "../../../tools/errors";
import { ExitCode } from "../../../tools/exit-codes";
import { loadBoard } from "../../../tools/boards";
import { SeededRandom } from "../../../sim/random";
import { sampleText } from "../../../tools/sim-bundles";
import { imageOf, OTHER_KEY, ServedBench, SILENT_PROGRESS } from "./served-bench";
import type { TestImage } from "./served-bench";

/** A version that says so at once. */
const THROWS = "function () { throw new Error('this version is broken'); }";
const HOW = { waitMs: 120_000, confirmByHand: false };

describe("a served board", () => {
  let old: TestImage;
  let next: TestImage;

  before(async function () {
    this.timeout(120_000);
    const payload = await sampleText("espruino", "managed-node");
    // Long enough to be cut in many places.
    const padded = `${payload}\n${`// ${"x".repeat(100)}\n`.repeat(250)}`;
    old = imageOf(padded, "1.0.0");
    next = imageOf(padded, "2.0.0");
  });

  const bench = (boardName = "esp32"): ServedBench => new ServedBench(boardName, old.bytes);

  async function send(
    session: DeviceSession,
    image: TestImage,
    onProgress: (doneBytes: number) => void = () => undefined,
  ): Promise<UploadResult> {
    const { client, frameBytesMax, windowFrames } = session;
    const { bytes } = image;
    const patience = { firstTimeoutMs: 20, timeoutMs: 20 };
    return await uploadImage(client, { bytes, frameBytesMax, windowFrames, ...patience, onProgress });
  }

  for (const [boardName, kind] of [["esp32", "serial"], ["esp32", "udp"], ["nrf52840dk", "serial"]] as const) {
    it(`takes an update over ${kind}, tries it and confirms it (${boardName})`, async () => {
      const served = bench(boardName);
      assert.deepEqual(await served.list(), ["0 1.0.0 active confirmed"]);
      const result = await upgrade(served.connection(kind), next, HOW, SILENT_PROGRESS);
      assert.equal(result.wasInstalled, false);
      assert.deepEqual(await served.list(), ["0 2.0.0 active confirmed", "1 1.0.0"]);
    });
  }

  /** Breaks off the upload when the board has asked for so many chunks, as a client that is killed does. */
  async function sendAndDie(served: ServedBench, image: TestImage, chunks: number): Promise<void> {
    const session = await served.session();
    let sent = 0;
    served.beforeRequest = () => {
      if (++sent > chunks) {
        throw new Error("killed");
      }
    };
    await assert.rejects(async () => await send(session, image), /killed/);
    served.beforeRequest = undefined;
    await session.close();
  }

  it("goes on with an upload whose client was killed, for another client and over another transport", async () => {
    for (const kind of ["serial", "udp"] as const) {
      const served = bench();
      await sendAndDie(served, next, 5);
      const session = await served.session(kind);
      const { resumedAtBytes } = await send(session, next);
      assert.ok(resumedAtBytes > next.bytes.length / 8, `${kind}: ${resumedAtBytes} of ${next.bytes.length}`);
      await waitUntilStored(served.connection(kind), next, 10_000);
      assert.deepEqual(await served.list(session), ["0 1.0.0 active confirmed", "1 2.0.0"]);
      await testImage(session.client, next.hash, session.patience);
      assert.deepEqual(await served.list(session), ["0 1.0.0 active confirmed", "1 2.0.0 pending"]);
      await resetDevice(session.client, false, 20);
      served.pass(1000);
      assert.deepEqual(await served.list(session), ["0 2.0.0 active", "1 1.0.0 confirmed"]);
      await confirmImage(session.client, undefined, session.patience);
      assert.deepEqual(await served.list(), ["0 2.0.0 active confirmed", "1 1.0.0"]);
    }
  });

  it("goes back from a version that was restarted before it was confirmed", async () => {
    const served = bench();
    const session = await served.session();
    await send(session, next);
    await waitUntilStored(served.connection(), next, 10_000);
    await testImage(session.client, next.hash, session.patience);
    await resetDevice(session.client, false, 20);
    served.pass(1000);
    assert.deepEqual(await served.list(session), ["0 2.0.0 active", "1 1.0.0 confirmed"]);
    await resetDevice(session.client, false, 20);
    served.pass(1000);
    assert.deepEqual(await served.list(), ["0 1.0.0 active confirmed", "1 2.0.0 refused"]);
  });

  it("goes back from a version that dies, and the client says so", async () => {
    const served = bench();
    const broken = imageOf(THROWS, "3.0.0");
    await assert.rejects(
      async () => await upgrade(served.connection(), broken, HOW, SILENT_PROGRESS),
      (error: unknown) => {
        assert.ok(error instanceof ToolError);
        assert.equal(error.exitCode, ExitCode.DeviceRolledBack);
        assert.match(error.message, /gave version 3\.0\.0 up and runs version 1\.0\.0 again/);
        return true;
      },
    );
    assert.deepEqual(await served.list(), ["0 1.0.0 active confirmed", "1 3.0.0 refused"]);
    assert.ok(served.lines.includes("the application throws Error: this version is broken"), served.lines.join("\n"));
  });

  it("refuses an image with one bit changed, one of a stranger, and one below its floor", async () => {
    const served = bench();
    const changed = { ...next, bytes: next.bytes.slice() };
    changed.bytes[9000] = (changed.bytes[9000] ?? 0) ^ 1;
    const strange = imageOf(THROWS, "3.0.0", OTHER_KEY);
    const below = imageOf(THROWS, "3.0.0", undefined, 0);
    const cases: readonly (readonly [TestImage, ExitCode])[] = [
      [changed, ExitCode.Authenticity], [strange, ExitCode.Authenticity], [below, ExitCode.Rollback],
    ];
    for (const [image, exitCode] of cases) {
      await assert.rejects(
        async () => await upgrade(served.connection(), image, HOW, SILENT_PROGRESS),
        (error: unknown) => error instanceof ToolError && error.exitCode === exitCode,
      );
      assert.equal((await served.list())[0], "0 1.0.0 active confirmed");
    }
  });

  /** Sends until all is there, however often the board goes away. Gives what it asked for first after each start. */
  async function sendOnAndOn(served: ServedBench, image: TestImage): Promise<number[]> {
    const beginnings: number[] = [];
    let startsSeen = 0;
    for (let tries = 0; tries < 20; tries++) {
      const session = await served.session("serial", timeoutsFrom(20)).catch(() => undefined);
      const done = session !== undefined && await send(session, image, (offset) => {
        const starts = served.lines.filter((line) => line.startsWith("the board starts")).length;
        if (starts !== startsSeen) {
          startsSeen = starts;
          beginnings.push(offset);
        }
      }).then(() => true, () => false);
      if (done) {
        return beginnings;
      }
    }
    return assert.fail(`the upload does not come to its end\n${served.lines.join("\n")}`);
  }

  it("goes on with an upload in which power failed, at places all over it", async () => {
    const whole = bench();
    const before = { ...whole.board.machine.chip.counters };
    await sendOnAndOn(whole, next);
    const { writes, erases } = whole.board.machine.chip.counters;
    const operations = writes - before.writes + erases - before.erases;
    for (let place = 0; place < 8; place++) {
      const served = bench();
      // Behind the answer to the first chunk, so that there is something to go on with.
      const atOperation = Math.floor(((place + 1) * operations) / 9);
      served.board.cutPowerAt({ atOperation, when: "torn", seed: place });
      const beginnings = await sendOnAndOn(served, next);
      assert.equal(served.lines.filter((line) => line.includes("power-cut after")).length, 1);
      assert.equal(beginnings.length, 2, `${place}: ${beginnings.join()}`);
      // An eighth of the file is on record at every eighth of it; the first operations erase.
      const least = ((place - 2) * next.bytes.length) / 8;
      assert.ok((beginnings[1] ?? 0) >= least, `${place}: ${beginnings.join()}`);
      await waitUntilStored(served.connection(), next, 10_000);
      assert.deepEqual(await served.list(), ["0 1.0.0 active confirmed", "1 2.0.0"]);
    }
  });

  it("is repaired in recovery when both slots, the journal and the data are garbage", async () => {
    const served = bench();
    const flash = served.board.readFlash();
    const { slotA, slotB, journal, data } = loadBoard("esp32").partitions;
    for (const [index, { offsetBytes, sizeBytes }] of [slotA, slotB, journal, data].entries()) {
      flash.set(new SeededRandom(index).bytes(sizeBytes), offsetBytes);
    }
    served.board.powerOff();
    served.board.writeFlash(flash);
    served.board.powerOn();
    served.pass(2000);
    assert.ok(served.lines.includes("recovery: nothing-bootable"), served.lines.join("\n"));
    const session = await served.session();
    assert.deepEqual(await served.list(session), []);
    assert.equal((await readStatus(session.client, session.patience))?.isRecovery, true);
    const result = await upgrade(served.connection(), next, HOW, SILENT_PROGRESS);
    assert.equal(result.slot.isConfirmed, true);
    assert.deepEqual(await served.list(), ["0 2.0.0 active confirmed"]);
  });

  it("goes into recovery when a client or a button says so, and leaves it by a reset", async () => {
    const served = bench();
    const session = await served.session();
    await resetDevice(session.client, true, 20);
    served.pass(1000);
    assert.equal((await readStatus(session.client, session.patience))?.isRecovery, true);
    await resetDevice(session.client, false, 20);
    served.pass(1000);
    assert.equal((await readStatus(session.client, session.patience))?.isRecovery, false);
    served.board.setGesture(true);
    served.board.cutPower();
    served.pass(2000);
    assert.equal((await readStatus(session.client, session.patience))?.isRecovery, true);
    served.board.setGesture(false);
    served.board.powerOff();
    served.pass(1000);
    assert.equal(served.board.hasPower, false);
    served.board.powerOn();
    served.pass(1000);
    assert.equal((await readStatus(session.client, session.patience))?.isRecovery, false);
  });

  it("has the same flash in another process, and refuses that of another board", async () => {
    const first = bench();
    await upgrade(first.connection(), next, HOW, SILENT_PROGRESS);
    const second = bench();
    second.board.powerOff();
    second.board.writeFlash(first.board.readFlash());
    second.board.powerOn();
    second.pass(1000);
    assert.deepEqual(await second.list(), ["0 2.0.0 active confirmed", "1 1.0.0"]);
    assert.throws(() => second.board.writeFlash(new Uint8Array(9)), /the flash of esp32 has 4194304 bytes, not 9/);
  });
});
