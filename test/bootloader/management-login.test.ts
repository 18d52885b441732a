import assert from "node:assert/strict";
import { RecordType } from "../../core/journal/record";
import { loginMessage } from "../../core/smp/login";
import { CommandSet, Right, Transport } from "../../core/smp/policy";
import { SlotStatus } from "../../core/boot/state";
import { Slot } from "../../core/slot";
import { signWithTestKey } from "../core/image/mcuboot-vectors";
import { makeImage } from "../support/images";
import { trustedKey } from "../support/vectors";
import { resets } from "./bench";
import { Client, managedBench, managedConfig, NEW, Op, resetsSoon, TECHNICIAN } from "./management-bench";

const IMAGE = makeImage(NEW);
const ALL = 15;

function loginBody(nonce: Uint8Array, set: number, signed = set, key = TECHNICIAN): Record<string, unknown> {
  const keyName = trustedKey(key).keyHash.slice(0, 8);
  return { key: keyName, set, sig: signWithTestKey(key, loginMessage(nonce, signed, keyName)) };
}

function own(rc: number): unknown {
  return { err: { group: 64, rc } };
}

describe("a technician's login", () => {
  it("is asked for before erasing, factory reset, files and the console", () => {
    const { client } = managedBench(managedConfig({ openConsole: () => undefined })).running();
    assert.deepEqual(client.request(Op.Write, 1, 5, {}), { rc: 11 });
    assert.deepEqual(client.request(Op.Read, 8, 1, { name: "/journal" }), { rc: 11 });
    assert.deepEqual(client.request(Op.Write, 64, 7), own(6));
    assert.deepEqual(client.request(Op.Write, 64, 8), own(6));
    client.version = 0;
    assert.deepEqual(client.request(Op.Write, 64, 7), { rc: 11 });
  });

  it("gives what was signed for, until it is over, and every use is in the journal", () => {
    const board = managedBench();
    const { start, client } = board.running();
    assert.deepEqual(client.logIn(CommandSet.Erase), { set: 1, s: 600 });
    assert.equal(client.status().login, 1);
    client.upload(IMAGE);
    client.workAll();
    assert.deepEqual(client.request(Op.Write, 1, 5, { slot: 1 }), {});
    client.workAll();
    assert.deepEqual(board.bench.slotBytes(Slot.B), new Uint8Array(16384).fill(255));
    assert.equal(board.bench.state().slots[Slot.B].status, SlotStatus.Unknown);
    assert.deepEqual(client.request(Op.Write, 64, 7), own(6));
    const use = board.bench.newest(RecordType.PrivilegedUse);
    assert.deepEqual([use?.detail, use?.digest], [CommandSet.Erase, trustedKey(TECHNICIAN).keyHash.slice(0, 12)]);
    assert.equal(board.bench.newest(RecordType.LoginGranted)?.detail, CommandSet.Erase);
    start.clock.advance(600000);
    assert.equal(client.status().login, 0);
    assert.deepEqual(client.request(Op.Write, 1, 5), { rc: 11 });
  });

  it("ends with a logout, a disconnect and a restart, and is of one wire only", () => {
    const board = managedBench();
    const { client } = board.running();
    client.logIn(ALL);
    assert.equal(new Client(client.management).status().login, 0);
    client.request(Op.Write, 64, 3);
    assert.equal(client.status().login, 0);
    client.logIn(ALL);
    client.disconnect();
    assert.equal(client.status().login, 0);
    client.logIn(ALL);
    assert.equal(board.running().client.status().login, 0);
  });

  it("erases no image that is to be tried, and none during a trial", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    client.request(Op.Write, 1, 0, { hash: client.list()[1].hash });
    client.logIn(CommandSet.Erase);
    assert.deepEqual(client.request(Op.Write, 1, 5), { err: { group: 1, rc: 28 } });
    assert.deepEqual(client.request(Op.Write, 1, 5, { slot: 0 }), { err: { group: 1, rc: 14 } });
    const trial = board.running().client;
    trial.logIn(CommandSet.Erase);
    assert.deepEqual(trial.request(Op.Write, 1, 5), { err: { group: 1, rc: 9 } });
  });

  it("erases the application's data and nothing else on factory reset, then restarts", () => {
    const board = managedBench();
    const { flash } = board.bench;
    board.bench.flashByHand(flash.data, new Uint8Array(5000).fill(7));
    const { start, client } = board.running();
    const slots = [Slot.A, Slot.B].map((slot) => board.bench.slotBytes(slot));
    const floor = board.bench.state().floor;
    client.logIn(CommandSet.FactoryReset);
    assert.deepEqual(client.request(Op.Write, 64, 7), {});
    assert.equal(resetsSoon(start, client), true);
    assert.deepEqual(flash.data.read(0, 8192), new Uint8Array(8192).fill(255));
    assert.deepEqual([Slot.A, Slot.B].map((slot) => board.bench.slotBytes(slot)), slots);
    assert.equal(board.bench.state().floor, floor);
    assert.ok(board.bench.records().length > 4);
    assert.equal(board.running().start.slot, Slot.A);
  });

  it("reopens the console where the board can", () => {
    let opened = 0;
    const { client } = managedBench(managedConfig({ openConsole: () => { opened++; } })).running();
    client.logIn(CommandSet.Console);
    assert.deepEqual(client.request(Op.Write, 64, 8), {});
    assert.equal(opened, 1);
    const without = managedBench().running().client;
    without.logIn(CommandSet.Console);
    assert.deepEqual(without.request(Op.Write, 64, 8), { rc: 8 });
  });

  it("opens the journal and the last error as files", () => {
    const board = managedBench();
    assert.equal(resets(() => board.bench.start().engine.fail("a reason of more than twenty characters")), true);
    const { client } = board.running();
    client.logIn(CommandSet.Files);
    const { len } = client.request(Op.Read, 8, 1, { name: "/journal" }) as { len: number };
    const bytes: number[] = [];
    while (bytes.length < len) {
      const part = client.request(Op.Read, 8, 0, { name: "/journal", off: bytes.length });
      assert.equal(part.off, bytes.length);
      assert.equal(part.len, bytes.length === 0 ? len : undefined);
      bytes.push(...(part.data as Uint8Array));
    }
    assert.equal(len, bytes.length);
    assert.equal(len % 32, 0);
    const crash = client.request(Op.Read, 8, 0, { name: "/crash", off: 0 });
    assert.equal(Buffer.from(crash.data as Uint8Array).toString(), "a reason of more than twenty characters");
    assert.deepEqual(client.request(Op.Read, 8, 2, { name: "/crash", type: "crc32", off: 2, len: 6 }), {
      type: "crc32", off: 2, len: 6, output: board.bench.hash.crc32(Buffer.from("reason")),
    });
    const { output } = client.request(Op.Read, 8, 2, { name: "/crash", type: "sha256" });
    assert.deepEqual(output, board.bench.hash.sha256(crash.data as Uint8Array));
    assert.deepEqual(client.request(Op.Read, 8, 2, { name: "/crash", type: "md5" }), { err: { group: 8, rc: 13 } });
    assert.deepEqual(client.request(Op.Read, 8, 3), {
      types: { crc32: { format: 0, size: 4 }, sha256: { format: 1, size: 32 } },
    });
    assert.deepEqual(client.request(Op.Read, 8, 0, { name: "/keys", off: 0 }), { err: { group: 8, rc: 3 } });
    assert.deepEqual(client.request(Op.Read, 8, 0, { name: "/crash", off: 99 }), { err: { group: 8, rc: 12 } });
    const upload = { name: "/crash", off: 0, data: new Uint8Array(1), len: 1 };
    assert.deepEqual(client.request(Op.Write, 8, 0, upload), { rc: 8 });
    assert.deepEqual(client.request(Op.Write, 8, 4), {});
  });
});

