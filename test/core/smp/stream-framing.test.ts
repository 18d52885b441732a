import assert from "node:assert/strict";
import fc from "fast-check";
import { createStreamReceiver } from "../../../core/smp/stream-framing";
import { fromHex, readItems, toHex } from "./smp-vectors";

function receiveAll(pieces: Uint8Array[], frameBytesMax = 600): string[] {
  const frames: string[] = [];
  const receiver = createStreamReceiver(frameBytesMax, (frame) => frames.push(toHex(frame)));
  pieces.forEach((piece) => receiver.receive(piece));
  return frames;
}

/** A frame whose header announces its body. */
function frameOf(body: Uint8Array): Uint8Array {
  return new Uint8Array([2, 0, body.length >> 8, body.length & 255, 0, 1, 7, 1, ...body]);
}

const bodies = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 5 });

describe("recorded Bluetooth LE fragments", () => {
  for (const { id, frame, fragments, att_mtu } of readItems("ble")) {
    it(`${id}: fragments become the frame`, () => {
      assert.ok(fragments.every((fragment) => fragment.length / 2 <= att_mtu - 3));
      assert.deepEqual(receiveAll(fragments.map(fromHex)), [frame]);
    });
  }
});

describe("frames in a stream", () => {
  it("come out whole, cut anywhere; those that are too large are skipped", () => {
    fc.assert(fc.property(bodies, fc.integer({ min: 1, max: 100 }), (sent, step) => {
      const frames = sent.map(frameOf);
      const bytes = new Uint8Array(Buffer.concat(frames));
      const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
        bytes.subarray(i * step, (i + 1) * step));
      assert.deepEqual(receiveAll(pieces), frames.filter((frame) => frame.length <= 600).map(toHex));
    }));
  });

  it("a frame of exactly the largest size is taken, one byte more is not", () => {
    assert.equal(receiveAll([frameOf(new Uint8Array(92))], 100).length, 1);
    assert.equal(receiveAll([frameOf(new Uint8Array(93))], 100).length, 0);
    assert.equal(receiveAll([frameOf(new Uint8Array(0))], 8).length, 1);
  });

  it("a reset drops what has begun, in the header and in the body, also while skipping", () => {
    const frame = frameOf(new Uint8Array(50).fill(9));
    for (const [count, maxBytes] of [[3, 100], [8, 100], [30, 100], [30, 58], [30, 28]] as const) {
      const frames: string[] = [];
      const receiver = createStreamReceiver(maxBytes, (bytes) => frames.push(toHex(bytes)));
      const next = frameOf(new Uint8Array(20).fill(5));
      receiver.receive(frame.subarray(0, count));
      receiver.reset();
      receiver.receive(next);
      assert.deepEqual(frames, [toHex(next)]);
    }
  });

  it("garbage never throws, and what comes out has the length that its header says", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), (pieces) => {
      const receiver = createStreamReceiver(100, (frame) => {
        assert.equal(frame.length, 8 + frame[2] * 256 + frame[3]);
        assert.ok(frame.length <= 100);
      });
      pieces.forEach((piece) => receiver.receive(piece));
    }));
  });
});
