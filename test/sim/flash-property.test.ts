import assert from "node:assert/strict";
import fc from "fast-check";
import { NorFlash } from "../../sim/flash";
import type { FlashGeometry } from "../../sim/flash-geometry";
import { PowerCut } from "../../sim/power";

const GEOMETRY: FlashGeometry = { sizeBytes: 256, pageSizeBytes: 64, writeUnitBytes: 4 };

type Step =
  | { kind: "write"; at: number; data: number[] }
  | { kind: "erase"; page: number }
  | { kind: "snapshot" }
  | { kind: "restore" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({
    kind: fc.constant("write" as const),
    at: fc.nat(255),
    data: fc.array(fc.nat(255), { minLength: 1, maxLength: 80 }),
  }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("erase" as const), page: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "snapshot" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restore" as const }) },
);

/** Applies a step to plain bytes, as the words of the fault model say. */
function model(content: number[], { at, data }: { at: number; data: number[] }): void {
  data.forEach((byte, i) => (content[at + i] = content[at + i] & byte));
}

describe("simulated NOR flash against a simple model", () => {
  it("has the model's content after any sequence of writes, erases, snapshots and restores", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const chip = new NorFlash(GEOMETRY, { strict: false });
        let content = new Array<number>(256).fill(0xff);
        let kept = { snapshot: chip.snapshot(), content: content.slice() };
        for (const one of steps) {
          switch (one.kind) {
            case "write": {
              const data = one.data.slice(0, 256 - one.at);
              chip.write(one.at, new Uint8Array(data));
              model(content, { at: one.at, data });
              break;
            }
            case "erase":
              chip.erasePage(one.page * 64);
              content.fill(0xff, one.page * 64, one.page * 64 + 64);
              break;
            case "snapshot":
              kept = { snapshot: chip.snapshot(), content: content.slice() };
              break;
            case "restore":
              chip.restore(kept.snapshot);
              content = kept.content.slice();
              break;
          }
          assert.deepEqual([...chip.read(0, 256)], content);
        }
        const twin = new NorFlash(GEOMETRY);
        twin.install(0, new Uint8Array(content));
        assert.equal(chip.contentHash(), twin.contentHash());
      }),
      { numRuns: 150 },
    );
  });

  it("after a torn write shows, at every read, each bit either as before or as asked for", () => {
    const write = fc.record({ unit: fc.nat(50), words: fc.array(fc.nat(255), { minLength: 4, maxLength: 48 }) });
    fc.assert(
      fc.property(write, write, fc.nat(47), fc.integer(), (first, second, tornBytes, seed) => {
        const chip = new NorFlash(GEOMETRY, { strict: false });
        const data = new Uint8Array(second.words.slice(0, second.words.length - (second.words.length % 4)));
        chip.write(first.unit * 4, new Uint8Array(first.words));
        const before = chip.read(0, 256);
        const asked = before.map((byte, i) => byte & (data[i - second.unit * 4] ?? 0xff));
        chip.arm({ atOperation: 0, when: "torn", tornBytes, seed });
        assert.throws(() => chip.write(second.unit * 4, data), PowerCut);
        chip.powerOn();
        for (let i = 0; i < 3; i++) {
          chip.read(0, 256).forEach((byte, at) => {
            assert.equal(byte & ~before[at], 0, "no bit is set that was 0");
            assert.equal(asked[at] & ~byte, 0, "no bit is cleared that nobody asked for");
          });
        }
        chip.write(second.unit * 4, data);
        assert.deepEqual(chip.read(0, 256), asked);
        assert.equal(chip.hasUnstableBits(), false);
      }),
      { numRuns: 150 },
    );
  });
});
