import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { sampleText } from "../../tools/sim-bundles";
import { imageOf, type TestImage } from "../sim/serve/served-bench";
import { scratchFolder } from "../tools/run-main";
import { InteropBoard } from "./smp-board";
import type { Finished, RealClient, Wire } from "./smp-clients";
import { REAL_CLIENTS, start, versionOf } from "./smp-clients";

const THROWS = "function () { throw new Error('this version is broken'); }";
/** Bytes that make an upload long enough to be broken off. */
const PADDING = `// ${"x".repeat(96)}\n`.repeat(300);

const names = ["old", "next", "broken", "changed"] as const;
type Name = (typeof names)[number];

describe("real SMP clients and a virtual board", () => {
  const folder = scratchFolder();
  let images: Readonly<Record<Name, TestImage>>;
  let board: InteropBoard;

  before(async function () {
    this.timeout(120_000);
    const payload = `${await sampleText("espruino", "managed-node")}\n${PADDING}`;
    const next = imageOf(payload, "2.0.0");
    const bad = imageOf(payload, "9.0.0");
    const bytes = bad.bytes.slice();
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
    images = { old: imageOf(payload, "1.0.0"), next, broken: imageOf(THROWS, "3.0.0"), changed: { ...bad, bytes } };
    for (const name of names) {
      writeFileSync(folder.path(`${name}.bin`), images[name].bytes);
    }
  });
  after(() => folder.remove());
  /** One client at one wire. */
  class Hand {
    constructor(
      readonly client: RealClient,
      readonly wire: Wire,
    ) {}

    start(argv: readonly string[]): ReturnType<typeof start> {
      return start(this.client.program ?? "", [...this.client.connect(this.wire, board.pty, board.udpPort), ...argv]);
    }

    async run(argv: readonly string[]): Promise<Finished> {
      return await this.start(argv).finished;
    }

    async list(): Promise<string[]> {
      const { text } = await this.run(this.client.list);
      try {
        return this.client.slots(text);
      } catch {
        return assert.fail(`no list of images:\n${text}\n${board.lines.join("\n")}`);
      }
    }

    async upload(name: Name): Promise<Finished> {
      return await this.run(this.client.upload(folder.path(`${name}.bin`)));
    }

    async try(name: Name): Promise<void> {
      await this.run(this.client.test(Buffer.from(images[name].hash).toString("hex")));
    }

    /** Uploads, and is killed when the board has half of it. */
    async uploadHalf(name: Name): Promise<void> {
      const { process, finished } = this.start(this.client.upload(folder.path(`${name}.bin`)));
      board.onOffset = (offset) => {
        if (offset > images[name].bytes.length / 2) {
          process.kill("SIGKILL");
        }
      };
      const { exitCode, text } = await finished;
      board.onOffset = undefined;
      assert.equal(exitCode, null, text);
    }
  }

  /** What the board asked for first, other than the beginning, in answers behind the first `known` ones. */
  const resumedAt = (known: number): number => board.offsets.slice(known).find((offset) => offset > 0) ?? 0;

  for (const client of REAL_CLIENTS) {
    for (const wire of client.wires) {
      describe(`${client.name} over ${wire}`, function () {
        this.timeout(300_000);
        const hand = new Hand(client, wire);

        before(function () {
          if (client.program === undefined) {
            process.stderr.write(`not run: ${client.name} is not installed (${client.from})\n`);
            this.skip();
          }
          if (wire === client.wires[0]) {
            process.stderr.write(`${client.name} says: ${versionOf(client)}\n`);
          }
        });

        beforeEach(async () => {
          board = await InteropBoard.open(images.old.bytes, wire === "udp" ? client.udpPort : 0);
          await board.said("slot A starts");
        });
        afterEach(() => board.close());

        it("updates: list, upload, kill, resume, test, reset, trial, confirm", async () => {
          assert.deepEqual(await hand.list(), ["0 1.0.0 active confirmed"]);
          await hand.uploadHalf("next");
          const known = board.offsets.length;
          await hand.upload("next");
          assert.ok(resumedAt(known) > images.next.bytes.length / 2, board.offsets.slice(known).join());
          await board.said("journal: installed");
          assert.equal(board.count("journal: install-begin"), 1, board.lines.join("\n"));
          await hand.try("next");
          assert.deepEqual(await hand.list(), ["0 1.0.0 active confirmed", "1 2.0.0 pending"]);
          await hand.run(client.reset);
          await board.said("slot B starts: version 2.0.0, on trial");
          assert.deepEqual(await hand.list(), ["0 2.0.0 active", "1 1.0.0 confirmed"]);
          await hand.run(client.confirm(Buffer.from(images.next.hash).toString("hex")));
          assert.deepEqual(await hand.list(), ["0 2.0.0 active confirmed", "1 1.0.0"]);
          assert.equal(board.count("journal: confirmed"), 1);
        });

        it("is refused an image with one bit changed", async () => {
          const { process, finished } = hand.start(client.upload(folder.path("changed.bin")));
          await board.said("digest-mismatch", 1, 60_000);
          if (client.hangsAtRefusal) {
            process.kill("SIGKILL");
          }
          const { exitCode, text } = await finished;
          assert.ok(exitCode !== 0, text);
          assert.deepEqual(await hand.list(), ["0 1.0.0 active confirmed"]);
        });

        it("sees the rollback of a version that dies", async () => {
          await hand.upload("broken");
          await board.said("journal: installed");
          await hand.try("broken");
          await hand.run(client.reset);
          await board.said("journal: rejected");
          await board.said("slot A starts: version 1.0.0, confirmed", 2);
          assert.deepEqual(await hand.list(), ["0 1.0.0 active confirmed", "1 3.0.0 refused"]);
        });

        it("goes on after a power cut of the device in the middle of an upload", async () => {
          let known = 0;
          board.onOffset = (offset) => {
            if (known === 0 && offset > images.next.bytes.length / 2) {
              known = board.offsets.length;
              setImmediate(() => board.cutPower());
            }
          };
          const first = hand.start(client.upload(folder.path("next.bin")));
          await board.said("power-cut after");
          await board.said("the board starts: power-on", 2);
          await first.finished;
          if (client.givesUpAtPowerCut) {
            await hand.upload("next");
          }
          await board.said("journal: installed");
          // What the journal had marked, an eighth of the file ago at most.
          assert.ok(resumedAt(known + 1) > images.next.bytes.length / 4, board.offsets.slice(known).join());
          assert.deepEqual(await hand.list(), ["0 1.0.0 active confirmed", "1 2.0.0"]);
        });
      });
    }
  }
});
