import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SMP_LINE_BYTES } from "../../../core/limits";
import { encodeConsole } from "../../../core/smp/console-framing";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { frameCountOf } from "../../../tools/board/frame-count";
import { boardNames, loadBoard } from "../../../tools/boards";

/** The interpreter puts two bytes before every event, which holds 64 at most. */
const EVENT_BYTES = 64;
const EVENT_HEAD_BYTES = 2;

describe("the frames that a client may have on their way", () => {
  it("are one where a board is not managed over a wire", () => {
    assert.equal(frameCountOf(loadBoard("esp32c3")), 1);
  });

  for (const name of boardNames().filter((board) => loadBoard(board).smp !== undefined)) {
    it(`are the one that is answered and all that fit into the input buffer of ${name}`, () => {
      const { smp, engine } = loadBoard(name);
      const frame = createHash("shake256", { outputLength: smp?.bufBytes ?? 0 }).digest();
      const lines = encodeConsole(new Uint8Array(frame), createPortableCodec(), SMP_LINE_BYTES);
      const keptBytes = lines.length + Math.ceil(lines.length / EVENT_BYTES) * EVENT_HEAD_BYTES;
      const waiting = frameCountOf(loadBoard(name)) - 1;
      assert.ok(waiting >= 1 && waiting * keptBytes <= engine.inputBufferBytes, `${waiting} of ${keptBytes} bytes`);
      assert.ok((waiting + 1) * keptBytes > engine.inputBufferBytes, `${waiting} of ${keptBytes} bytes`);
    });
  }
});
