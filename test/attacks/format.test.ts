import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { createMemoryBoard } from "../support/memory-board";
import { Bench, install } from "../bootloader/bench";
import { findVector, readVectorFile } from "../core/image/mcuboot-vectors";
import { makeImage } from "../support/images";

/** Genuine images of imgtool in forms that are not built, and the name under which each is refused. */
const kinds: [string, Reason][] = [
  ["enc128-h32", Reason.Encrypted],
  ["enc256-h32", Reason.Encrypted],
  ["enc128-clear", Reason.Encrypted],
  ["enc-flag-cleared", Reason.Encrypted],
  ["lzma2", Reason.Compressed],
  ["lzma2-seccnt", Reason.Compressed],
  ["pure-h32", Reason.PureSignature],
  ["sha512-h32", Reason.DigestKind],
  ["pubkey-full", Reason.FullPublicKey],
];

function confirmedBench(): Bench {
  const bench = new Bench(createMemoryBoard({ slotBytes: 131072 }));
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage());
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

describe("THREAT.IMG.FORMAT: the payload is taken for what it is not", () => {
  for (const [id, reason] of kinds) {
    it(`THREAT.IMG.FORMAT: ${id} is refused by name at install, and never started as plain code`, () => {
      const bench = confirmedBench();
      const image = readVectorFile(findVector(id).file);
      assert.equal(install(bench.start(), image), reason);
      assert.equal(bench.newest(RecordType.Refusal)?.detail, reason);
      bench.flashByHand(bench.flash.slots[Slot.A], image);
      assert.equal(bench.start(ResetCause.Software).slot, undefined);
    });
  }

  it("THREAT.IMG.FORMAT: a raw payload, a text and another file's magic are refused as no image", () => {
    for (const file of ["(function () {})", "\x7fELF", "PK\x03\x04", "\u00d6\u00c3\u00c4\0"]) {
      const bytes = new Uint8Array(500);
      bytes.set(Buffer.from(file, "latin1"));
      assert.equal(install(confirmedBench().start(), bytes), Reason.ImageMagic);
    }
  });

  it("THREAT.IMG.FORMAT: the flags that name the form are signed", () => {
    const image = makeImage({ version: "2.0.0" });
    for (const flag of [0x1, 0x20, 0x40, 0x1000]) {
      const altered = image.slice();
      altered[16] |= flag & 0xff;
      altered[17] |= flag >> 8;
      assert.equal(install(confirmedBench().start(), altered), Reason.DigestMismatch);
    }
  });
});
