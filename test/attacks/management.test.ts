/** Attacks over the wire that technicians use. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ResetCause } from "../../core/boot/reset-cause";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { MemoryFlash } from "../../hal/memory/flash";
import { resets } from "../bootloader/bench";
import { Client, makeFrame, managedBench, managedConfig, NEW, OLD, Op } from "../bootloader/management-bench";
import { imageDigest, makeImage, padded } from "../support/images";

const IMAGE = makeImage(NEW);

/** Uploads, asks for the trial whatever was answered, and gives the slot that starts then. */
function startAfter(attack: (client: Client) => void): number | undefined {
  const board = managedBench();
  const { client } = board.running();
  attack(client);
  client.workAll();
  for (const entry of client.list()) {
    client.request(Op.Write, 1, 0, { hash: entry.hash, confirm: true });
  }
  const after = board.bench.start(ResetCause.Software);
  assert.equal(board.bench.state().floor, 1);
  return after.slot;
}

describe("attacks over SMP", () => {
  it("THREAT.IMG.NON_AUTH: an image without a valid signature is not listed, not tested and not started", () => {
    for (const key of ["sign-x", "none"] as const) {
      assert.equal(startAfter((client) => client.upload(makeImage({ ...NEW, key }))), Slot.A);
    }
  });

  it("THREAT.IMG.EXPIRED: an image below the security floor is refused, in recovery and after a login too", () => {
    const old = makeImage({ version: "9.0.0", counter: 0 });
    assert.equal(startAfter((client) => client.upload(old)), Slot.A);
    const { client } = managedBench().recovery();
    client.logIn(15);
    assert.deepEqual(client.upload(old), { err: { group: 1, rc: 27 } });
  });

  it("THREAT.IMG.EXTRA: bytes behind the image, or a trailer of its own, do not pass", () => {
    assert.equal(startAfter((client) => client.upload(padded(IMAGE, IMAGE.length + 100, 7))), Slot.A);
    const trailer = padded(IMAGE, 16384);
    trailer.set([0x77, 0xc2, 0x95, 0xf3], 16384 - 16);
    assert.equal(startAfter((client) => client.upload(trailer)), Slot.A);
  });

  it("THREAT.IMG.REPLACE: what follows a finished upload cannot be slipped in under its digest", () => {
    assert.equal(startAfter((client) => {
      client.upload(IMAGE);
      client.workAll();
      const other = makeImage({ ...NEW, key: "none" });
      client.chunk(other, 0, 512);
      client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    }), Slot.A);
  });

  it("THREAT.IMG.LOCATION: no field of a request names the slot that runs", () => {
    const board = managedBench();
    const before = board.bench.slotBytes(Slot.A);
    const { client } = board.running();
    client.logIn(15);
    for (let image = 0; image < 4; image++) {
      client.chunk(IMAGE, 0, 512, { image, slot: 0 });
      client.request(Op.Write, 1, 5, { slot: image });
      client.workAll();
    }
    assert.deepEqual(board.bench.slotBytes(Slot.A), before);
  });

  it("REQ.RFC9019.A3: an upload that breaks off goes on after a power loss, in chunks of any size", () => {
    const board = managedBench();
    board.running().client.upload(IMAGE, 700, 9);
    board.bench.start(ResetCause.PowerOn);
    const { client } = board.running(ResetCause.PowerOn);
    const { off } = client.chunk(IMAGE, 0, 100) as { off: number };
    assert.ok(off > 0 && off <= 6300, `begins again at ${off}`);
    assert.deepEqual(client.upload(IMAGE, 333), { off: IMAGE.length, match: true });
    assert.equal(client.flags().length, 2);
  });

  it("REQ.RFC9019.A16: a board with nothing left to start takes an image over the wire, and starts it", () => {
    const board = managedBench();
    board.bench.flash.slots[Slot.A].erasePage(0);
    const { start, client } = board.recovery(ResetCause.PowerOn, false);
    assert.equal(start.reason, Reason.NothingBootable);
    client.upload(IMAGE);
    client.workAll();
    assert.equal(board.bench.start(ResetCause.Pin).slot, Slot.B);
  });

  it("a login cannot be played back, and counts for its wire only", () => {
    const { client } = managedBench().running();
    const other = new Client(client.management);
    const frames: Uint8Array[] = [];
    const send = client.send.bind(client);
    client.send = (frame) => {
      frames.push(frame);
      return send(frame);
    };
    assert.deepEqual(client.logIn(15), { set: 15, s: 600 });
    const login = frames.at(-1) ?? assert.fail();
    for (const wire of [other, client]) {
      wire.request(Op.Write, 64, 3);
      wire.request(Op.Read, 64, 1);
      wire.send(login);
      assert.equal(wire.status().login, 0);
    }
  });

  it("a flood of half uploads wears flash and journal no more than the limit allows", () => {
    const board = managedBench(managedConfig({ erasesPerDay: 24 }));
    const slot = board.bench.flash.slots[Slot.B] as MemoryFlash;
    const journal = board.bench.flash.journal as MemoryFlash;
    const [slotErases, journalErases] = [slot.eraseCount(), journal.eraseCount()];
    const { client } = board.running();
    for (let i = 0; i < 2000; i++) {
      const file = makeImage({ ...NEW, payload: 3000 + i });
      client.chunk(file, 0, 600);
      client.work();
      client.chunk(file, 600, 600);
    }
    assert.ok(slot.eraseCount() - slotErases <= 24 * 4, `${slot.eraseCount() - slotErases} slot pages`);
    assert.ok(journal.eraseCount() - journalErases <= 2, `${journal.eraseCount() - journalErases} journal pages`);
    const refusals = board.bench.records().filter(({ type }) => type === RecordType.Refusal);
    assert.ok(refusals.some(({ detail }) => detail === Reason.EraseLimit));
    assert.equal(board.bench.start(ResetCause.Watchdog).slot, Slot.A);
    assert.deepEqual(client.request(Op.Write, 0, 0, { d: "alive" }), { r: "alive" });
  });

  it("a flood of refused first chunks writes a few records only", () => {
    const board = managedBench();
    const { client } = board.running();
    const before = board.bench.records().length;
    for (let i = 0; i < 3000; i++) {
      client.chunk(new Uint8Array(600), 0, 600);
    }
    assert.ok(board.bench.records().length - before <= 13, `${board.bench.records().length - before}`);
  });

  it("a flood of wrong logins writes a record for each wait only", () => {
    const board = managedBench();
    const { start, client } = board.running();
    for (let i = 0; i < 500; i++) {
      client.request(Op.Read, 64, 1);
      client.request(Op.Write, 64, 2, { key: new Uint8Array(8), set: 1, sig: new Uint8Array(64) });
      start.clock.advance(1000);
    }
    const failures = board.bench.records().filter(({ type }) => type === RecordType.LoginFailed);
    assert.ok(failures.length <= 9, `${failures.length} in 500 s`);
  });
});

