import assert from "node:assert/strict";
import { decode, encode } from "cborg";
import { Reason } from "../../../core/reasons";
import { Transport } from "../../../core/smp/policy";
import type { SmpServer } from "../../../core/smp/server";
import { createSmpServer } from "../../../core/smp/server";
import type { FakeManagement } from "./fake-management";
import { createFakeManagement, sha256 } from "./fake-management";
import type { Json } from "./smp-vectors";
import { fromHex, readExchanges, readItems, TRANSCRIPTS } from "./smp-vectors";

interface Board {
  readonly board: FakeManagement;
  readonly server: SmpServer;
}

function setUp(): Board {
  const board = createFakeManagement();
  return { board, server: createSmpServer(board, { transport: Transport.Serial }) };
}

type Body = Record<string, unknown>;

/** Header without length, and the decoded body. */
function parts(frame: Uint8Array | undefined): { head: number[]; body: Body } {
  assert.ok(frame !== undefined, "no answer");
  assert.equal(frame[2] * 256 + frame[3], frame.length - 8);
  return { head: [frame[0], frame[1], ...frame.subarray(4, 8)], body: decode(frame.subarray(8)) as Body };
}

/** The recorded form of a body as cborg would give it. */
function plain(value: Json): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const bytes = value.$bytes;
  return typeof bytes === "string"
    ? fromHex(bytes)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Without flags that are false and without the number of the only image: both may be left out. */
function shortened(value: unknown): unknown {
  const images = (value as { images?: Body[] }).images;
  return images === undefined
    ? value
    : {
      images: images.map((entry) => Object.fromEntries(
        Object.entries(entry).filter(([key, flag]) => key !== "image" && flag !== false),
      )),
    };
}

function isSupported(group: number, command: number, op: number): boolean {
  const commands: Record<number, number[]> = { 0: [0, 5, 6, 7, 8], 1: [0, 1, 5, 6] };
  return (commands[group] ?? []).includes(command) && !(group === 1 && command === 5) && op <= 2;
}

/** What of the recorded answers depends on the device, and what this one says. */
function expected(group: number, command: number, recorded: Body): unknown {
  if (group === 0 && command === 6) {
    return { buf_size: 2048, buf_count: 1 };
  }
  if (group === 0 && command === 8 && "mode" in recorded) {
    return { mode: 3 };
  }
  return shortened(recorded);
}

describe("an SMP server and the sessions of real clients", () => {
  for (const name of TRANSCRIPTS) {
    it(`answers what the recorded server did, for the commands it has: ${name}`, () => {
      const { board, server } = setUp();
      let compared = 0;
      for (const exchange of readExchanges(name)) {
        const request = fromHex(exchange.request_frame);
        const [op, group, command] = [request[0] % 8, request[4] * 256 + request[5], request[7]];
        // Another request in between: this one is no repetition.
        board.nowMs += 20000;
        const { head, body } = parts(server.handle(request.slice()));
        assert.deepEqual(head, [request[0] + 1, 0, ...request.subarray(4, 8)]);
        if (isSupported(group, command, op) && command !== 7) {
          const recorded = parts(fromHex(exchange.response_frame!)).body;
          assert.deepEqual(shortened(body), expected(group, command, recorded), exchange.request_frame);
          compared++;
        } else if (command === 7 && group === 0) {
          assert.match(body.output as string, /^trialboot/);
        } else {
          const isDenied = group === 1 || group === 8 && op === 0;
          assert.deepEqual(body, { rc: isDenied ? 11 : 8 }, `${group}/${command}`);
        }
      }
      assert.ok(compared >= 10, `${compared}`);
    });
  }
});

/** Puts the board where a recorded message of this name is answered as recorded; `false`: it cannot be there. */
function prepare(id: string, { board, server }: Board): boolean {
  const byId = new Map(readItems("messages").map((item) => [item.id, item]));
  const send = (earlier: string): void => void server.handle(fromHex(byId.get(earlier)!.request.frame));
  const name = id.replace(/\/v[12]$/, "");
  if (/image\/(test|confirm-hash)$/.test(name) || name === "image/state-read-two") {
    send("image/upload-first/v2");
    send("image/upload-second/v2");
    send("image/upload-last/v1");
  } else if (/upload-(second|legacy-rc0)|upload-resume|wrong-offset/.test(name)) {
    send("image/upload-first/v2");
    if (/resume|wrong/.test(name)) {
      send("image/upload-second/v2");
    }
  } else if (name === "image/upload-last") {
    send("image/upload-first/v2");
    send("image/upload-second/v2");
  } else if (name === "image/state-read-none") {
    board.slots[0] = undefined;
  }
  const other = /state-read-two|confirm-running|match-false|legacy-rc0|os\/info|os\/params/;
  return !other.test(name);
}

describe("an SMP server and the recorded messages", () => {
  const items = readItems("messages").filter(({ request }) => isSupported(request.group, request.command, request.op));

  for (const { id, request, response } of items.filter((item) => !item.id.startsWith("error/"))) {
    it(`answers ${id}`, () => {
      const board = setUp();
      const isComparable = prepare(id, board);
      const { head, body } = parts(board.server.handle(fromHex(request.frame)));
      const recorded = fromHex(response.frame);
      assert.deepEqual(head, [recorded[0], 0, ...recorded.subarray(4, 8)]);
      assert.equal("rc" in body || "err" in body, false);
      if (isComparable) {
        assert.deepEqual(shortened(body), shortened(plain(response.body)));
      }
    });
  }

  const refusals: [string, Reason][] = [
    ["error/image/upload-too-large/", Reason.ImageTooLarge],
    ["error/image/upload-downgrade-refused/", Reason.VersionNotNewer],
  ];
  for (const { id, request, response } of items.filter((item) => item.id.startsWith("error/"))) {
    it(`refuses ${id}`, () => {
      const { board, server } = setUp();
      board.refusal = refusals.find(([start]) => id.startsWith(start))?.[1] ?? Reason.None;
      board.busy = id.includes("busy");
      if (id.includes("denied")) {
        board.grants = () => ({ rights: 1, sets: 0 });
      }
      assert.deepEqual(parts(server.handle(fromHex(request.frame))).body, plain(response.body));
    });
  }

  it("answers every other group and command with rc 8, in both versions", () => {
    const others = readItems("messages").filter(({ request }) =>
      !isSupported(request.group, request.command, request.op) && request.group !== 8 && request.group !== 1);
    assert.ok(others.length > 20);
    for (const { id, request } of others) {
      assert.deepEqual(parts(setUp().server.handle(fromHex(request.frame))).body, { rc: 8 }, id);
    }
  });
});

