/** Frames as the fake device reads and writes them, by cborg and Node alone. */

import { decode } from "cborg";

export interface FakeRequest {
  readonly version: number;
  readonly operation: number;
  readonly group: number;
  readonly sequence: number;
  readonly command: number;
  readonly fields: Map<string, unknown>;
}

/** An answer that says no, in the version of the request. */
export class Refusal extends Error {
  readonly answer: object;

  constructor(version: number, group: number, v2: number, v1: number) {
    super("refused");
    this.answer = version === 1 && group > 0 ? { err: { group, rc: v2 } } : { rc: v1 };
  }
}

export function readRequest(frame: Uint8Array): FakeRequest {
  const view = Buffer.from(frame);
  const body = view.subarray(8);
  if (view.readUInt16BE(2) !== body.length) {
    throw new Error("a request whose header announces another length");
  }
  const fields = decode(new Uint8Array(body), { useMaps: true, strict: true }) as Map<string, unknown>;
  return {
    version: (view[0] ?? 0) >> 3,
    operation: (view[0] ?? 0) & 7,
    group: view.readUInt16BE(4),
    sequence: view[6] ?? 0,
    command: view[7] ?? 0,
    fields,
  };
}

/** An answer to a request, with any body. */
export function writeAnswer(request: FakeRequest, body: Uint8Array): Uint8Array {
  const first = request.version * 8 + request.operation + 1;
  const head = Buffer.from([first, 0, 0, 0, 0, 0, request.sequence, request.command]);
  head.writeUInt16BE(body.length, 2);
  head.writeUInt16BE(request.group, 4);
  return new Uint8Array(Buffer.concat([head, body]));
}
