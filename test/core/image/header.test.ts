import assert from "node:assert/strict";

import { parseHeader, readHeader } from "../../../core/image/header";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { rawImage } from "./image-builder";
import { findVector, readVectorFile } from "./mcuboot-vectors";

describe("the image header", () => {
  it("has its fields at MCUboot's places", () => {
    const bytes = new Uint8Array(32).map((_, i) => i);
    assert.deepEqual(parseHeader(bytes), {
      loadAddress: 0x07060504,
      headerSizeBytes: 0x0908,
      protectedSizeBytes: 0x0b0a,
      payloadSizeBytes: 0x0f0e0d0c,
      flags: 0x13121110,
      version: { major: 0x14, minor: 0x15, revision: 0x1716, build: 0x1b1a1918 },
    });
  });

  it("is read from the largest version without loss", () => {
    const { reason, header } = readHeader(createByteSource(readVectorFile(findVector("version-max").file)), 131072);
    assert.equal(reason, Reason.None);
    assert.deepEqual(header?.version, { major: 255, minor: 255, revision: 65535, build: 4294967295 });
  });

  it("is accepted as long as an empty unprotected area still fits", () => {
    const image = rawImage({});
    const read = (sizeBytes: number, maxSizeBytes: number) =>
      readHeader(createByteSource(image.subarray(0, sizeBytes)), maxSizeBytes);
    assert.equal(read(41, 41).reason, Reason.None);
    assert.equal(read(41, 40).reason, Reason.ImageTooLarge);
    assert.equal(read(40, 41).reason, Reason.ImageTruncated);
    assert.equal(read(40, 41).header, undefined);
  });

  it("counts the protected area to the size", () => {
    const image = rawImage({ protectedTlvs: [[0xa0, new Uint8Array(8)]] });
    assert.equal(readHeader(createByteSource(image), 32 + 5 + 16 + 4).reason, Reason.None);
    assert.equal(readHeader(createByteSource(image), 32 + 5 + 16 + 3).reason, Reason.ImageTooLarge);
  });
});
