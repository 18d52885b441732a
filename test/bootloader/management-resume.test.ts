import assert from "node:assert/strict";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { UPLOAD_MARKS_MAX } from "../../core/limits";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { UploadPhase } from "../../core/smp/management";
import { imageDigest, makeImage } from "../support/images";
import { Client, managedBench, managedConfig, NEW, Op, sha256 } from "./management-bench";

const IMAGE = makeImage({ ...NEW, payload: 13000 });
const PAGE = 4096;

describe("an upload over a wire that is interrupted", () => {
  it("goes on for a client that starts anew, and ignores what that sends again", () => {
    const { client } = managedBench().running();
    client.upload(IMAGE, 512, 9);
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { off: 4608 });
    assert.deepEqual(client.upload(IMAGE), { off: IMAGE.length, match: true });
    assert.deepEqual(client.list()[1].hash, imageDigest({ ...NEW, payload: 13000 }));
  });

  it("goes on over another wire", () => {
    const { client } = managedBench().running();
    client.upload(IMAGE, 512, 9);
    const other = new Client(client.management);
    assert.deepEqual(other.upload(IMAGE), { off: IMAGE.length, match: true });
  });

  it("goes on after a power loss at a page that is certain, and the image starts", () => {
    const board = managedBench();
    board.running().client.upload(IMAGE, 512, 20);
    const { client } = board.running();
    assert.deepEqual([client.progress().phase, client.progress().off], [UploadPhase.Receiving, 2 * PAGE]);
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { off: 2 * PAGE });
    assert.deepEqual(client.upload(IMAGE), { off: IMAGE.length, match: true });
    client.request(Op.Write, 1, 0, { hash: client.list()[1].hash });
    assert.equal(board.running().start.slot, Slot.B);
  });

  it("goes on after a power loss for a client that did not notice", () => {
    const board = managedBench();
    board.running().client.upload(IMAGE, 512, 20);
    const { client } = board.running();
    let answer = client.chunk(IMAGE, 20 * 512, 512);
    assert.deepEqual(answer, { off: 2 * PAGE });
    while ((answer.off as number) < IMAGE.length) {
      answer = client.chunk(IMAGE, answer.off as number, 512);
    }
    assert.deepEqual(answer, { off: IMAGE.length });
    assert.equal(client.list().length, 2);
  });

  it("goes on in recovery after a power loss, on what the application had taken", () => {
    const board = managedBench();
    board.running().client.upload(IMAGE, 512, 20);
    const { client } = board.recovery();
    assert.equal(client.progress().off, 2 * PAGE);
    assert.deepEqual(client.upload(IMAGE), { off: IMAGE.length, match: true });
  });

  it("begins again for another file, another length or no name", () => {
    for (const extra of [{ sha: sha256(Uint8Array.of(1)) }, { len: IMAGE.length + 1 }, { sha: new Uint8Array(0) }]) {
      const board = managedBench();
      board.running().client.upload(IMAGE, 512, 20);
      assert.deepEqual(board.running().client.chunk(IMAGE, 0, 512, extra), { off: 512 });
    }
  });

  it("goes on by a short name too, which is no digest", () => {
    const { client } = managedBench().running();
    const sha = Uint8Array.of(1, 2, 3);
    client.chunk(IMAGE, 0, 512, { sha });
    client.chunk(IMAGE, 512, 512);
    let answer = client.chunk(IMAGE, 0, 512, { sha });
    assert.deepEqual(answer, { off: 1024 });
    while ((answer.off as number) < IMAGE.length) {
      answer = client.chunk(IMAGE, answer.off as number, 512);
    }
    assert.deepEqual(answer, { off: IMAGE.length });
  });

  it("ends in a refusal where the rest is of another file, and begins again, also after a restart", () => {
    const board = managedBench();
    const other = makeImage({ ...NEW, payload: 12999 });
    const { client } = board.running();
    const named = { len: IMAGE.length, sha: sha256(IMAGE) };
    client.chunk(other, 0, 512, named);
    for (let off = 512; off < 11000; off += 512) {
      client.chunk(other, off, 512);
    }
    const again = board.running();
    assert.equal(again.client.progress().off, 2 * PAGE);
    assert.deepEqual(again.client.upload(IMAGE), { off: IMAGE.length, match: false });
    assert.deepEqual(board.running().client.chunk(IMAGE, 0, 512), { off: 512 });
    assert.deepEqual(board.running().client.upload(IMAGE), { off: IMAGE.length, match: true });
  });

  it("is remembered when it is finished, for those whose last answer was lost, also after a restart", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    const last = Math.floor(IMAGE.length / 512) * 512;
    assert.deepEqual(client.chunk(IMAGE, last, 512), { off: IMAGE.length, match: true });
    client.workAll();
    assert.deepEqual(client.chunk(IMAGE, last, 512), { off: IMAGE.length, match: true });
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { off: IMAGE.length, match: true });
    const again = board.running().client;
    assert.deepEqual(again.chunk(IMAGE, 0, 512), { off: IMAGE.length, match: true });
    assert.equal(again.progress().phase, UploadPhase.Done);
  });

  it("answers a wrong offset with the one it wants, and a repeated chunk of a window too", () => {
    const { client } = managedBench().running();
    assert.deepEqual(client.chunk(IMAGE, 512, 512), { off: 0 });
    client.chunk(IMAGE, 0, 512);
    assert.deepEqual(client.chunk(IMAGE, 2048, 512), { off: 512 });
    assert.deepEqual(client.chunk(IMAGE, 512, 512), { off: 1024 });
    assert.deepEqual(client.chunk(IMAGE, 512, 512), { off: 1024 });
    // Without a name, and not where a repetition of the first chunk would be: another upload.
    const unnamed = { off: 0, len: IMAGE.length, data: IMAGE.slice(0, 512) };
    assert.deepEqual(client.request(Op.Write, 1, 1, unnamed), { off: 512 });
    assert.deepEqual(client.chunk(IMAGE, 1024, 512), { off: 512 });
  });

  it("takes a repetition of a first chunk without a name for what it is", () => {
    const board = managedBench();
    const { client } = board.running();
    const first = { off: 0, len: IMAGE.length, data: IMAGE.slice(0, 300) };
    assert.deepEqual(client.request(Op.Write, 1, 1, first), { off: 300 });
    assert.deepEqual(client.request(Op.Write, 1, 1, first), { off: 300 });
    assert.equal(board.bench.records().filter(({ type }) => type === RecordType.InstallBegin).length, 1);
  });

  it("writes no more than a few records of progress, whatever its size and its chunks", () => {
    for (const size of [100, 512, 1900]) {
      const board = managedBench();
      board.running().client.upload(IMAGE, size);
      const marks = board.bench.records().filter(({ type }) => type === RecordType.UploadProgress);
      assert.ok(marks.length > 0 && marks.length <= UPLOAD_MARKS_MAX, `${marks.length}`);
    }
  });

  it("never waits for more than one erased page per chunk, and erases each page once", () => {
    const board = managedBench();
    const { client } = board.running();
    const erases: number[] = [];
    let inAnswer = 0;
    const slot = board.bench.flash.slots[Slot.B];
    const erasePage = slot.erasePage.bind(slot);
    slot.erasePage = (offset) => {
      erases.push(offset);
      inAnswer++;
      erasePage(offset);
    };
    let offset = 0;
    while (offset < IMAGE.length) {
      inAnswer = 0;
      offset = client.chunk(IMAGE, offset, 1900).off as number;
      assert.ok(inAnswer <= 1, `${inAnswer} erases in one answer`);
      inAnswer = 0;
      client.work();
      assert.ok(inAnswer <= 1, `${inAnswer} erases in one slice`);
    }
    client.workAll();
    assert.deepEqual(erases, [0, PAGE, 2 * PAGE, 3 * PAGE]);
    assert.equal(board.bench.state().slots[Slot.B].status, SlotStatus.Installed);
  });

  /** The pages that are erased during an upload of two pages, with this pause between chunks, and those after it. */
  function erasedPages(pauseMs: number): { readonly during: number[]; readonly after: number[] } {
    const board = managedBench();
    const { start, client } = board.running();
    const file = makeImage({ ...NEW, payload: 5000 });
    const pages: number[] = [];
    const slot = board.bench.flash.slots[Slot.B];
    const erasePage = slot.erasePage.bind(slot);
    slot.erasePage = (offset) => {
      pages.push(offset / PAGE);
      erasePage(offset);
    };
    for (let offset = 0; offset < file.length;) {
      start.clock.advance(pauseMs);
      offset = client.chunk(file, offset, 600).off as number;
      client.work();
    }
    const during = [...pages];
    client.workAll();
    assert.equal(board.bench.state().slots[Slot.B].status, SlotStatus.Installed);
    return { during, after: pages.slice(during.length) };
  }

  it("erases nothing behind the file while chunks come one upon the other, and all of it before the verdict", () => {
    // The slice behind the last chunk is no longer part of what the client waits for.
    assert.deepEqual(erasedPages(20), { during: [0, 1, 2], after: [3] });
  });

  it("erases what is behind the file between chunks that leave the time", () => {
    assert.deepEqual(erasedPages(150), { during: [0, 1, 2, 3], after: [] });
  });

  it("gives way to an update by the application itself, which begins later", () => {
    const board = managedBench();
    const { start, client } = board.running();
    client.chunk(IMAGE, 0, 512);
    const writer = start.door().openWriter();
    assert.equal(writer.begin(IMAGE.length), Reason.None);
    assert.deepEqual(client.chunk(IMAGE, 512, 512), { err: { group: 1, rc: 1 } });
    assert.equal(client.progress().reason, Reason.WriterState);
    assert.equal(client.work(), false);
    assert.equal(writer.write(IMAGE), Reason.None);
    assert.equal(writer.finish(), Reason.None);
  });
});

