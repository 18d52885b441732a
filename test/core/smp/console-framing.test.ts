import assert from "node:assert/strict";
import fc from "fast-check";
import { SMP_LINE_BYTES, SMP_RECEIVED_LINE_BYTES_MAX } from "../../../core/limits";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { fromHex, readExchanges, readItems, toHex } from "./smp-vectors";

const CODEC = createPortableCodec();
const FRAME_BYTES_MAX = 2473;

function receiveAll(pieces: Uint8Array[], frameBytesMax = FRAME_BYTES_MAX, lineBytesMax = SMP_LINE_BYTES): string[] {
  const frames: string[] = [];
  const receiver = createConsoleReceiver(frameBytesMax, lineBytesMax, (frame) => frames.push(toHex(frame)), CODEC);
  pieces.forEach((piece) => receiver.receive(piece));
  return frames;
}

const joined = (pieces: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** `bytes` cut at `cuts`, in any order. */
function cut(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const frames = fc.uint8Array({ minLength: 8, maxLength: 400 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });
/** Text of people and programs, lines of any length. */
const noise = fc.string({ maxLength: 200 }).map((text) => ascii(text.replace(/[^\x20-\x7e\n\r]/g, "?")));

describe("recorded console framing", () => {
  for (const { id, receive, frames: expected } of readItems("serial")) {
    it(`${id}: the receiver hands up what it should`, () => {
      const lineBytesMax = id === "line-length-256" ? 256 : SMP_LINE_BYTES;
      assert.deepEqual(receiveAll(receive.map(fromHex), FRAME_BYTES_MAX, lineBytesMax), expected);
    });
    if (id.startsWith("encode-")) {
      it(`${id}: the sender writes exactly these lines`, () => {
        const lines = encodeConsole(fromHex(expected[0] ?? assert.fail()), CODEC, SMP_LINE_BYTES);
        assert.equal(toHex(lines), `0a${receive.join("")}`);
      });
    }
  }

  it("lines longer than a receiver's are dropped, and what follows is read", () => {
    const items = readItems("serial");
    const long = items.find(({ id }) => id === "line-length-256") ?? assert.fail();
    const good = items.find(({ id }) => id === "encode-90") ?? assert.fail();
    assert.deepEqual(receiveAll([...long.receive, ...good.receive].map(fromHex)), good.frames);
  });

  it("lines of messages, and those that clients sent in recorded sessions, give their frames", () => {
    for (const { request } of readItems("messages")) {
      assert.deepEqual(receiveAll(request.serial_lines.map(fromHex)), [request.frame]);
    }
    for (const { frame, serial_lines } of readItems("quirks")) {
      assert.deepEqual(receiveAll(serial_lines.map(fromHex)), [frame]);
    }
    for (const name of ["mcumgr-cli-serial", "smpclient-serial"]) {
      for (const { client_lines, request_frame } of readExchanges(name)) {
        assert.ok(client_lines !== undefined && client_lines.length > 0);
        assert.deepEqual(receiveAll(client_lines.map(fromHex)), [request_frame]);
      }
    }
  });
});

describe("console framing", () => {
  it("what is sent comes back, cut anywhere, with console text between the lines", () => {
    fc.assert(fc.property(fc.array(fc.tuple(frames, noise), { maxLength: 4 }), cuts, (sent, places) => {
      const bytes = joined(sent.flatMap(([frame, text]) => [text, encodeConsole(frame, CODEC, SMP_LINE_BYTES)]));
      assert.deepEqual(receiveAll(cut(bytes, places)), sent.map(([frame]) => toHex(frame)));
    }));
  });

  it("console lines between the lines of one packet do no harm", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 150, maxLength: 400 }), noise, (frame, text) => {
      const lines = Buffer.from(encodeConsole(frame, CODEC, SMP_LINE_BYTES)).toString("latin1").split("\n");
      const mixed = lines.map((line) => `${line}\n${Buffer.from(text).toString("latin1")}\n`).join("");
      assert.deepEqual(receiveAll([ascii(mixed)]), [toHex(frame)]);
    }));
  });

  it("a client that was killed in the middle of a line costs the next one nothing", () => {
    fc.assert(fc.property(frames, frames, fc.nat(), (lost, frame, place) => {
      const started = encodeConsole(lost, CODEC, SMP_LINE_BYTES);
      const cutOff = started.subarray(0, place % (started.length - 1));
      const next = encodeConsole(frame, CODEC, SMP_LINE_BYTES).subarray(1);
      assert.deepEqual(receiveAll([cutOff, next]), [toHex(frame)]);
      assert.deepEqual(receiveAll([joined([cutOff, cutOff, next])]), [toHex(frame)]);
    }));
  });

  it("however long a line is, in whatever pieces, the next frame is read", () => {
    fc.assert(fc.property(
      frames, fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 600 }), fc.constantFrom("", "\x06\x09", "\x04\x14"),
      (frame, textBytes, pieceBytes, marker) => {
        const long = ascii(marker + "A".repeat(textBytes));
        const next = encodeConsole(frame, CODEC, SMP_LINE_BYTES);
        const bytes = joined([long, next]);
        const pieces = Array.from(
          { length: Math.ceil(bytes.length / pieceBytes) },
          (_, i) => bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
        );
        assert.deepEqual(receiveAll(pieces, 400, SMP_RECEIVED_LINE_BYTES_MAX), [toHex(frame)]);
      },
    ));
  });

  it("lines of every length up to the longest that is taken give their frame, longer ones none", () => {
    fc.assert(fc.property(frames, fc.integer({ min: 7, max: 600 }), (frame, lineBytesMax) => {
      const lines = encodeConsole(frame, CODEC, lineBytesMax);
      const longest = Math.max(...Buffer.from(lines).toString("latin1").split("\n").map((line) => line.length));
      const expected = longest <= SMP_RECEIVED_LINE_BYTES_MAX ? [toHex(frame)] : [];
      assert.deepEqual(receiveAll([lines], 400, SMP_RECEIVED_LINE_BYTES_MAX), expected);
    }));
  });

  it("garbage, damage and lines without end never throw and never become another frame", () => {
    const damaged = fc.tuple(frames, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }));
    fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), { maxLength: 5 }), (input) => {
      const sent: string[] = [];
      const pieces = input.map((item) => {
        if (item instanceof Uint8Array) {
          return item;
        }
        const [frame, changes] = item;
        sent.push(toHex(frame));
        const bytes = encodeConsole(frame, CODEC, SMP_LINE_BYTES);
        changes.forEach(([place, change]) => (bytes[place % bytes.length] ^= change));
        return bytes;
      });
      assert.ok(receiveAll(pieces).every((frame) => sent.includes(frame)));
    }));
  });

  it("a frame of exactly the largest size is taken, one byte more is not", () => {
    const lines = (sizeBytes: number): Uint8Array => encodeConsole(new Uint8Array(sizeBytes), CODEC, SMP_LINE_BYTES);
    assert.equal(receiveAll([lines(300)], 300).length, 1);
    assert.equal(receiveAll([lines(301)], 300).length, 0);
  });

  it("a packet needs all of its lines: one that is too long, or no base64, ends it", () => {
    const frame = new Uint8Array(150).fill(7);
    const [, first, second] = Buffer.from(encodeConsole(frame, CODEC, SMP_LINE_BYTES)).toString("latin1").split("\n");
    const between = (text: string): string[] => receiveAll([ascii(`${first}\n${text}${second}\n`)]);
    assert.deepEqual(between(""), [toHex(frame)]);
    assert.deepEqual(between("\x04\x15AAAA\n"), [toHex(frame)], "not a marker");
    assert.deepEqual(between("\x04\n\n\x04\r\n"), [toHex(frame)], "not a marker either");
    assert.deepEqual(between(`\x04\x14${"A".repeat(400)}\n`), []);
    assert.deepEqual(between("\x04\x14A\n"), []);
    assert.deepEqual(between("\x06\x09\n"), [toHex(frame)], "a marker and nothing else");
    assert.deepEqual(between("\x06\x09AA==\n"), []);
  });

  it("what stands behind the end of a line that is too long does not count as left out", () => {
    const [, whole] = Buffer.from(encodeConsole(new Uint8Array(92), CODEC, 140)).toString("latin1").split("\n");
    assert.equal(whole?.length, 130);
    assert.equal(receiveAll([ascii(`${whole}\n`)], 300, 130).length, 1);
    assert.equal(receiveAll([ascii(`${whole}A\n`)], 300, 129).length, 0);
    assert.equal(receiveAll([ascii(`${whole}A`), ascii("A\n")], 300, 129).length, 0);
  });

  it("frames that have no whole header are dropped", () => {
    assert.equal(receiveAll([encodeConsole(new Uint8Array(8), CODEC, SMP_LINE_BYTES)]).length, 1);
    for (let sizeBytes = 0; sizeBytes < 8; sizeBytes++) {
      assert.equal(receiveAll([encodeConsole(new Uint8Array(sizeBytes), CODEC, SMP_LINE_BYTES)]).length, 0);
    }
  });

  it("a packet that goes on and on ends where its length says, and the next one is read", () => {
    const more = `\x04\x14${"AAAA".repeat(31)}\n`.repeat(20);
    const next = encodeConsole(new Uint8Array(20).fill(1), CODEC, SMP_LINE_BYTES);
    assert.deepEqual(receiveAll([ascii(`\x06\x09ABAAAA==\n${more}`), next], 100), [toHex(new Uint8Array(20).fill(1))]);
  });

  it("one receive call may hold many frames", () => {
    const frame = new Uint8Array(9).fill(1);
    const lines = encodeConsole(frame, CODEC, SMP_LINE_BYTES);
    assert.equal(receiveAll([joined([lines, lines, lines])]).length, 3);
  });

  it("the shortest lines that can hold anything still work, shorter ones are a programmer's error", () => {
    const frame = new Uint8Array(20).fill(3);
    assert.deepEqual(receiveAll([encodeConsole(frame, CODEC, 7)]), [toHex(frame)]);
    assert.throws(() => encodeConsole(frame, CODEC, 6), /assert/);
  });
});
