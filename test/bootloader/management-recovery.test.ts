import assert from "node:assert/strict";
import { isLit, RecoveryLight } from "../../bootloader/recovery-light";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { CommandSet } from "../../core/smp/policy";
import { imageDigest, makeImage } from "../support/images";
import type { Start } from "./bench";
import { memoryBench, resets } from "./bench";
import { managedBench, ManagedBench, managedConfig, NEW, Op, resetsSoon } from "./management-bench";

const IMAGE = makeImage(NEW);

/** The indicator for two seconds, in quarters. */
function light(start: Start): string {
  let text = "";
  for (let i = 0; i < 8; i++) {
    text += start.pins.indicated() ? "1" : "0";
    start.clock.advance(250);
  }
  return text;
}

/** The same pattern, wherever it begins. */
function isRotated(text: string, pattern: string): boolean {
  return text.length === pattern.length && (pattern + pattern).includes(text);
}

function garbage(fill: number): ManagedBench {
  const bench = memoryBench(managedConfig());
  for (const partition of [...bench.flash.slots, bench.flash.journal, bench.flash.data]) {
    bench.flashByHand(partition, new Uint8Array(partition.sizeBytes).fill(fill));
  }
  return new ManagedBench(bench);
}

describe("management in recovery", () => {
  for (const fill of [0x00, 0xff, 0xa5]) {
    for (const asks of [{ hash: imageDigest(NEW) }, { hash: imageDigest(NEW), confirm: true }, undefined]) {
      const how = asks === undefined ? "a restart only" : Object.keys(asks).join(" and ");
      it(`repairs a board whose flash is all 0x${fill.toString(16)}, for a client that sends ${how}`, () => {
        const board = garbage(fill);
        const { start, client } = board.recovery(ResetCause.PowerOn, false);
        assert.equal(start.reason, Reason.NothingBootable);
        assert.deepEqual(client.list(), []);
        assert.deepEqual(client.upload(IMAGE), { off: IMAGE.length, match: true });
        if (asks !== undefined) {
          assert.equal((client.request(Op.Write, 1, 0, asks).images as unknown[]).length, 1);
        }
        assert.deepEqual(client.request(Op.Write, 0, 5), {});
        assert.equal(resetsSoon(start, client), true);
        const after = board.running(ResetCause.Software);
        assert.equal(after.client.status().trial, true);
        after.client.request(Op.Write, 1, 0, { confirm: true });
        assert.equal(board.running(ResetCause.Watchdog).start.slot, after.start.slot);
      });
    }
  }

  it("lists the image it keeps its hands off as slot 0, and says why the board is here", () => {
    const { client } = managedBench().recovery();
    assert.deepEqual(client.flags(), ["0 1.2.3 confirmed bootable"]);
    const { recovery, reason, slot } = client.status();
    assert.deepEqual([recovery, reason, slot], [true, Reason.RecoveryGesture, undefined]);
    assert.deepEqual(client.request(Op.Read, 0, 7, { format: "nv" }), { output: "bench recovery" });
    assert.deepEqual(client.request(Op.Write, 1, 0, { confirm: true }), { err: { group: 1, rc: 3 } });
  });

  it("does not start what was only uploaded, where an image is confirmed", () => {
    const board = managedBench();
    const { client } = board.recovery();
    client.upload(IMAGE);
    client.workAll();
    assert.equal(board.running(ResetCause.Software).start.slot, Slot.A);
  });

  it("makes no trial of the image that is confirmed, unless another one is pending", () => {
    const board = managedBench();
    const { client } = board.recovery();
    const [{ hash }] = client.list();
    client.request(Op.Write, 1, 0, { hash });
    assert.deepEqual(client.flags(), ["0 1.2.3 confirmed bootable"]);
    client.upload(IMAGE);
    client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    client.request(Op.Write, 1, 0, { hash, confirm: true });
    assert.equal(board.running(ResetCause.Software).start.slot, Slot.A);
  });

  it("asks for the way back into itself, and out", () => {
    const board = managedBench();
    const first = board.recovery();
    first.client.request(Op.Write, 0, 5, { boot_mode: 1 });
    assert.equal(resetsSoon(first.start, first.client), true);
    const again = board.recovery(ResetCause.Software, false);
    assert.equal(again.start.reason, Reason.RecoveryRequested);
    again.client.request(Op.Write, 0, 5);
    assert.equal(resetsSoon(again.start, again.client), true);
    assert.equal(board.running(ResetCause.Software).start.slot, Slot.A);
  });

  it("wipes the application's data for a technician, page by page between answers", () => {
    const board = managedBench();
    board.bench.flashByHand(board.bench.flash.data, new Uint8Array(8192).fill(3));
    const { start, client } = board.recovery();
    client.logIn(CommandSet.FactoryReset);
    assert.deepEqual(client.request(Op.Write, 64, 7), {});
    start.clock.advance(600);
    assert.deepEqual(board.bench.flash.data.read(0, 8192), new Uint8Array(8192).fill(255));
  });
});

describe("recovery without a client", () => {
  it("ends by itself after the time that was set, and the confirmed image starts", () => {
    const board = managedBench();
    const { start } = board.recovery();
    assert.equal(resets(() => start.clock.advance(599000)), false);
    assert.equal(resets(() => start.clock.advance(2000)), true);
    assert.equal(board.running(ResetCause.Software).start.slot, Slot.A);
    assert.equal(board.bench.state().deaths, 0);
  });

  it("waits for that long after the last request", () => {
    const { start, client } = managedBench().recovery();
    start.clock.advance(500000);
    client.list();
    assert.equal(resets(() => start.clock.advance(500000)), false);
    assert.equal(resets(() => start.clock.advance(101000)), true);
  });

  it("stays where nothing can start, where the image is damaged, and where it is told to", () => {
    const empty = garbage(0xff).recovery(ResetCause.PowerOn, false);
    assert.equal(resets(() => empty.start.clock.advance(2000000)), false);
    const damaged = managedBench();
    damaged.bench.flashByHand(damaged.bench.flash.slots[Slot.A], new Uint8Array(100));
    const { start } = damaged.recovery();
    assert.equal(resets(() => start.clock.advance(2000000)), false);
    const told = managedBench(managedConfig({ recoveryTimeoutMs: 0 })).recovery();
    assert.equal(resets(() => told.start.clock.advance(2000000)), false);
  });
});

describe("the indicator of recovery", () => {
  it("is a function of what goes on and of time", () => {
    const lit = [0, 249, 250, 500, 2000].map((ms) => isLit(RecoveryLight.Waiting, ms));
    assert.deepEqual(lit, [true, true, false, true, true]);
  });

  it("tells waiting, talking, receiving, done and refused apart", () => {
    const { start, client } = managedBench().recovery();
    assert.ok(isRotated(light(start), RecoveryLight.Waiting));
    client.list();
    start.clock.advance(250);
    assert.ok(isRotated(light(start), RecoveryLight.Connected));
    client.chunk(IMAGE, 0, 512);
    start.clock.advance(250);
    assert.ok(isRotated(light(start), RecoveryLight.Busy));
    client.upload(IMAGE);
    start.clock.advance(2000);
    assert.equal(light(start), RecoveryLight.Done);
    client.chunk(IMAGE.slice(4), 0, 512);
    start.clock.advance(250);
    assert.ok(isRotated(light(start), RecoveryLight.Refused));
  });

  it("tells that nothing can start", () => {
    const { start } = garbage(0x00).recovery(ResetCause.PowerOn, false);
    start.clock.advance(250);
    assert.ok(isRotated(light(start), RecoveryLight.Empty));
  });
});