/** Requests as a client of bad will makes them: of known commands, with fields of any kind. */
const value = fc.oneof(
  fc.nat({ max: 20000 }), fc.boolean(), fc.constant(null), fc.string({ maxLength: 8 }), fc.integer(),
  fc.uint8Array({ maxLength: 64 }), fc.constant(imageDigest(NEW)), fc.constant(imageDigest(OLD)),
  fc.constant(IMAGE.slice(0, 600)),
);
const keys = [
  "off", "data", "len", "sha", "image", "upgrade", "hash", "confirm", "slot", "force", "name", "type", "set", "sig",
  "key", "after", "d", "format", "query",
];
const body = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 });
const request = fc.record({
  op: fc.constantFrom(Op.Read, Op.Write), group: fc.constantFrom(0, 1, 1, 1, 8, 64, 9), command: fc.nat({ max: 8 }),
  version: fc.nat({ max: 1 }), body,
});
const step = fc.oneof(
  { weight: 8, arbitrary: request.map((made) => ({ kind: "request" as const, ...made })) },
  { weight: 2, arbitrary: fc.nat({ max: 20 }).map((chunks) => ({ kind: "upload" as const, chunks })) },
  { weight: 1, arbitrary: fc.constant({ kind: "work" as const }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ kind: "noise" as const, bytes })) },
);

describe("any sequence of requests", () => {
  it("leaves the server alive, its answers well-formed, and an image that starts", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), (steps, isRecovery) => {
      const board = managedBench();
      const before = board.bench.slotBytes(Slot.A);
      let { client } = isRecovery ? board.recovery() : board.running();
      for (const made of steps) {
        const isReset = resets(() => {
          if (made.kind === "request") {
            const frame = makeFrame(made.op, made.group, made.command, made.body, made.version);
            const answer = client.send(frame);
            assert.ok(answer !== undefined && answer.length <= 2048 && answer[0] === frame[0] + 1);
          } else if (made.kind === "upload") {
            client.upload(IMAGE, 512, made.chunks + 1);
          } else if (made.kind === "noise") {
            client.send(made.bytes);
          } else {
            client.workAll();
          }
        });
        if (isReset) {
          client = board.recovery(ResetCause.Software).client;
        }
      }
      assert.deepEqual(client.request(Op.Write, 0, 0, { d: "alive" }), { r: "alive" });
      assert.deepEqual(board.bench.slotBytes(Slot.A), before);
      assert.equal(board.bench.state().active, Slot.A);
      assert.ok(board.bench.start(ResetCause.PowerOn).slot !== undefined);
    }), { numRuns: 300 });
  });
});
