import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { createRegionHash, type RegionHash } from "../../../core/crypto/region-hash";
import { createSha256 } from "../../../core/crypto/sha256";
import type { ByteSource } from "../../../core/ports";

const SIZE = 5000;
const CONTENT = Uint8Array.from({ length: SIZE }, (_, i) => i * 31 % 256);

/** The content, and how many bytes of it were read. */
class CountingSource implements ByteSource {
  readonly sizeBytes = SIZE;
  readBytes = 0;

  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    this.readBytes += lengthBytes;
    return CONTENT.slice(offsetBytes, offsetBytes + lengthBytes);
  }
}

function expected(offsetBytes: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(createHash("sha256").update(CONTENT.subarray(offsetBytes, offsetBytes + lengthBytes)).digest());
}

function withKicks(): { hash: RegionHash; kicks: () => number } {
  let count = 0;
  return { hash: createRegionHash(createSha256, () => { count++; }), kicks: () => count };
}

describe("hashing regions where it takes long", () => {
  it("is SHA-256, whatever was hashed ahead, in whatever order regions are asked for", () => {
    const step = fc.oneof(
      fc.record({ ahead: fc.nat(SIZE), mark: fc.constantFrom(0, 100, 3000, 4999, 9999) }),
      fc.record({
        offset: fc.constantFrom(0, 0, 0, 7),
        length: fc.oneof(fc.nat(SIZE - 7), fc.constantFrom(100, 3000)),
      }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { hash } = withKicks();
      const source = new CountingSource();
      for (const one of steps) {
        if ("ahead" in one) {
          hash.hashAhead(source, one.ahead, one.mark);
        } else {
          assert.deepEqual(hash.sha256Region(source, one.offset, one.length), expected(one.offset, one.length));
        }
      }
    }), { numRuns: 200 });
  });

  it("reads each byte once where the whole came in pieces, for the digests at the mark and of the whole", () => {
    const { hash } = withKicks();
    const source = new CountingSource();
    for (let endBytes = 512; endBytes < SIZE; endBytes += 512) {
      hash.hashAhead(source, endBytes, 4000);
    }
    assert.equal(source.readBytes, 4608);
    assert.deepEqual(hash.sha256Region(source, 0, SIZE), expected(0, SIZE));
    assert.deepEqual(hash.sha256Region(source, 0, 4000), expected(0, 4000));
    assert.deepEqual(hash.sha256Region(source, 0, SIZE), expected(0, SIZE));
    assert.equal(source.readBytes, SIZE);
  });

  it("catches up by a bounded piece at a time, when it begins late", () => {
    const { hash } = withKicks();
    const source = new CountingSource();
    hash.hashAhead(source, 4096, 4999);
    assert.equal(source.readBytes, 1024);
    hash.hashAhead(source, 4096, 4999);
    assert.equal(source.readBytes, 2048);
  });

  it("takes nothing of another source for this one's", () => {
    const { hash } = withKicks();
    hash.hashAhead(new CountingSource(), 1000, 1000);
    const zeros: ByteSource = { sizeBytes: SIZE, read: (_offset, lengthBytes) => new Uint8Array(lengthBytes) };
    const digest = createHash("sha256").update(new Uint8Array(1000)).digest();
    assert.deepEqual(hash.sha256Region(zeros, 0, 1000), new Uint8Array(digest));
  });

  it("kicks the watchdog once in 512 bytes", () => {
    const { hash, kicks } = withKicks();
    hash.sha256Region(new CountingSource(), 0, SIZE);
    assert.equal(kicks(), 10);
  });
});
