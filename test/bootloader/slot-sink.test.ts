import assert from "node:assert/strict";
import { createSlotSink } from "../../bootloader/slot-sink";
import { createMemoryFlash } from "../../hal/memory/flash";
import { createMemoryWatchdog } from "../../hal/memory/watchdog";
import { createHostHash } from "../../tools/host-hash";

const PAGE = 1024;

describe("bytes on their way into a slot", () => {
  it("begin with an erased first page, so that what stood there cannot start, however the transfer ends", () => {
    const flash = createMemoryFlash({
      name: "slotB", addressBytes: 0, sizeBytes: 4 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4,
    });
    flash.write(0, new Uint8Array(2 * PAGE).fill(7));
    const sink = createSlotSink(flash, createMemoryWatchdog(), createHostHash());
    sink.restart(0);
    assert.ok(flash.read(0, PAGE).every((byte) => byte === 255));
    assert.ok(flash.read(PAGE, PAGE).every((byte) => byte === 7), "later pages are erased when they are reached");
    assert.equal(flash.eraseCount(), 1);
  });
});