describe("erases over wires", () => {
  it("are limited for a day of uptime, whatever restarts there are", () => {
    const board = managedBench(managedConfig({ erasesPerDay: 3 }));
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(board.running().client.chunk(makeImage({ ...NEW, payload: 9001 + i }), 0, 512), { off: 512 });
    }
    const { start, client } = board.running();
    const before = board.bench.slotBytes(Slot.B);
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { rc: 11 });
    assert.equal(client.progress().reason, Reason.EraseLimit);
    assert.deepEqual(board.bench.slotBytes(Slot.B), before);
    start.clock.advance(24 * 3600 * 1000);
    client.work();
    assert.deepEqual(client.chunk(IMAGE, 0, 512), { off: 512 });
  });

  it("count an upload that goes on after a restart, since that erases a page", () => {
    const board = managedBench(managedConfig({ erasesPerDay: 2 }));
    board.running().client.upload(IMAGE, 512, 20);
    assert.deepEqual(board.running().client.chunk(IMAGE, 2 * PAGE, 512), { off: 2 * PAGE + 512 });
    assert.deepEqual(board.running().client.chunk(IMAGE, 2 * PAGE, 512), { rc: 11 });
  });

  it("stay counted when the journal's pages turn", () => {
    const board = managedBench(managedConfig({ erasesPerDay: 1 }));
    board.running().client.chunk(IMAGE, 0, 512);
    for (let i = 0; i < 300; i++) {
      board.running();
      board.recovery();
    }
    assert.ok(!board.bench.records().some(({ type }) => type === RecordType.InstallBegin));
    assert.deepEqual(board.running().client.chunk(IMAGE, 0, 512), { rc: 11 });
  });

  it("of an application that updates itself are not", () => {
    const board = managedBench(managedConfig({ erasesPerDay: 1 }));
    board.running().client.chunk(IMAGE, 0, 512);
    assert.equal(board.running().start.door().openWriter().begin(IMAGE.length), Reason.None);
    assert.deepEqual(board.running().client.chunk(IMAGE, 0, 512), { rc: 11 });
  });
});
