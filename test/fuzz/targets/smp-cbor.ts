/** Bodies of SMP requests: a refusal, or the fields that a plain, recursive reader of RFC 8949 finds. */

import assert from "node:assert/strict";
import { SMP_CBOR_DEPTH_MAX, SMP_FIELDS_MAX, SMP_KEY_BYTES_MAX } from "../../../core/limits";
import { readFields } from "../../../core/smp/cbor-reader";
import { SMP_HEADER_BYTES } from "../../../core/smp/frame";
import { fromHex, type Json, plainFields, readItems, SKIPPED } from "../../core/smp/smp-vectors";
import type { FuzzTarget } from "../target";

class Refused extends Error {}

interface Head {
  readonly major: number;
  readonly info: number;
  readonly argument: bigint;
}

/** The plain reader. Throws `Refused` where the reader of core gives `undefined`. */
class PlainReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  private take(count: bigint): Uint8Array {
    if (BigInt(this.bytes.length - this.at) < count) {
      throw new Refused("bytes are missing");
    }
    const start = this.at;
    this.at += Number(count);
    return this.bytes.slice(start, this.at);
  }

  private head(): Head {
    const first = this.take(1n)[0];
    const [major, info] = [first >> 5, first & 31];
    if (info < 24) {
      return { major, info, argument: BigInt(info) };
    }
    if (info > 27 && (info < 31 || [0, 1, 6].includes(major))) {
      throw new Refused("reserved");
    }
    const argument = info === 31 ? 0n : BigInt(`0x${Buffer.from(this.take(1n << BigInt(info - 24))).toString("hex")}`);
    return { major, info, argument };
  }

  private string({ major, info, argument }: Head): Uint8Array {
    if (info !== 31) {
      return this.take(argument);
    }
    const chunks: Uint8Array[] = [];
    for (let head = this.head(); head.major !== 7 || head.info !== 31; head = this.head()) {
      if (head.major !== major || head.info === 31) {
        throw new Refused("no chunk");
      }
      chunks.push(this.take(head.argument));
    }
    return new Uint8Array(Buffer.concat(chunks));
  }

  /** Heads of the items within an array, a map (where `perEntry` is 2) or a tag. */
  private *heads({ major, info, argument }: Head, depth: number): Generator<Head> {
    if (depth > SMP_CBOR_DEPTH_MAX) {
      throw new Refused("too deep");
    }
    const count = major === 6 ? 1n : argument * (major === 5 ? 2n : 1n);
    for (let i = 0n; info === 31 || i < count; i++) {
      const head = this.head();
      if (head.major === 7 && head.info === 31) {
        if (info !== 31 || major === 6 || (major === 5 && i % 2n === 1n)) {
          throw new Refused("break");
        }
        return;
      }
      yield head;
    }
  }

  private value(head: Head, depth: number): Json {
    switch (head.major) {
      case 0:
      case 1:
        if (head.argument >= 1n << 32n) {
          return SKIPPED;
        }
        return head.major === 0 ? Number(head.argument) : -1 - Number(head.argument);
      case 2:
        return { $bytes: Buffer.from(this.string(head)).toString("hex") };
      case 3:
        return Buffer.from(this.string(head)).toString("utf8");
      case 7:
        return head.info === 22 ? null : head.info === 20 || head.info === 21 ? head.info === 21 : SKIPPED;
      default:
        for (const inner of this.heads(head, depth)) {
          this.value(inner, depth + 1);
        }
        return SKIPPED;
    }
  }

  map(): [string, Json][] {
    const entries: [string, Json][] = [];
    if (this.bytes.length === 0) {
      return entries;
    }
    const top = this.head();
    if (top.major !== 5) {
      throw new Refused("no map");
    }
    let key: string | undefined;
    for (const head of this.heads(top, 1)) {
      if (key !== undefined) {
        entries.push([key, this.value(head, 2)]);
        key = undefined;
        continue;
      }
      const name: Uint8Array = head.major === 3 ? this.string(head) : new Uint8Array([255]);
      key = Buffer.from(name).toString("latin1");
      const isKnown = entries.some(([other]) => other === key);
      const isTooMuch = entries.length === SMP_FIELDS_MAX || name.length > SMP_KEY_BYTES_MAX;
      if (isKnown || isTooMuch || !/^[\0-\x7f]*$/.test(key)) {
        throw new Refused("key");
      }
    }
    if (this.at !== this.bytes.length) {
      throw new Refused("more than a map");
    }
    return entries;
  }
}

function readPlainly(bytes: Uint8Array): [string, Json][] | undefined {
  try {
    return new PlainReader(bytes).map();
  } catch (error) {
    assert.ok(error instanceof Refused, String(error));
    return undefined;
  }
}

export const target: FuzzTarget = {
  name: "smp-cbor",
  maxBytes: 1024,
  seeds: () => {
    const messages = readItems("messages").flatMap(({ request, response }) => [request.frame, response.frame]);
    const others = [...readItems("quirks"), ...readItems("malformed")].map(({ frame }) => frame);
    return [...new Set([...messages, ...others])].map((frame) => fromHex(frame).slice(SMP_HEADER_BYTES));
  },
  words: [
    "\xbf", "\xff", "\x5f", "\x7f\x61a", "\x9f", "\xa1\x61a", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "\xc1", "\xf6",
  ],
  run(input) {
    const expected = readPlainly(input);
    const framed = new Uint8Array([0xff, ...input, 0xff]);
    const fields = readFields(framed, 1, 1 + input.length);
    assert.deepEqual(fields && fields.keys, expected?.map(([key]) => key));
    assert.deepEqual(fields && plainFields(fields), expected && Object.fromEntries(expected));
    assert.ok(framed[0] === 0xff && framed[framed.length - 1] === 0xff, "bytes outside of the body are changed");
  },
};
