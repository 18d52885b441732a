import assert from "node:assert/strict";
import fc from "fast-check";
import { createMemoryHash } from "../../hal/memory/hash";
import { bytesAsSource, createHostHash } from "../../tools/host-hash";

describe("hashes of the host", () => {
  it("are those that boards compute, over messages and over regions", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
        const [host, board] = [createHostHash(), createMemoryHash()];
        const start = Math.min(at, bytes.length);
        const source = bytesAsSource(bytes);
        assert.equal(host.crc32(bytes), board.crc32(bytes));
        assert.deepEqual(host.sha256(bytes), board.sha256(bytes));
        assert.deepEqual(
          host.sha256Region(source, start, bytes.length - start),
          board.sha256Region(source, start, bytes.length - start),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("cover regions of more than one chunk", () => {
    const bytes = new Uint8Array(200000).map((_, index) => index % 251);
    const hash = createHostHash();
    assert.deepEqual(hash.sha256Region(bytesAsSource(bytes), 1, 150000), hash.sha256(bytes.subarray(1, 150001)));
  });

  it("read a copy and never outside the file", () => {
    const bytes = Uint8Array.from([1, 2, 3]);
    const source = bytesAsSource(bytes);
    source.read(0, 3)[0] = 9;
    assert.equal(bytes[0], 1);
    assert.throws(() => source.read(2, 2), RangeError);
    assert.throws(() => source.read(-1, 1), RangeError);
  });
});