describe("attacks on the login", () => {
  const cases: [string, (nonce: Uint8Array) => Record<string, unknown>][] = [
    ["a key that is not a technician's", (nonce) => loginBody(nonce, 1, 1, "sign-a")],
    ["other command sets than were signed", (nonce) => loginBody(nonce, ALL, 1)],
    ["another nonce", () => loginBody(new Uint8Array(32), 1)],
    ["a changed signature", (nonce) => ({ ...loginBody(nonce, 1), sig: new Uint8Array(64) })],
  ];
  for (const [what, body] of cases) {
    it(`${what} gives nothing, and the next try has to wait`, () => {
      const board = managedBench();
      const { client } = board.running();
      const { nonce } = client.request(Op.Read, 64, 1) as { nonce: Uint8Array };
      assert.deepEqual(client.request(Op.Write, 64, 2, body(nonce)), own(3));
      assert.equal(client.status().login, 0);
      assert.equal(board.bench.newest(RecordType.LoginFailed)?.detail, 1);
      assert.deepEqual(client.request(Op.Read, 64, 1), own(2));
      assert.equal(client.status().wait, 2);
    });
  }

  it("a nonce works once, and a recorded login never again", () => {
    const board = managedBench();
    const { client } = board.running();
    const { nonce } = client.request(Op.Read, 64, 1) as { nonce: Uint8Array };
    const body = loginBody(nonce, ALL);
    assert.deepEqual(client.request(Op.Write, 64, 2, body), { set: ALL, s: 600 });
    assert.deepEqual(client.request(Op.Write, 64, 2, body), own(4));
    client.request(Op.Write, 64, 3);
    assert.deepEqual(client.request(Op.Write, 64, 2, body), own(4));
    client.request(Op.Read, 64, 1);
    assert.deepEqual(client.request(Op.Write, 64, 2, body), own(3));
    assert.equal(client.status().login, 0);
  });

  it("nonces of different starts differ, although the generator and the clock repeat", () => {
    const board = managedBench();
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const { client } = board.running();
      for (let k = 0; k < 3; k++) {
        seen.add(Buffer.from(client.request(Op.Read, 64, 1).nonce as Uint8Array).toString("hex"));
      }
    }
    assert.equal(seen.size, 60);
  });

  it("failed logins wait longer each time, and a restart does not shorten that", () => {
    const board = managedBench();
    let { start, client } = board.running();
    for (let failures = 1; failures <= 14; failures++) {
      const { nonce } = client.request(Op.Read, 64, 1) as { nonce: Uint8Array };
      assert.deepEqual(client.request(Op.Write, 64, 2, loginBody(nonce, 1, 2)), own(3));
      const wait = Math.min(2 ** failures, 4096);
      assert.equal(client.status().wait, wait);
      ({ start, client } = board.running());
      assert.equal(client.status().wait, wait);
      start.clock.advance(wait * 1000 - 1);
      assert.deepEqual(client.request(Op.Read, 64, 1), own(2));
      start.clock.advance(1);
    }
    assert.deepEqual(client.logIn(1), { set: 1, s: 600 });
    client.request(Op.Write, 64, 3);
    assert.equal(board.running().client.status().wait, undefined);
  });

  it("a repeated login gets the answer of the first, because an answer may be lost", () => {
    const board = managedBench();
    const { client } = board.running();
    const { nonce } = client.request(Op.Read, 64, 1) as { nonce: Uint8Array };
    client.sequence = 8;
    const first = client.request(Op.Write, 64, 2, loginBody(nonce, 1));
    client.sequence = 8;
    assert.deepEqual(client.request(Op.Write, 64, 2, loginBody(nonce, 1)), first);
    assert.equal(board.bench.records().filter(({ type }) => type === RecordType.LoginGranted).length, 1);
  });

  it("the policy of the board closes what it does not name", () => {
    const readOnly = { rights: Right.Read, sets: CommandSet.Files };
    const board = managedBench(managedConfig({ policy: [readOnly] }));
    const { client } = board.running();
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { rc: 11 });
    assert.deepEqual(client.request(Op.Write, 1, 0, { confirm: true }), { rc: 11 });
    assert.deepEqual(client.request(Op.Write, 0, 5), { rc: 11 });
    assert.deepEqual(client.request(Op.Write, 64, 6), { rc: 11 });
    assert.equal(client.list().length, 1);
    assert.deepEqual(client.logIn(ALL), own(5));
    assert.deepEqual(client.logIn(CommandSet.Files), { set: CommandSet.Files, s: 600 });
    const remote = new Client(client.management, Transport.Udp);
    assert.deepEqual(remote.request(Op.Read, 1, 0), { rc: 11 });
    assert.deepEqual(board.recovery().client.request(Op.Read, 1, 0), { rc: 11 });
  });

  it("THREAT.IMG.EXPIRED: no login goes below the security floor", () => {
    const board = managedBench();
    const { client } = board.running();
    client.logIn(ALL);
    assert.deepEqual(client.upload(makeImage({ version: "0.9.0", counter: 0 })), { err: { group: 1, rc: 27 } });
    assert.equal(client.list().length, 1);
  });
});
