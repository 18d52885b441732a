/**
 * Clients of other projects and the recovery of the real Espruino for Linux: each fills its empty slots, and is cut off
 * and goes on. An application that is updated: test/interop.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ResetCause } from "../../../core/boot/reset-cause";
import type { RealClient, Running } from "../../interop/smp-clients";
import { REAL_CLIENTS, start } from "../../interop/smp-clients";
import { bundle, makeBoardFiles } from "./board-files";
import { quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { hasWire, SmpBoard } from "./smp-board";
import { digestIn, openSession } from "./smp-session";

const LARGE = 20_000;

describe("clients of other projects and the real Espruino", function () {
  this.timeout(240_000);
  if (!isInstalled || !hasWire) {
    it(isInstalled ? "socat is not installed" : "espruino is not installed");
    return;
  }
  let smp: SmpBoard;
  let board: LinuxBoard;

  beforeEach(async () => {
    board = new LinuxBoard();
    board.provision(await makeBoardFiles({ withManagement: true }));
    smp = new SmpBoard(board);
    await smp.connect();
  });

  afterEach(async () => {
    await smp.dispose();
    board.dispose();
  });

  async function serving(): Promise<string> {
    const open = await bundle("hal/espruino/links/serial-link.ts", "openSerialLink");
    return `door.openManagement().serve((${open})(Serial1,115200,{path:"smp.tty"}),"console");log("serving");`;
  }

  function begin(client: RealClient, verb: readonly string[]): Running {
    return start(client.program ?? "", [...client.connect("pty", smp.port), ...client.patience, ...verb]);
  }

  async function run(client: RealClient, verb: readonly string[]): Promise<string> {
    return (await begin(client, verb).finished).text;
  }

  /** The digest by which clients name the image in the free slot. */
  async function hash(): Promise<string> {
    const session = await openSession(smp.port);
    const digest = await digestIn(session, 1);
    await session.close();
    return Buffer.from(digest).toString("hex");
  }

  for (const client of REAL_CLIENTS.filter(({ wires }) => wires.includes("pty"))) {
    if (client.program === undefined) {
      it(`${client.name} is not installed (${client.from})`);
      continue;
    }

    it(`${client.name} lists, uploads, tests, resets and confirms`, async () => {
      const image = quickImage({ version: 2, ballast: LARGE });
      board.putFile("image.bin", image);
      smp.powerOn(ResetCause.PowerOn, await serving());
      await smp.speaks();
      const uploaded = await run(client, client.upload(board.file("image.bin")));
      const digest = await hash();
      assert.notEqual(digest, createHash("sha256").update(image).digest("hex"), uploaded);
      await run(client, client.test(digest));
      assert.deepEqual(client.slots(await run(client, client.list)), ["1 2.0.0 pending"]);
      const ended = smp.nextEnd();
      await run(client, client.reset);
      assert.equal(await ended, 1);
      await smp.logged("serving");
      await smp.speaks();
      assert.deepEqual(client.slots(await run(client, client.list)), ["0 2.0.0 active"]);
      await run(client, client.confirm(digest));
      assert.deepEqual(client.slots(await run(client, client.list)), ["0 2.0.0 active confirmed"]);
    });

    it(`${client.name} goes on after a power cut of the board in the middle of its upload`, async () => {
      const image = quickImage({ version: 2, ballast: 2 * LARGE });
      board.putFile("image.bin", image);
      smp.powerOn(ResetCause.PowerOn);
      await smp.speaks();
      const running = begin(client, client.upload(board.file("image.bin")));
      await smp.stored(image, image.length / 2);
      await smp.powerOff();
      smp.powerOn(ResetCause.PowerOn);
      let text = (await running.finished).text;
      await smp.silence();
      if (client.givesUpAtPowerCut) {
        text = await run(client, client.upload(board.file("image.bin")));
      }
      assert.deepEqual(client.slots(await run(client, client.list)), ["1 2.0.0 pending"], text);
    });
  }
});
