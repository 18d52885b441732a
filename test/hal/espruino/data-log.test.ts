import assert from "node:assert/strict";
import fc from "fast-check";
import { createCrc32 } from "../../../core/crc32";
import type { FlashPort } from "../../../core/ports";
import { DataLog } from "../../../hal/espruino/data-log";
import { createMemoryFlash } from "../../../hal/memory/flash";

const crc32 = createCrc32();
const SHAPE = { name: "data", addressBytes: 0, sizeBytes: 4096, pageSizeBytes: 1024, writeUnitBytes: 4 };
const CUT = new Error("power");

/** A flash whose power fails at operation `cutAt`, counted from 1, before it or in its middle. */
function cutting(flash: FlashPort, cutAt: number, isTorn: boolean): FlashPort {
  let operations = 0;
  const isCut = (): boolean => ++operations === cutAt;
  return {
    ...flash,
    write(offsetBytes: number, bytes: Uint8Array): void {
      if (isCut()) {
        const written = isTorn ? Math.floor(bytes.length / 8) * 4 : 0;
        if (written > 0) {
          flash.write(offsetBytes, bytes.subarray(0, written));
        }
        throw CUT;
      }
      flash.write(offsetBytes, bytes);
    },
    erasePage(offsetBytes: number): void {
      if (isCut()) {
        throw CUT;
      }
      flash.erasePage(offsetBytes);
    },
  };
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("latin1");
const read = (log: DataLog, name: string): string | undefined =>
  log.sizeOf(name) < 0 ? undefined : text(log.read(name, 0, log.sizeOf(name)));

type Content = Map<string, string | undefined>;

/** The same in the order of the names. */
function inOrder(content: Content): Content {
  return new Map([...content.keys()].sort().map((name) => [name, content.get(name)]));
}

function contentOf(log: DataLog): Content {
  return inOrder(new Map(log.names().map((name) => [name, read(log, name)])));
}

const step = fc.record({
  name: fc.constantFrom("a", "toString", "a name of 28 bytes, the most"),
  value: fc.option(fc.string({ maxLength: 400 }).map((value) => value.replace(/[^ -~]/g, "?")), { nil: undefined }),
});

describe("the data log", () => {
  it("keeps values over starts, half after half", () => {
    const flash = createMemoryFlash(SHAPE);
    const expected = new Map<string, string | undefined>();
    for (let i = 0; i < 200; i++) {
      const log = new DataLog(flash, crc32);
      const name = `n${i % 5}`;
      expected.set(name, `value ${i}`.repeat(i % 9 + 1));
      assert.ok(log.write(name, new Uint8Array(Buffer.from(expected.get(name) ?? ""))));
    }
    assert.deepEqual(contentOf(new DataLog(flash, crc32)), inOrder(expected));
  });

  it("loses nothing to a power cut at any operation, and finishes or forgets the one that was cut", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), (steps, isTorn) => {
      const plain = createMemoryFlash(SHAPE);
      const expected = new Map<string, string | undefined>();
      for (const [index, { name, value }] of steps.entries()) {
        const before = inOrder(expected);
        const cut = cutting(plain, (index % 4) + 1, isTorn);
        const change = (flash: FlashPort): void => {
          const log = new DataLog(flash, crc32);
          assert.deepEqual(contentOf(log), before);
          if (value === undefined) {
            log.remove(name);
          } else {
            assert.ok(log.write(name, new Uint8Array(Buffer.from(value))));
          }
        };
        if (value === undefined) {
          expected.delete(name);
        } else {
          expected.set(name, value);
        }
        const wanted = inOrder(expected);
        try {
          change(cut);
        } catch (error) {
          assert.equal(error, CUT, String(error));
          const found = contentOf(new DataLog(plain, crc32));
          const isBefore = JSON.stringify([...found]) === JSON.stringify([...before]);
          assert.deepEqual(found, isBefore ? before : wanted);
          if (isBefore) {
            change(plain);
          }
        }
        assert.deepEqual(contentOf(new DataLog(plain, crc32)), wanted);
      }
    }), { numRuns: 60 });
  });

  it("refuses what does not fit, and keeps what was there", () => {
    const log = new DataLog(createMemoryFlash(SHAPE), crc32);
    assert.ok(log.write("a", Uint8Array.of(1)));
    assert.ok(!log.write("a", new Uint8Array(2048)));
    assert.ok(!log.write("", Uint8Array.of(1)));
    assert.ok(!log.write("n".repeat(29), Uint8Array.of(1)));
    assert.deepEqual(log.read("a", 0, 1), Uint8Array.of(1));
    assert.ok(log.write("b", new Uint8Array(log.freeBytes())));
    assert.ok(log.removeAll());
    assert.deepEqual(log.names(), []);
    assert.equal(log.sizeOf("constructor"), -1);
  });

  it("takes any bytes for an empty log", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 4096, maxLength: 4096 }), (bytes) => {
      const flash = createMemoryFlash(SHAPE);
      flash.write(0, bytes);
      const log = new DataLog(flash, crc32);
      assert.deepEqual(log.names(), []);
      assert.ok(log.write("a", Uint8Array.of(7)));
      assert.deepEqual(new DataLog(flash, crc32).read("a", 0, 1), Uint8Array.of(7));
    }), { numRuns: 20 });
  });
});
