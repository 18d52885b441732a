import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import { Bench, install, memoryBench, send } from "../bootloader/bench";
import { makeImage } from "../support/images";

const GENUINE = makeImage({ version: "1.0.0", counter: 1, payload: "(function () { genuine() })" });
const HOSTILE = makeImage({ version: "9.0.0", counter: 9, payload: "(function () { hostile() })", key: "sign-x" });

/** A slot whose content is exchanged behind the reader's back after some number of reads. */
function switching(real: FlashPartition, switchAfter: number, other: Uint8Array): FlashPartition {
  let reads = 0;
  return {
    ...real,
    read: (offset, length) => {
      const bytes = real.read(offset, length);
      reads++;
      if (reads > switchAfter) {
        bytes.fill(255);
        bytes.set(other.subarray(offset, offset + length));
      }
      return bytes;
    },
  };
}

function factoryBench(): Bench {
  const bench = memoryBench();
  bench.flashByHand(bench.flash.slots[Slot.A], GENUINE);
  bench.start();
  return bench;
}

describe("THREAT.MFST.TOCTOU: what is used is not what was checked", () => {
  it("THREAT.MFST.TOCTOU: content exchanged at any reading is refused, or the genuine facts are used", () => {
    let refused = 0;
    for (let switchAfter = 0; switchAfter < 120; switchAfter++) {
      const bench = factoryBench();
      const slots = [switching(bench.flash.slots[Slot.A], switchAfter, HOSTILE), bench.flash.slots[Slot.B]];
      const start = new Bench({ ...bench.flash, slots }, bench.config).start();
      if (start.slot === undefined) {
        refused++;
        assert.equal(start.reason, Reason.NothingBootable);
      } else {
        const { info } = start.door();
        assert.deepEqual([info.version.major, info.securityFloor], [1, 1]);
      }
    }
    assert.ok(refused > 3 && refused < 120, `${refused} refused`);
  });

  it("THREAT.MFST.TOCTOU: address and length are those of the header that was judged, not of a second reading", () => {
    const bench = factoryBench();
    const expected = bench.start().program!;
    for (let switchAfter = 1; switchAfter < 60; switchAfter++) {
      const larger = GENUINE.slice();
      new DataView(larger.buffer).setUint16(8, 64, true);
      new DataView(larger.buffer).setUint32(12, 9999, true);
      const slots = [switching(bench.flash.slots[Slot.A], switchAfter, larger), bench.flash.slots[Slot.B]];
      const { program } = new Bench({ ...bench.flash, slots }, bench.config).start();
      if (program !== undefined) {
        assert.deepEqual([program.offsetBytes, program.lengthBytes], [expected.offsetBytes, expected.lengthBytes]);
      }
    }
  });

  it("THREAT.MFST.TOCTOU: bytes changed after they were handed to the writer: what was written is checked", () => {
    const bench = factoryBench();
    const file = makeImage({ version: "2.0.0", counter: 2 });
    const original = file.slice();
    const writer = bench.start().door().openWriter();
    writer.begin(file.length);
    writer.write(file);
    file.fill(0);
    assert.equal(writer.finish(), Reason.None);
    assert.deepEqual(bench.slotBytes(Slot.B).subarray(0, original.length), original);
  });

  it("THREAT.MFST.TOCTOU: an image that is exchanged between finish and the start is checked again", () => {
    const bench = factoryBench();
    const writer = bench.start().door().openWriter();
    assert.equal(send(writer, makeImage({ version: "2.0.0", counter: 2 })), Reason.None);
    bench.flashByHand(bench.flash.slots[Slot.B], HOSTILE);
    assert.equal(writer.requestTrial(), Reason.None);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  it("THREAT.MFST.TOCTOU: a counter that reads higher only once raises no floor", () => {
    const bench = factoryBench();
    const image = makeImage({ version: "2.0.0", counter: 2 });
    assert.equal(install(bench.start(), image), Reason.None);
    const at = Buffer.from(image).indexOf(Buffer.from([0x50, 0, 4, 0])) + 4;
    for (let wrongRead = 0; wrongRead < 40; wrongRead++) {
      const real = bench.flash.slots[Slot.B];
      let reads = 0;
      const flaky: FlashPartition = {
        ...real,
        read: (offset, length) => {
          const bytes = real.read(offset, length);
          if (offset <= at && at < offset + length && reads++ === wrongRead) {
            bytes[at - offset] = 200;
          }
          return bytes;
        },
      };
      const copy = new Bench({ ...bench.flash, slots: [bench.flash.slots[Slot.A], flaky] }, bench.config);
      const start = copy.start(ResetCause.DeepSleepWake);
      assert.equal(start.slot, Slot.B);
      assert.equal(copy.state().slots[Slot.B].counter, 2);
    }
    assert.equal(bench.start(ResetCause.DeepSleepWake).door().confirm(), Reason.None);
    assert.equal(bench.state().floor, 2);
  });
});
