/** What published clients sent and understood, at the level of frames and CBOR. */

import assert from "node:assert/strict";
import { decode } from "cborg";
import { bytesField, CborType, fieldIsWrong, flagField, readFields, uintField } from "../../../core/smp/cbor-reader";
import { readHeader, readResponseHeader, SMP_HEADER_BYTES, writeHeader } from "../../../core/smp/frame";
import type { RecordedFrame } from "./smp-vectors";
import { fromHex, plainBody, plainFields, readExchanges, readItems, toHex, TRANSCRIPTS } from "./smp-vectors";

function fieldsOf(frame: string): NonNullable<ReturnType<typeof readFields>> {
  const bytes = fromHex(frame);
  const fields = readFields(bytes, SMP_HEADER_BYTES, bytes.length);
  assert.ok(fields !== undefined, "the body is refused");
  return fields;
}

function checkHeader(recorded: RecordedFrame, header: ReturnType<typeof readHeader>): void {
  assert.deepEqual(header, {
    version: recorded.version,
    operation: recorded.op,
    group: recorded.group,
    sequence: recorded.sequence,
    command: recorded.command,
    lengthBytes: recorded.length,
  });
}

describe("recorded SMP messages", () => {
  for (const { id, request, response } of readItems("messages")) {
    it(`${id}: the request is read, and the answer's header written`, () => {
      checkHeader(request, readHeader(fromHex(request.frame)));
      assert.deepEqual(plainFields(fieldsOf(request.frame)), plainBody(request.body));
      checkHeader(response, readResponseHeader(fromHex(response.frame)));
      assert.deepEqual(plainFields(fieldsOf(response.frame)), plainBody(response.body));
      const answer = new Uint8Array(SMP_HEADER_BYTES).fill(0xee);
      writeHeader(answer, readHeader(fromHex(request.frame))!, response.length);
      assert.equal(toHex(answer), response.frame.slice(0, 2 * SMP_HEADER_BYTES));
    });
  }
});

describe("recorded sessions of SMP clients", () => {
  for (const name of TRANSCRIPTS) {
    it(`${name}: every request and answer is read as another decoder reads it`, () => {
      const exchanges = readExchanges(name);
      assert.ok(exchanges.length > 10);
      for (const exchange of exchanges) {
        assert.ok(readHeader(fromHex(exchange.request_frame)) !== undefined);
        const frames = [exchange.request_frame, exchange.response_frame].filter((frame) => frame !== null);
        for (const frame of frames) {
          const keys = Object.keys(decode(fromHex(frame).subarray(SMP_HEADER_BYTES)) as object);
          assert.deepEqual(fieldsOf(frame).keys, keys);
        }
      }
    });
  }
});

describe("requests as clients put them", () => {
  const quirks = readItems("quirks");
  for (const { id, frame, meaning } of quirks) {
    if (typeof meaning["body"] === "object") {
      it(`${id}: means what it should`, () => {
        assert.deepEqual(plainFields(fieldsOf(frame)), meaning["body"]);
      });
    }
  }

  const named = (id: string): ReturnType<typeof fieldsOf> =>
    fieldsOf(quirks.find((quirk) => quirk.id === id)?.frame ?? assert.fail(id));

  it("a flag may be a flag or a number", () => {
    assert.equal(flagField(named("force-bool-true"), "force"), true);
    assert.equal(flagField(named("confirm-hash-first-map-order"), "confirm"), false);
    assert.equal(flagField(named("boot-mode-1"), "boot_mode"), true);
    assert.equal(uintField(named("boot-mode-1"), "boot_mode"), 1);
    assert.equal(flagField(named("boot-mode-1"), "force"), undefined);
  });

  it("a short sha comes with its length", () => {
    assert.equal(bytesField(named("short-sha"), "sha")?.length, 3);
  });
});

/** What comes of a frame below the server: dropped, refused, or handed on. */
function outcome(frame: Uint8Array): string {
  if (readHeader(frame) === undefined) {
    return "drop";
  }
  return readFields(frame, SMP_HEADER_BYTES, frame.length) === undefined ? "rc 3" : "to the server";
}

/** Those that only the server can refuse: their bodies are good CBOR. */
const FOR_THE_SERVER = [
  "unknown-group", "unknown-command", "upload-no-len", "upload-negative-off", "upload-data-text", "upload-overrun",
  "upload-float-off", "state-hash-wrong-size",
];

describe("malformed SMP frames", () => {
  const items = readItems("malformed");
  for (const { id, frame, expect } of items) {
    it(`${id}: ${expect}`, () => {
      const actual = outcome(fromHex(frame));
      if (FOR_THE_SERVER.includes(id)) {
        assert.equal(actual, "to the server");
      } else {
        assert.ok(expect.split(/ or |-or-/).includes(actual), actual);
      }
    });
  }

  const named = (id: string): ReturnType<typeof fieldsOf> =>
    fieldsOf(items.find((item) => item.id === id)?.frame ?? assert.fail(id));

  it("a value of another type is told from one that is missing", () => {
    assert.ok(fieldIsWrong(named("upload-negative-off"), "off", CborType.Unsigned));
    assert.ok(fieldIsWrong(named("upload-float-off"), "off", CborType.Unsigned));
    assert.ok(fieldIsWrong(named("upload-data-text"), "data", CborType.Bytes));
    assert.equal(fieldIsWrong(named("upload-no-len"), "len", CborType.Unsigned), false);
    assert.equal(fieldIsWrong(named("upload-overrun"), "off", CborType.Unsigned), false);
  });
});
