import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import sinon from "sinon";
import { encodeRequest } from "../../../tools/smp/client";
import { startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { chunkBytesMax, chunkRequest, type UploadResult, uploadImage } from "../../../tools/smp/upload";
import { VECTORS } from "../run-main";
import { FakeDevice, type FakeOptions, type Fault } from "./fake-device";
import { memoryPort } from "./fake-ports";
import type { FakeRequest } from "./fake-wire";

const IMAGE = new Uint8Array(readFileSync(`${VECTORS}images/good/seccnt-5.bin`));
const isUpload = ({ group, command }: FakeRequest): boolean => group === 1 && command === 1;

describe("uploading an image", () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] })));
  afterEach(() => clock.restore());

  async function run(device: FakeDevice): Promise<UploadResult & { progress: number[] }> {
    const progress: number[] = [];
    const work = (async () => {
      const session = await startSession(memoryPort(device), "console", timeoutsFrom(100));
      return await uploadImage(session.client, {
        bytes: IMAGE,
        frameBytesMax: session.frameBytesMax,
        windowFrames: session.windowFrames,
        firstTimeoutMs: session.timeouts.slowAnswerMs,
        timeoutMs: session.timeouts.answerMs,
        onProgress: (done) => void progress.push(done),
      });
    })();
    let isDone = false;
    work.finally(() => (isDone = true)).catch(() => undefined);
    for (let i = 0; i < 5000 && !isDone; i++) {
      await clock.tickAsync(50);
    }
    assert.ok(isDone, "the upload does not end");
    return { ...(await work), progress };
  }

  /** A device with a fault for the n-th upload request, from 1. */
  function faulty(
    faults: (number: number, device: FakeDevice) => Fault | undefined,
    options: FakeOptions = {},
  ): FakeDevice {
    let number = 0;
    const device: FakeDevice = new FakeDevice({
      bufferBytes: 400,
      ...options,
      fault: (request) => (isUpload(request) ? faults(++number, device) : undefined),
    });
    return device;
  }

  const arrived = (device: FakeDevice): void => {
    assert.deepEqual(device.upload?.data, IMAGE);
    assert.equal(device.upload.offset, IMAGE.length);
  };

  it("arrives whole, whatever the buffers and the window", async () => {
    for (const [bufferBytes, bufferCount] of [[128, 1], [128, 8], [400, 3], [2048, 4], [10_000, 200]]) {
      const device = new FakeDevice({ bufferBytes: bufferBytes ?? 0, bufferCount: bufferCount ?? 0 });
      const { resumedAtBytes, progress } = await run(device);
      arrived(device);
      assert.equal(resumedAtBytes, 0);
      assert.equal(progress.at(-1), IMAGE.length);
    }
  });

  it("fills each frame as far as the device's buffer goes, to the byte", () => {
    const sha = new Uint8Array(32);
    for (let frameBytes = 100; frameBytes < 1200; frameBytes++) {
      for (const offset of [0, 20, 200, 400]) {
        const count = chunkBytesMax(frameBytes, IMAGE, sha, offset);
        const frame = (bytes: number): number => encodeRequest(chunkRequest(IMAGE, sha, offset, bytes), 1, 0).length;
        assert.ok(frame(count) <= frameBytes, `${frameBytes} ${offset}`);
        // One more byte may bring one more for its length.
        assert.ok(frame(count + 1) > frameBytes || frame(count + 2) > frameBytes, `${frameBytes} ${offset}`);
      }
    }
  });

  it("names the file in the first chunk only, and nothing that devices do not know", async () => {
    const device = faulty(() => undefined);
    await run(device);
    const chunks = device.requests.filter(isUpload).map(({ fields }) => [...fields.keys()].sort().join());
    assert.equal(chunks[0], "data,len,off,sha");
    assert.deepEqual(new Set(chunks.slice(1)), new Set(["data,off"]));
  });

  it("goes on where the device has got to", async () => {
    const device = faulty(() => undefined, { bufferCount: 1 });
    device.options.fault = (request) => (Number(request.fields.get("off")) > 1500 ? "hang-up" : undefined);
    await assert.rejects(run(device), { exitCode: 30, message: /ended/ });
    const stopped = device.upload?.offset ?? 0;
    assert.ok(stopped > 1500 && stopped < IMAGE.length);
    device.options.fault = () => undefined;
    device.requests.length = 0;
    assert.equal((await run(device)).resumedAtBytes, stopped);
    arrived(device);
    assert.ok(device.requests.filter(isUpload).slice(1).every(({ fields }) => Number(fields.get("off")) >= stopped));
  });

  it("has nothing to send when the device has it all", async () => {
    const device = faulty(() => undefined);
    await run(device);
    device.requests.length = 0;
    assert.equal((await run(device)).resumedAtBytes, IMAGE.length);
    assert.equal(device.requests.filter(isUpload).length, 1);
  });

  it("starts over when the device has forgotten the upload, and names the file again", async () => {
    const device = faulty((number, own) => {
      if (number === 6) {
        own.upload = undefined;
      }
      return undefined;
    });
    await run(device);
    arrived(device);
    assert.equal(device.requests.filter(({ fields }) => fields.has("sha")).length, 2);
  });

  it("gets every single lost, doubled or damaged message over with, at any place", async () => {
    const kinds = fc.constantFrom<Fault>("lose-request", "lose-answer", "answer-twice", "garbage");
    const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), kinds), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 5 }), async (faults, bufferCount) => {
        const byNumber = new Map(faults);
        const device = faulty((number) => byNumber.get(number), { bufferCount });
        await run(device);
        arrived(device);
      }),
      { numRuns: 60 },
    );
  });

  it("sends the lost chunk at once when a later answer tells of it", async () => {
    const device = faulty((number) => (number === 3 ? "lose-request" : undefined), { bufferCount: 4 });
    const startMs = Date.now();
    await run(device);
    arrived(device);
    const elapsedMs = Date.now() - startMs;
    await run(faulty(() => undefined, { bufferCount: 4 }));
    assert.ok(elapsedMs < Date.now() - startMs - elapsedMs + 100, "it waited for a time-out");
  });

  it("tries shorter frames where long ones get lost", async () => {
    const device = new FakeDevice({ bufferBytes: 1000, bufferCount: 1 });
    device.options.fault = ({ fields }) => {
      const data = fields.get("data");
      return data instanceof Uint8Array && data.length > 300 ? "lose-request" : undefined;
    };
    await run(device);
    arrived(device);
  });

  it("ends when nothing arrives any more", async () => {
    const device = faulty((number) => (number > 4 ? "lose-request" : undefined));
    await assert.rejects(run(device), { exitCode: 30, message: /stopped taking the image at byte \d+ of \d+/ });
    assert.ok(device.requests.length < 40);
  });

  it("ends with a device that asks for the same bytes for ever, or for bytes that are none", async () => {
    const ping = faulty((number) => ({ fields: { off: number % 2 === 0 ? 100 : 300 } }));
    await assert.rejects(run(ping), { exitCode: 30, message: /again and again|stopped taking/ });
    const forgetful = faulty(() => ({ fields: { off: 0 } }));
    await assert.rejects(run(forgetful), { exitCode: 30, message: /again and again/ });
    const crawling = faulty((number) => ({ fields: { off: number } }));
    await assert.rejects(run(crawling), { exitCode: 30, message: /again and again/ });
    const beyond = faulty(() => ({ fields: { off: IMAGE.length + 1 } }));
    await assert.rejects(run(beyond), { exitCode: 30, message: /makes no sense: it wants byte/ });
    for (const off of [-1, 1.5, "7", null, undefined, new Uint8Array(2)]) {
      await assert.rejects(run(faulty(() => ({ fields: off === undefined ? {} : { off } }))), { exitCode: 30 });
    }
  });

  it("says when what arrived is not what was sent", async () => {
    const device = faulty(() => ({ fields: { off: IMAGE.length, match: false } }));
    await assert.rejects(run(device), { exitCode: 31, message: /is not what was sent/ });
  });

  it("hands on the device's refusal", async () => {
    const device = faulty(() => ({ fields: { err: { group: 1, rc: 30 } } }));
    const message = "The device refused: the image is too large for the slot.";
    await assert.rejects(run(device), { exitCode: 31, message });
  });
});
