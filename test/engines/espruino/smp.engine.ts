/** Management and recovery over SMP on the real Espruino for Linux, by our own client. */

import { UploadPhase } from "../../../core/smp/management";
import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { RecordType } from "../../../core/journal/record";
import { Reason } from "../../../core/reasons";
import type { DeviceSession } from "../../../tools/smp/device-session";
import { confirmImage, testImage } from "../../../tools/smp/image-group";
import { resetDevice } from "../../../tools/smp/os-group";
import { readStatus, readUploadStatus } from "../../../tools/smp/trialboot-group";
import { freeUdpPort } from "../../interop/udp-relay";
import type { BoardChoices } from "./board-files";
import { bundle, makeBoardFiles } from "./board-files";
import { quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";
import { hasWire, SmpBoard } from "./smp-board";
import { digestIn, openSession, slotTexts, upload } from "./smp-session";

const LARGE = 20_000;

/** Task of an application that serves SMP on Serial1. */
async function serving(): Promise<string> {
  const open = await bundle("hal/espruino/links/serial-link.ts", "openSerialLink");
  return `door.openManagement().serve((${open})(Serial1,115200,{path:"smp.tty"}),"console");`;
}

describe("SMP on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled || !hasWire) {
    it(isInstalled ? "socat is not installed" : "espruino is not installed");
    return;
  }
  const cleanUps: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) {
      await cleanUp();
    }
  });

  async function make(image?: Uint8Array, choices: BoardChoices = {}): Promise<{ board: LinuxBoard; smp: SmpBoard }> {
    const board = new LinuxBoard();
    cleanUps.push(() => board.dispose());
    const made = board.provision(await makeBoardFiles({ withManagement: true, ...choices }), image);
    assert.equal(made.end, "idle", made.output);
    const smp = new SmpBoard(board);
    cleanUps.push(() => smp.dispose());
    await smp.connect();
    return { board, smp };
  }

  async function talk(port: string, answerMs?: number): Promise<DeviceSession> {
    const session = await openSession(port, answerMs);
    cleanUps.push(() => session.close());
    return session;
  }

  it("in recovery with two empty slots installs an image, tries it, and the application confirms it", async () => {
    const { board, smp } = await make();
    smp.powerOn(ResetCause.PowerOn, await serving());
    const session = await talk(smp.port);
    assert.equal((await readStatus(session.client, session.patience))?.reason, Reason.NothingBootable);
    assert.deepEqual(await slotTexts(session), []);
    await upload(session, quickImage({ version: 2, ballast: LARGE }));
    await testImage(session.client, await digestIn(session, 1), session.patience);
    assert.deepEqual(await slotTexts(session), ["1 2.0.0 pending"]);
    const ended = smp.nextEnd();
    await resetDevice(session.client, false, session.timeouts.answerMs);
    assert.equal(await ended, 1);
    assert.deepEqual(await slotTexts(session), ["0 2.0.0 active"]);
    assert.equal((await readStatus(session.client, session.patience))?.isTrial, true);
    await confirmImage(session.client, undefined, session.patience);
    assert.deepEqual(await slotTexts(session), ["0 2.0.0 active confirmed"]);
    assert.equal(board.getFile("log"), "start v2 trial\n");
  });

  it("in the running application takes an update, and refuses a damaged one", async () => {
    const { smp } = await make(quickImage({ version: 1 }));
    smp.powerOn(ResetCause.PowerOn, await serving());
    const session = await talk(smp.port);
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed"]);
    const forged = quickImage({ version: 3 });
    forged[forged.length - 40] ^= 1;
    await upload(session, forged);
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed"]);
    const { phase, reason } = (await readUploadStatus(session.client, session.patience)) ?? {};
    assert.deepEqual([phase, reason], [UploadPhase.Refused, Reason.SignatureInvalid]);
    const damaged = quickImage({ version: 3, ballast: LARGE });
    damaged[5000] ^= 1;
    await assert.rejects(upload(session, damaged));
    await upload(session, quickImage({ version: 3 }));
    await testImage(session.client, await digestIn(session, 1), session.patience);
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed", "1 3.0.0 pending"]);
    const ended = smp.nextEnd();
    await resetDevice(session.client, false, session.timeouts.answerMs);
    assert.equal(await ended, 1);
    assert.deepEqual(await slotTexts(session), ["0 3.0.0 active", "1 1.0.0 confirmed"]);
  });

  it("goes on with an upload after a power cut in the middle of it", async () => {
    const { smp } = await make();
    smp.powerOn(ResetCause.PowerOn);
    const image = quickImage({ version: 2, ballast: LARGE });
    const first = await talk(smp.port, 300);
    let cut: Promise<void> | undefined;
    await assert.rejects(upload(first, image, (doneBytes) => {
      if (doneBytes > image.length / 2) {
        cut ??= smp.powerOff();
      }
    }));
    await cut;
    await first.close();
    smp.powerOn(ResetCause.PowerOn);
    const second = await talk(smp.port);
    const { resumedAtBytes } = await upload(second, image);
    assert.ok(resumedAtBytes > image.length / 4, `resumed at ${resumedAtBytes} of ${image.length}`);
    assert.deepEqual(await slotTexts(second), ["1 2.0.0 pending"]);
  });

  it("serves UDP in the running application, datagrams of 1,000 bytes too", async () => {
    const { smp } = await make(quickImage({ version: 1 }));
    const port = await freeUdpPort();
    const open = await bundle("hal/espruino/links/udp-link.ts", "openUdpLink");
    smp.powerOn(ResetCause.PowerOn,
      `door.openManagement().serve((${open})(global.require("dgram"),${port},E.toString),"datagram");`);
    const session = await talk(`udp:127.0.0.1:${port}`);
    assert.equal(session.frameBytesMax, 1024);
    await upload(session, quickImage({ version: 2, ballast: LARGE }));
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed", "1 2.0.0"]);
  });

  it("enters recovery by the gesture and by the application's wish, and a reset leaves it", async () => {
    const { board, smp } = await make(quickImage({ version: 1 }));
    board.putFile("recovery-gesture", "");
    smp.powerOn(ResetCause.Pin, "door.requestRecovery()");
    const session = await talk(smp.port);
    assert.equal((await readStatus(session.client, session.patience))?.reason, Reason.RecoveryGesture);
    board.removeFile("recovery-gesture");
    await resetDevice(session.client, false, session.timeouts.answerMs);
    let status = await readStatus(session.client, session.patience);
    while (status?.reason === Reason.RecoveryGesture) {
      status = await readStatus(session.client, session.patience);
    }
    assert.equal(status?.reason, Reason.RecoveryRequested);
    assert.equal(board.getFile("log"), "start v1 confirmed\n");
  });

  it("works where both slots are noise and the journal is noise", async () => {
    const { board, smp } = await make(quickImage({ version: 1 }));
    const flash = board.readFlash();
    const { slotA, slotB, journal } = (await makeBoardFiles()).board.partitions;
    for (const { offsetBytes, sizeBytes } of [slotA, slotB, journal]) {
      for (let i = offsetBytes; i < offsetBytes + sizeBytes; i++) {
        flash[i] = i * 31 % 251;
      }
    }
    board.writeFlash(flash);
    smp.powerOn(ResetCause.PowerOn);
    const session = await talk(smp.port);
    await upload(session, quickImage({ version: 2 }));
    assert.deepEqual(await slotTexts(session), ["1 2.0.0 pending"]);
  });

  describe("a serial window", () => {
    const recovery = { serialWindowMs: 1500, powerCycles: 0 };

    it("keeps a board in recovery whose client speaks up, and answers what it said", async () => {
      const { board, smp } = await make(quickImage({ version: 1 }), { recovery });
      smp.powerOn(ResetCause.PowerOn);
      const session = await talk(smp.port);
      assert.equal((await readStatus(session.client, session.patience))?.isRecovery, true);
      assert.deepEqual(await slotTexts(session), ["0 1.0.0 confirmed"]);
      assert.equal(board.getFile("log"), "");
    });

    it("lets the application start where nobody does, also after noise, and leaves it the port", async () => {
      const { smp } = await make(quickImage({ version: 1 }), { recovery });
      smp.type("\x06\x09AAAA\nhello\n\x06\x09AAoAAAAAAAAAAAAB\n");
      smp.powerOn(ResetCause.PowerOn, `${await serving()}log("serving")`);
      await smp.logged("serving");
      const session = await talk(smp.port);
      assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed"]);
    });
  });

  it("enters recovery after so many quick power cycles, and not after slow ones", async () => {
    const { board, smp } = await make(quickImage({ version: 1 }), { recovery: { serialWindowMs: 0, powerCycles: 3 } });
    const start = (cause: ResetCause, task: string): string[] => board.run({ cause, task }).log;
    const cycles = (): number[] => journalRecords(board.readFlash())
      .filter(({ type }) => type === RecordType.PowerCycles).map(({ detail }) => detail);
    // The process goes on until the timer of a start that lasts has run. The first start has no journal yet.
    assert.deepEqual(start(ResetCause.PowerOn, ""), ["start v1 confirmed"]);
    assert.deepEqual(start(ResetCause.PowerOn, ""), ["start v1 confirmed"]);
    assert.deepEqual(cycles(), [0, 1, 0]);
    for (const cause of [ResetCause.PowerOn, ResetCause.Watchdog, ResetCause.PowerOn]) {
      assert.deepEqual(start(cause, "setTimeout(quit,100)"), ["start v1 confirmed"]);
    }
    assert.deepEqual(cycles(), [0, 1, 0, 1, 2]);
    smp.powerOn(ResetCause.PowerOn);
    const session = await talk(smp.port);
    assert.equal((await readStatus(session.client, session.patience))?.reason, Reason.RecoveryGesture);
    await session.close();
    await smp.powerOff();
    assert.deepEqual(cycles(), [0, 1, 0, 1, 2, 0]);
    assert.deepEqual(start(ResetCause.PowerOn, "setTimeout(quit,100)"), ["start v1 confirmed"]);
  });
});
