import assert from "node:assert/strict";
import fc from "fast-check";
import { findStorageFile, listStorage, nextHeader, storageHeader } from "../../../tools/provision/storage-files";

const PAGE = 1024;

/** Storage with these files, one after the other. */
function storageOf(files: readonly (readonly [string, number])[], sizeBytes = 16 * PAGE): Buffer {
  const storage = Buffer.alloc(sizeBytes, 0xff);
  let at = 0;
  for (const [name, bytes] of files) {
    storage.set(storageHeader(name, bytes), at);
    at = nextHeader(at + 32, bytes);
  }
  return storage;
}

describe("Storage as bytes", () => {
  it("finds files by their headers, the first behind 32 bytes", () => {
    const storage = storageOf([["tb.flash", 5000], [".boot0", 224], ["x", 1]]);
    assert.deepEqual(findStorageFile(storage, "tb.flash", PAGE), {
      name: "tb.flash", offsetBytes: 32, sizeBytes: 5000, isDeleted: false, flags: 0,
    });
    assert.equal(findStorageFile(storage, "x", PAGE)?.offsetBytes, 32 + 5000 + 32 + 224 + 32);
    assert.equal(findStorageFile(storage, "y", PAGE), undefined);
  });

  it("takes neither deleted files nor tables of names for files", () => {
    const storage = storageOf([["a", 8], ["b", 8], ["a", 12]]);
    storage.writeUInt32LE(0, 4);
    assert.equal(findStorageFile(storage, "a", PAGE)?.sizeBytes, 12);
    storage.writeUInt8(32, 43);
    assert.equal(findStorageFile(storage, "b", PAGE), undefined);
    assert.equal(listStorage(storage, PAGE).length, 3);
  });

  it("goes on at the next page where a chain of headers ends, as Espruino does", () => {
    const storage = storageOf([["a", 100]]);
    storage.set(storageHeader("b", 10), PAGE);
    assert.equal(findStorageFile(storage, "b", PAGE)?.offsetBytes, PAGE + 32);
    storage.set(storageHeader("c", 10), 3 * PAGE);
    assert.equal(findStorageFile(storage, "c", PAGE), undefined);
  });

  it("ends with any bytes, and names no file that leaves Storage", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 0, maxLength: 4096 }), (bytes) => {
      for (const { offsetBytes, sizeBytes } of listStorage(bytes, PAGE)) {
        assert.ok(offsetBytes + sizeBytes <= bytes.length);
      }
    }));
  });

  it("has no header for names and sizes that do not fit", () => {
    for (const [name, size] of [["", 1], ["x".repeat(29), 1], ["x", 0], ["x", 1 << 24]] as const) {
      assert.throws(() => storageHeader(name, size), RangeError);
    }
  });
});
