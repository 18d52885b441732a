import assert from "node:assert/strict";
import { encode } from "cborg";
import fc from "fast-check";
import sinon from "sinon";
import { ToolError } from "../../../tools/errors";
import { decodeFields } from "../../../tools/smp/cbor";
import { createSmpClient } from "../../../tools/smp/client";
import { DeviceError } from "../../../tools/smp/device-error";
import { type DeviceSession, startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { readSlots } from "../../../tools/smp/image-group";
import { createLink } from "../../../tools/smp/link";
import { paramsRequest } from "../../../tools/smp/os-group";
import { readJournal, readStatus } from "../../../tools/smp/trialboot-group";
import { FakeDevice, type FakeOptions } from "./fake-device";
import { memoryPort } from "./fake-ports";

const PATIENCE = { timeoutMs: 100, tries: 3 };

/** Runs the work while the clock runs as fast as it can. */
async function quickly<Value>(clock: sinon.SinonFakeTimers, work: Promise<Value>): Promise<Value> {
  let isDone = false;
  const end = work.finally(() => (isDone = true)).catch(() => undefined);
  for (let i = 0; i < 10_000 && !isDone; i++) {
    await clock.tickAsync(50);
  }
  await end;
  return await work;
}

describe("the SMP client", () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] })));
  afterEach(() => clock.restore());

  interface Started {
    readonly device: FakeDevice;
    readonly session: Promise<DeviceSession>;
  }

  const start = (options: FakeOptions, kind: "udp" | "serial" = "udp"): Started => {
    const device = new FakeDevice(options);
    const session = quickly(clock, startSession(memoryPort(device, kind), "console", timeoutsFrom(100)));
    return { device, session };
  };

  it("learns how much the device takes at once, less what the framing needs", async () => {
    const udp = await start({ bufferBytes: 600, bufferCount: 3 }).session;
    assert.deepEqual([udp.frameBytesMax, udp.windowFrames, udp.client.version], [600, 3, 1]);
    assert.equal((await start({ bufferBytes: 600 }, "serial").session).frameBytesMax, 596);
  });

  it("falls back to SMP version 1, and reads its errors", async () => {
    const { session } = start({ kind: "v1" });
    const { client } = await session;
    assert.equal(client.version, 0);
    assert.equal((await readSlots(client, PATIENCE)).length, 1);
    assert.equal(await readStatus(client, PATIENCE), undefined);
  });

  it("goes on with a device that does not tell its buffers", async () => {
    const fault: FakeOptions["fault"] = ({ command, group }) => {
      return group === 0 && command === 6 ? { fields: { rc: 8 } } : undefined;
    };
    const { session } = start({ fault });
    const { windowFrames, frameBytesMax, client } = await session;
    assert.deepEqual([windowFrames, frameBytesMax, client.version], [1, 384, 1]);
  });

  it("sends again what gets lost either way, under the same number, and no more often than it may", async () => {
    const faults = ["lose-request", "lose-answer", undefined] as const;
    const { device, session } = start({});
    const { client } = await session;
    device.requests.length = 0;
    device.options.fault = (_request, number) => faults[number - 1];
    assert.equal((await quickly(clock, readSlots(client, PATIENCE))).length, 1);
    assert.equal(new Set(device.requests.map(({ sequence }) => sequence)).size, 1);
    assert.equal(device.requests.length, 3);

    device.options.fault = () => "lose-request";
    await assert.rejects(quickly(clock, readSlots(client, PATIENCE)), { exitCode: 30, message: /does not answer\.$/ });
    assert.equal(device.requests.length, 6);
  });

  it("takes no answer twice and none that belongs to another request", async () => {
    const device = new FakeDevice();
    const client = createSmpClient(createLink(memoryPort(device), "console"), { firstSequence: 254 });
    device.options.fault = () => "answer-twice";
    for (let i = 0; i < 4; i++) {
      assert.equal((await client.request(paramsRequest(), PATIENCE)).get("buf_size"), 512);
    }
    assert.deepEqual(device.requests.map(({ sequence }) => sequence), [254, 255, 0, 1]);
    // The right number under another command, under another group, and as a request.
    const strangers = [[9, 0, 0, 1, 0, 0, 2, 7, 0xa0], [9, 0, 0, 1, 0, 1, 3, 6, 0xa0], [8, 0, 0, 1, 0, 0, 4, 6, 0xa0]];
    for (const frame of strangers) {
      device.options.fault = () => ({ frame: Uint8Array.from(frame) });
      await assert.rejects(quickly(clock, client.request(paramsRequest(), PATIENCE)), { exitCode: 30 });
    }
  });

  it("says that a device talks nonsense, apart from one that is silent", async () => {
    const { device, session } = start({});
    const { client } = await session;
    device.options.fault = () => "garbage";
    await assert.rejects(quickly(clock, readSlots(client, PATIENCE)), { exitCode: 30, message: /damaged, or no SMP/ });
  });

  it("ends what waits when the connection ends", async () => {
    const { device, session } = start({});
    const { client } = await session;
    device.options.fault = () => "hang-up";
    await assert.rejects(readSlots(client, PATIENCE), { exitCode: 30, message: /connection to udp:memory ended/ });
  });

  it("has a sentence for every error that a device may answer with", async () => {
    const codes = fc.oneof(
      fc.record({ rc: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ err: fc.record({ group: fc.nat(70), rc: fc.integer({ min: 1, max: 300 }) }) }),
    );
    const { device, session } = start({});
    const { client } = await session;
    await fc.assert(
      fc.asyncProperty(codes, async (fields) => {
        device.options.fault = () => ({ fields });
        await assert.rejects(readSlots(client, PATIENCE), (error) => {
          assert.ok(error instanceof DeviceError);
          assert.equal(error.exitCode, 31);
          assert.match(error.message, /^The device refused: [^.]+\.$/);
          return true;
        });
      }),
      { numRuns: 300 },
    );
  });

  it("survives a device that answers with anything, and says so within bounds", async () => {
    const { device, session } = start({});
    const { client } = await session;
    const anyFields = fc.oneof(
      fc.dictionary(fc.constantFrom("images", "rec", "more", "rc", "err", "board", "off", "x"), fc.oneof(
        fc.anything({ maxDepth: 1, values: [fc.integer(), fc.string(), fc.boolean(), fc.constant(null)] }),
        fc.array(fc.dictionary(fc.constantFrom("slot", "version", "hash"), fc.oneof(fc.integer(), fc.string()))),
      )),
    );
    const once = { timeoutMs: 100, tries: 1 };
    await fc.assert(
      fc.asyncProperty(anyFields, async (fields) => {
        device.options.fault = () => ({ fields });
        for (const ask of [readSlots, readJournal, readStatus]) {
          await quickly<unknown>(clock, ask(client, once)).catch((error: unknown) => {
            assert.ok(error instanceof ToolError, String(error));
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("ends a journal that would go on for ever", async () => {
    const { device, session } = start({});
    const { client } = await session;
    device.options.fault = () => ({ fields: { rec: [new Uint8Array(32)], more: true, lost: 0 } });
    await assert.rejects(readJournal(client, PATIENCE), { exitCode: 30, message: /its journal does not end/ });
    assert.ok(device.requests.length < 6);
  });
});

describe("CBOR from a device", () => {
  it("is a map, or refused: huge lengths, endless maps, deep nesting, repeated keys", () => {
    const refused = [
      "9b00ffffffffffffff", "bb00ffffffffffffff", "5b00ffffffffffffff", "bf", "bf6161", "a1", "81", "80", "00",
      "a16161", "a2616101616102", "ff", "a100", "1f", "bf61610061",
      "a1" + "6161" + "81".repeat(200) + "00", "a16161c2".repeat(3),
    ];
    for (const hex of refused) {
      const fields = decodeFields(new Uint8Array(Buffer.from(hex, "hex")));
      // A map with another key than text is well-formed; nothing asks for such a key.
      assert.ok(fields === undefined || hex === "a100", hex);
    }
    assert.equal(decodeFields(new Uint8Array(0))?.size, 0);
    assert.equal(decodeFields(new Uint8Array(Buffer.from("bf6161f5ff", "hex")))?.get("a"), true);
  });

  it("takes no longer than its bytes allow, whatever they are", () => {
    const nested = new Uint8Array(30_000).fill(0x81);
    assert.equal(decodeFields(nested), undefined);
    assert.equal(decodeFields(new Uint8Array(30_000).fill(0xbf)), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const fields = decodeFields(bytes);
        assert.ok(fields === undefined || fields instanceof Map);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads what a usual encoder writes", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.nat(), fc.string(), fc.boolean())), (value) => {
        const fields = decodeFields(new Uint8Array(encode(value)));
        assert.deepEqual(Object.fromEntries(fields ?? []), { ...value });
      }),
      { numRuns: 300 },
    );
  });
});