describe("an SMP server and requests that are odd", () => {
  for (const { id, frame } of readItems("quirks")) {
    it(`answers ${id}`, () => {
      const { board, server } = setUp();
      const { body } = parts(server.handle(fromHex(frame)));
      const expectations: Record<string, unknown> = {
        "zero-length-reset": {}, "force-bool-true": {}, "boot-mode-1": {}, "console-echo-control": { rc: 8 },
        "confirm-hash-first-map-order": { rc: 5 }, "indefinite-map-upload": { off: 40 }, "short-sha": { off: 32 },
        "duplicate-offset": { off: 64 }, "indefinite-bytes-data": { off: 0 }, "image-on-every-chunk": { off: 0 },
        "non-minimal-int": { off: 0 },
      };
      if (id === "zero-length-state-read") {
        assert.equal((body.images as unknown[]).length, 1);
      } else {
        assert.deepEqual(body, expectations[id] ?? assert.fail(`no expectation of ${id}`));
      }
      assert.deepEqual(board.restarts, id === "boot-mode-1" ? [true] : /reset|force/.test(id) ? [false] : []);
    });
  }

  for (const { id, frame, expect } of readItems("malformed")) {
    it(`survives ${id}: ${expect}`, () => {
      const { server } = setUp();
      const answer = server.handle(fromHex(frame));
      if (answer === undefined) {
        assert.match(expect, /drop/);
      } else {
        const { body } = parts(answer);
        assert.notEqual(expect, "drop");
        if (expect.startsWith("rc ")) {
          assert.deepEqual(body, { rc: parseInt(expect.slice(3), 10) });
        }
      }
      assert.deepEqual(parts(server.handle(fromHex("0200000900000100a161646568656c6c6f"))).body, { r: "hello" });
    });
  }
});

function ask(server: SmpServer, op: number, group: number, command: number, body: Body, version = 1): Body {
  const bytes = encode(body);
  const head = [version * 8 + op, 0, bytes.length >> 8, bytes.length & 255, group >> 8, group & 255, 1, command];
  return parts(server.handle(Uint8Array.of(...head, ...bytes))).body;
}

describe("an SMP server", () => {
  it("says that an answer does not fit", () => {
    const server = createSmpServer(createFakeManagement(64), { transport: Transport.Serial });
    assert.deepEqual(ask(server, 2, 0, 0, { d: "x".repeat(60) }), { rc: 7 });
    assert.deepEqual(ask(server, 0, 1, 0, {}), { rc: 7 });
  });

  it("refuses wrong types of known fields in the form of each version", () => {
    const { server } = setUp();
    for (const version of [0, 1]) {
      assert.deepEqual(ask(server, 2, 1, 0, { hash: "text" }, version), { rc: 3 });
      assert.deepEqual(ask(server, 2, 1, 1, { off: 0, len: 40, data: "text" }, version), { rc: 3 });
      assert.deepEqual(ask(server, 2, 0, 5, { boot_mode: 7 }, version), { rc: 3 });
      const login = { key: new Uint8Array(7), sig: new Uint8Array(64), set: 1 };
      assert.deepEqual(ask(server, 2, 64, 2, login, version), { rc: 3 });
    }
  });

  it("repeats the answer to a repeated erase for a moment only", () => {
    const { board, server } = setUp();
    ask(server, 0, 64, 1, {});
    ask(server, 2, 64, 2, { key: new Uint8Array(8), sig: new Uint8Array(64), set: 1 });
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(ask(server, 2, 1, 5, {}), {});
    }
    assert.deepEqual(board.done, ["erase"]);
    board.nowMs += 20000;
    assert.deepEqual(ask(server, 2, 1, 5, {}), {});
    assert.deepEqual(board.done, ["erase", "erase"]);
  });

  it("takes the free slot whichever image a client names, up to 2", () => {
    const { server } = setUp();
    const first = { off: 0, len: 100, data: new Uint8Array(32) };
    for (const image of [0, 1, 2]) {
      assert.deepEqual(ask(server, 2, 1, 1, { ...first, image }), { off: 32 });
    }
    assert.deepEqual(ask(server, 2, 1, 1, { ...first, image: 3 }), { err: { group: 1, rc: 14 } });
  });

  it("denies a test of the image that runs, and knows digests it does not have", () => {
    const { server } = setUp();
    assert.deepEqual(ask(server, 2, 1, 0, { hash: sha256("one") }), { err: { group: 1, rc: 33 } });
    assert.deepEqual(ask(server, 2, 1, 0, { hash: sha256("two") }), { err: { group: 1, rc: 8 } });
    assert.deepEqual(ask(server, 2, 1, 0, { hash: sha256("two") }, 0), { rc: 5 });
    assert.deepEqual(ask(server, 2, 1, 0, {}), { rc: 3 });
  });
});
