/** The bodies of SMP messages on the host's side: CBOR by cborg, bounded in whatever a device may send. */

import { decode, encode, type Token, Tokenizer, Type } from "cborg";

/** What a request's map may hold. Values that are `undefined` are left out. */
export type RequestFields = Readonly<Record<string, RequestValue | undefined>>;
type RequestValue = number | boolean | string | Uint8Array | readonly RequestValue[];

/** What came back. The keys of inner maps may be anything. */
export type AnswerFields = ReadonlyMap<unknown, unknown>;

/** Maps and arrays of one answer. A list of images has fewer than 10; the number bounds nesting as well. */
const CONTAINERS_MAX = 128;

/** Deterministic: keys by length, then by their bytes (RFC 7049 section 3.9), as the vectors have them. */
export function encodeFields(fields: RequestFields): Uint8Array {
  return new Uint8Array(encode(fields, { ignoreUndefinedProperties: true }));
}

/** Decoding is recursive: whoever may open a map within a map as often as there are bytes could exhaust the stack. */
class BoundedTokenizer extends Tokenizer {
  private containers = 0;

  override next(): Token {
    const token = super.next();
    if (token.type === Type.map || token.type === Type.array) {
      this.containers++;
      if (this.containers > CONTAINERS_MAX) {
        throw new Error("more maps and arrays than an answer has");
      }
    }
    return token;
  }
}

/** The map of an answer; an empty body is an empty map. `undefined`: not CBOR, not a map, or out of all bounds. */
export function decodeFields(bytes: Uint8Array): AnswerFields | undefined {
  if (bytes.length === 0) {
    return new Map();
  }
  const options = { strict: true, allowIndefinite: true, useMaps: true, rejectDuplicateMapKeys: true };
  try {
    const value: unknown = decode(bytes, { ...options, tokenizer: new BoundedTokenizer(bytes, options) });
    return value instanceof Map ? value : undefined;
  } catch {
    return undefined;
  }
}
