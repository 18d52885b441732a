import assert from "node:assert/strict";
import fc from "fast-check";
import {
  frameLengthBytes, readHeader, readResponseHeader, SMP_HEADER_BYTES, SmpOperation, writeHeader, writeRequestHeader,
} from "../../../core/smp/frame";
import { fromHex, toHex } from "./smp-vectors";

const requests = fc.record({
  version: fc.constantFrom(0, 1),
  operation: fc.constantFrom(SmpOperation.Read, SmpOperation.Write),
  group: fc.nat({ max: 65535 }),
  sequence: fc.nat({ max: 255 }),
  command: fc.nat({ max: 255 }),
  lengthBytes: fc.nat({ max: 600 }),
}, { noNullPrototype: true });

describe("SMP headers", () => {
  it("a request's header comes back, and its answer has the next operation and the same of everything else", () => {
    fc.assert(fc.property(requests, fc.nat({ max: 600 }), (request, lengthBytes) => {
      const frame = new Uint8Array(SMP_HEADER_BYTES + request.lengthBytes).fill(0x55);
      writeRequestHeader(frame, request);
      assert.deepEqual(readHeader(frame), request);
      assert.equal(readResponseHeader(frame), undefined);
      const answer = new Uint8Array(SMP_HEADER_BYTES + lengthBytes).fill(0x55);
      writeHeader(answer, request, lengthBytes);
      const operation: SmpOperation = request.operation + 1;
      assert.deepEqual(readResponseHeader(answer), { ...request, operation, lengthBytes });
      assert.equal(readHeader(answer), undefined);
      assert.equal(frameLengthBytes(answer), answer.length);
    }));
  });

  it("fields are where the protocol has them", () => {
    assert.deepEqual(readHeader(fromHex("0a00000112345678a0")), {
      version: 1, operation: SmpOperation.Write, group: 0x1234, sequence: 0x56, command: 0x78, lengthBytes: 1,
    });
    const frame = new Uint8Array(9);
    writeHeader(frame, readHeader(fromHex("0000000112345678a0"))!, 0x0321);
    assert.equal(toHex(frame), "010003211234567800");
  });

  it("only the first bytes of requests are taken, whatever the flags", () => {
    for (let first = 0; first < 256; first++) {
      const frame = new Uint8Array([first, first, 0, 1, 0, 0, 0, 0, 0xa0]);
      assert.equal(readHeader(frame) !== undefined, [0x00, 0x02, 0x08, 0x0a].includes(first), `${first}`);
      assert.equal(readResponseHeader(frame) !== undefined, [0x01, 0x03, 0x09, 0x0b].includes(first), `${first}`);
    }
  });

  it("frames that are shorter or longer than they say are dropped", () => {
    const frame = fromHex("0200000300000700a16164");
    assert.ok(readHeader(frame) !== undefined);
    for (let length = 0; length < frame.length; length++) {
      assert.equal(readHeader(frame.subarray(0, length)), undefined);
    }
    assert.equal(readHeader(new Uint8Array([...frame, 0])), undefined);
  });
});
