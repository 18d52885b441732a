import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { SmpOperation } from "../../../core/smp/frame";
import { decodeFields, encodeFields } from "../../../tools/smp/cbor";
import { encodeRequest, errorIn, type SmpRequest } from "../../../tools/smp/client";
import { eraseRequest, slotsIn, stateReadRequest, stateWriteRequest } from "../../../tools/smp/image-group";
import { bufferSizesIn, paramsRequest, resetRequest } from "../../../tools/smp/os-group";
import { chunkRequest } from "../../../tools/smp/upload";

const FOLDER = new URL("../../vectors/smp/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

interface Message {
  readonly version: number;
  readonly op: number;
  readonly group: number;
  readonly command: number;
  readonly sequence: number;
  readonly body: Record<string, { $bytes?: string } | number | boolean | string>;
  readonly cbor: string;
  readonly frame: string;
}

const MESSAGES = (read("messages.json") as { items: { id: string; request: Message; response: Message }[] }).items;
const IMAGE = read("image.json") as { image: string; sha256_of_file: string };
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

/** Vectors' bodies with their byte strings as such. */
function fieldsOf(body: Message["body"]): Record<string, number | boolean | string | Uint8Array> {
  const entries = Object.entries(body).map(([key, value]) => {
    return [key, typeof value === "object" ? bytes(value.$bytes ?? "") : value] as const;
  });
  return Object.fromEntries(entries);
}

/** The request as the client's own functions make it, of those that the client has. */
function ownRequest({ group, command, op, body }: Message): SmpRequest | undefined {
  const fields = fieldsOf(body);
  const file = bytes(IMAGE.image);
  const data = fields["data"];
  switch (`${group}/${command}/${op}`) {
    case "0/6/0":
      return paramsRequest();
    case "0/5/2":
      return "force" in fields ? undefined : resetRequest(false);
    case "1/0/0":
      return stateReadRequest();
    case "1/0/2":
      return stateWriteRequest(fields["hash"] as Uint8Array | undefined, fields["confirm"] === true);
    case "1/5/2":
      return eraseRequest(fields["slot"] as number | undefined);
    case "1/1/2": {
      const hasOthers = "upgrade" in fields || "image" in fields;
      const isOurs = data instanceof Uint8Array && (fields["off"] !== 0 || "sha" in fields) && !hasOthers;
      const offset = Number(fields["off"]);
      const isOfImage = isOurs && hex(file.subarray(offset, offset + data.length)) === hex(data);
      return isOfImage ? chunkRequest(file, bytes(IMAGE.sha256_of_file), offset, data.length) : undefined;
    }
    default:
      return undefined;
  }
}

describe("the SMP client and the vectors", () => {
  it("makes the requests that it sends byte for byte", () => {
    const made = MESSAGES.flatMap(({ request }) => {
      const own = ownRequest(request);
      return own === undefined ? [] : [[hex(encodeRequest(own, request.version, request.sequence)), request] as const];
    });
    for (const [frame, request] of made) {
      assert.equal(frame, request.frame);
    }
    assert.ok(made.length >= 20, `only ${made.length} requests are the client's own`);
  });

  it("encodes the bodies of all requests canonically", () => {
    for (const { id, request } of MESSAGES) {
      if (!Array.isArray(request.body["argv"]) && !Array.isArray(request.body["groups"])) {
        assert.equal(hex(encodeFields(fieldsOf(request.body))), request.cbor, id);
      }
    }
  });

  it("understands every answer, and which of them are errors", () => {
    for (const { id, response } of MESSAGES) {
      const fields = decodeFields(bytes(response.cbor));
      assert.ok(fields !== undefined, id);
      assert.equal(errorIn(fields) !== undefined, id.startsWith("error/"), id);
      const isState = response.group === 1 && response.command === 0 && !id.startsWith("error/");
      if (isState) {
        const listed = response.body["images"] as unknown as { slot: number; version: string; active?: boolean }[];
        const slots = slotsIn(fields);
        assert.deepEqual(slots.map(({ slot, version }) => [slot, version]), listed.map((s) => [s.slot, s.version]), id);
        assert.deepEqual(slots.map(({ isActive }) => isActive), listed.map(({ active }) => active === true), id);
      }
    }
  });

  it("understands what the servers of the recorded sessions answered", () => {
    let count = 0;
    for (const name of readdirSync(new URL("transcripts/", FOLDER))) {
      const { exchanges } = read(`transcripts/${name}`) as { exchanges: { response_frame: string }[] };
      for (const { response_frame } of exchanges) {
        const frame = bytes(response_frame);
        const fields = decodeFields(frame.subarray(8));
        assert.ok(fields !== undefined, response_frame);
        if (errorIn(fields) !== undefined) {
          continue;
        }
        const [group, command, operation] = [frame[5], frame[7], (frame[0] ?? 0) % 8];
        if (group === 1 && command === 0) {
          assert.ok(slotsIn(fields).length <= 2);
          count++;
        } else if (group === 0 && command === 6 && operation === (SmpOperation.ReadResponse as number)) {
          assert.ok(bufferSizesIn(fields).bufferBytes > 0);
          count++;
        }
      }
    }
    assert.ok(count >= 10, `only ${count} answers were read`);
  });
});
