import assert from "node:assert/strict";
import { decode } from "cborg";
import { encodeConsole } from "../../core/smp/console-framing";
import type { SmpFraming } from "../../core/smp/management";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { CommandSet } from "../../core/smp/policy";
import { RecordType } from "../../core/journal/record";
import { startSmpServer } from "../../firmware/smp-server";
import type { MemoryLink } from "../../hal/memory/link";
import { createMemoryLink } from "../../hal/memory/link";
import { makeImage } from "../support/images";
import { memoryBench, resets } from "../bootloader/bench";
import { Client, makeFrame, managedBench, managedConfig, NEW, Op, sha256 } from "../bootloader/management-bench";

const ECHO = makeFrame(Op.Write, 0, 0, { d: "hello" });

function serve(framing: SmpFraming): { link: MemoryLink; advance: (ms: number) => void } {
  const start = managedBench().bench.start();
  const link = createMemoryLink();
  assert.ok(startSmpServer(start.door(), link, framing) !== undefined);
  return { link, advance: (ms) => start.clock.advance(ms) };
}

function answers(link: MemoryLink): unknown[] {
  return link.sent.map((frame) => decode(frame.subarray(8)) as unknown);
}

describe("the SMP server of an application", () => {
  it("answers lines between the text of a console with lines that start with the marker, after one newline", () => {
    const { link } = serve("console");
    const codec = createPortableCodec();
    assert.deepEqual(link.sent.map((bytes) => [...bytes]), [[10]]);
    link.deliver(Buffer.from("> print(1)\n"));
    link.deliver(encodeConsole(ECHO, codec, 127));
    link.deliver(Buffer.from("1\n"));
    link.deliver(encodeConsole(ECHO, codec, 127));
    assert.equal(link.sent.length, 3);
    for (const lines of link.sent.slice(1)) {
      assert.deepEqual([...lines.subarray(0, 2)], [6, 9]);
      assert.equal(lines[lines.length - 1], 10);
      const packet = Buffer.from(Buffer.from(lines.subarray(2)).toString(), "base64");
      assert.deepEqual(decode(packet.subarray(10, packet.length - 2)), { r: "hello" });
    }
  });

  it("takes a chunk in one line of 512 bytes, as Go's mcumgr sends it, and not a longer one", () => {
    const codec = createPortableCodec();
    const echoOf = (text: number): Uint8Array => makeFrame(Op.Write, 0, 0, { d: "x".repeat(text) });
    const answersTo = (text: number): number => {
      const { link } = serve("console");
      const lines = encodeConsole(echoOf(text), codec, 2000);
      assert.equal(lines.filter((byte) => byte === 10).length, 2, "one line");
      link.deliver(lines);
      return link.sent.length - 1;
    };
    // A text of 363 bytes makes a packet of 381: 508 characters, 510 with the marker. One byte more makes it 514.
    assert.deepEqual([100, 363, 364].map(answersTo), [1, 1, 0]);
  });

  it("answers frames in fragments, and forgets one that stands still or whose client is gone", () => {
    for (const framing of ["raw", "ble"] as const) {
      const { link, advance } = serve(framing);
      link.deliver(ECHO.subarray(0, 5));
      link.deliver(ECHO.subarray(5));
      assert.deepEqual(answers(link), [{ r: "hello" }]);
      link.deliver(ECHO.subarray(0, 5));
      advance(3001);
      link.deliver(ECHO);
      assert.deepEqual(answers(link), [{ r: "hello" }, { r: "hello" }]);
    }
    const start = managedBench().bench.start();
    const link = createMemoryLink();
    const server = startSmpServer(start.door(), link, "ble");
    link.deliver(ECHO.subarray(0, 9));
    server?.disconnect();
    link.deliver(ECHO);
    assert.deepEqual(answers(link), [{ r: "hello" }]);
  });

  it("answers a datagram as a whole, and drops half a one", () => {
    const { link } = serve("datagram");
    link.deliver(ECHO.subarray(0, 9));
    link.deliver(ECHO);
    assert.deepEqual(answers(link), [{ r: "hello" }]);
  });

  it("restarts by the board's timer, when the answer has left", () => {
    const { link, advance } = serve("datagram");
    link.deliver(makeFrame(Op.Write, 0, 5, undefined));
    assert.deepEqual(answers(link), [{}]);
    assert.equal(resets(() => advance(200)), false);
    assert.equal(resets(() => advance(400)), true);
  });

  it("is judged by the transport that its framing stands for", () => {
    const all = { rights: 15, sets: CommandSet.Erase };
    const none = { rights: 0, sets: 0 };
    const board = managedBench(managedConfig({ policy: [all, all, all, none, none, none, none, none, none] }));
    const rc = (framing: SmpFraming): unknown => {
      const link = createMemoryLink();
      startSmpServer(board.bench.start().door(), link, framing);
      link.deliver(makeFrame(Op.Read, 0, 6, {}));
      return (answers(link)[0] as { rc?: number }).rc;
    };
    assert.deepEqual((["raw", "ble", "datagram"] as const).map(rc), [undefined, 11, 11]);
  });

  it("serves two wires with one management: an upload that began on one goes on over the other", () => {
    const board = managedBench();
    const start = board.bench.start();
    const door = start.door();
    const { openManagement } = door;
    const links = [createMemoryLink(), createMemoryLink()];
    links.forEach((link) => startSmpServer(door, link, "raw"));
    const ask = (wire: number, op: Op, group: number, command: number, body: object): Record<string, unknown> => {
      const link = links[wire] ?? assert.fail();
      link.deliver(makeFrame(op, group, command, body as Record<string, unknown>));
      return decode((link.sent.at(-1) ?? assert.fail()).subarray(8)) as Record<string, unknown>;
    };
    const file = makeImage(NEW);
    const chunk = (off: number): object => ({ off, data: file.slice(off, off + 1024) });
    const first = { ...chunk(0), len: file.length, sha: sha256(file) };
    assert.deepEqual(ask(0, Op.Write, 1, 1, first), { off: 1024 });
    assert.deepEqual(ask(0, Op.Write, 1, 1, chunk(1024)), { off: 2048 });
    assert.deepEqual(ask(1, Op.Write, 1, 1, first), { off: 2048 });
    let wire = 1;
    for (let off = 2048; off < file.length; wire = 1 - wire) {
      off = ask(wire, Op.Write, 1, 1, chunk(off)).off as number;
    }
    assert.equal((ask(0, Op.Read, 1, 0, {}).images as unknown[]).length, 2);
    const begins = board.bench.records().filter((record) => record.type === RecordType.InstallBegin);
    assert.equal(begins.length, 1, "the slot was erased once");
    assert.equal(openManagement.call(door), door.openManagement());
  });

  it("gives each of two wires a login of its own", () => {
    const door = managedBench().bench.start().door();
    const clients = [0, 1].map(() => new Client(door.openManagement() ?? assert.fail()));
    assert.deepEqual(clients[0]?.logIn(CommandSet.Erase), { set: CommandSet.Erase, s: 600 });
    assert.deepEqual(clients.map((client) => client.status().login), [CommandSet.Erase, 0]);
    assert.deepEqual(clients[1]?.request(Op.Write, 1, 5), { rc: 11 });
  });

  it("is not there on a board that is not managed over a wire", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[0], makeImage(NEW));
    assert.equal(startSmpServer(bench.start().door(), createMemoryLink(), "raw"), undefined);
    assert.equal(bench.start(undefined, { gesture: true }).recovery().management, undefined);
  });
});
