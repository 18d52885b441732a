import assert from "node:assert/strict";
import { bleLine, measureUpload, serialLine } from "./line";
import type { UploadCase } from "./line";

/** The share of what framing leaves that our own client reaches. */
const SHARE_MIN = 0.85;

/** Of what the slower of line and flash leaves: a frame is on its way for longer than flash needs for it. */
const FLASH_SHARE_MIN = 0.8;

async function reaches(measured: UploadCase, leastShare = SHARE_MIN): Promise<void> {
  const { bytesPerSecond, limitBytesPerSecond, flashBytesPerSecond } = await measureUpload(measured);
  const share = bytesPerSecond / Math.min(limitBytesPerSecond, flashBytesPerSecond);
  const text = `${Math.round(bytesPerSecond)} bytes/s, ${(share * 100).toFixed(1)} %`;
  assert.ok(share >= leastShare && share <= 1, text);
}

describe("uploads by our own client, over wires with a speed", () => {
  it("reach 85 % of what framing leaves of a serial port, one frame after the other", async () => {
    await reaches({ line: serialLine(115_200), windowFrames: 1 });
  });

  it("reach that also while flash is written and erased, with as many frames under way as the board says", async () => {
    await reaches({ line: serialLine(115_200), flashTakesTime: true });
  });

  for (const mtuBytes of [53, 131, 500]) {
    it(`reach 85 % of what framing leaves of Bluetooth LE, MTU ${mtuBytes}`, async () => {
      await reaches({ line: bleLine(mtuBytes) });
    });

    it(`reach 80 % of what framing and flash leave there while flash is written, MTU ${mtuBytes}`, async () => {
      await reaches({ line: bleLine(mtuBytes), flashTakesTime: true }, FLASH_SHARE_MIN);
    });
  }
});
