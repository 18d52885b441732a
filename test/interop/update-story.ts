/** What every client goes through on every board: an update, a bad image, a rollback, a power cut. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { TestImage } from "../sim/serve/served-bench";
import { scratchFolder } from "../tools/run-main";
import type { Finished, RealClient, Wire } from "./smp-clients";
import { start, versionOf } from "./smp-clients";
import type { UploadEar } from "./upload-ear";

export const STORY_IMAGES = ["old", "next", "broken", "changed"] as const;
/**
 * `old` is version 1.0.0; `next` is 2.0.0, long enough to be broken off; `broken` is 3.0.0 and dies at its first line;
 * `changed` is 9.0.0 with one bit of it changed.
 */
export type StoryImages = Readonly<Record<(typeof STORY_IMAGES)[number], TestImage>>;
type Name = (typeof STORY_IMAGES)[number];

export type StoryRecord = "install-begin" | "installed" | "confirmed" | "rejected";

/** A board with version 1.0.0 in it, and what the story has to know of it. */
export interface StoryBoard {
  /** Where clients find it: the path of its pseudo terminal, and its port of UDP. */
  readonly pty: string;
  readonly udpPort: number;
  readonly ear: UploadEar;
  /** Waits until a version has been started so often and serves clients: `2.0.0, on trial`. */
  serves(version: string, times?: number): Promise<void>;
  /** Such records in the journal, since the board was made. */
  count(record: StoryRecord): number;
  /** Waits for another one than were there at `before`. */
  journals(record: StoryRecord, before: number): Promise<void>;
  /** Waits until the board has refused an image for its digest. */
  refuses(): Promise<void>;
  /** Waits until all that was asked before is answered: a client may take such an answer for one to its own request. */
  settles(): Promise<void>;
  /** Power goes, and comes back. */
  cutPower(): Promise<void>;
  close(): Promise<void> | void;
  /** What it said, for people. */
  report(): string;
}

export interface StorySetting {
  readonly images: StoryImages;
  /** Whether the board answers later than clients expect, so that they are told to be patient. */
  readonly isSlow: boolean;
  /** A board of its own for each test. */
  readonly open: () => Promise<StoryBoard>;
}

/** @param setting known when the tests run */
export function describeStory(client: RealClient, wire: Wire, setting: () => StorySetting): void {
  describe(`${client.name} over ${wire}`, function () {
    this.timeout(300_000);
    const folder = scratchFolder();
    let images: StoryImages;
    let board: StoryBoard;

    before(function () {
      if (client.program === undefined) {
        process.stderr.write(`not run: ${client.name} is not installed (${client.from})\n`);
        this.skip();
      }
      if (wire === client.wires[0]) {
        process.stderr.write(`${client.name} says: ${versionOf(client)}\n`);
      }
      images = setting().images;
      for (const name of STORY_IMAGES) {
        writeFileSync(folder.path(`${name}.bin`), images[name].bytes);
      }
    });
    after(() => folder.remove());

    beforeEach(async () => {
      board = await setting().open();
      await board.serves("1.0.0, confirmed");
    });
    afterEach(() => board.close());

    function begin(argv: readonly string[]): ReturnType<typeof start> {
      const patience = setting().isSlow ? client.patience : [];
      const connection = client.connect(wire, board.pty, board.udpPort);
      return start(client.program ?? "", [...connection, ...patience, ...argv]);
    }

    async function run(argv: readonly string[]): Promise<Finished> {
      return await begin(argv).finished;
    }

    async function list(): Promise<string[]> {
      const { text } = await run(client.list);
      try {
        return client.slots(text);
      } catch {
        return assert.fail(`no list of images:\n${text}\n${board.report()}`);
      }
    }

    const file = (name: Name): string => folder.path(`${name}.bin`);
    const hash = (name: Name): string => Buffer.from(images[name].hash).toString("hex");

    /** Uploads to the end. Gives what the client said. */
    async function upload(name: Name): Promise<string> {
      const { exitCode, text } = await run(client.upload(file(name)));
      assert.equal(exitCode, 0, `${text}\n${board.report()}`);
      return text;
    }

    /** Uploads, and waits until the board has verified it. */
    async function install(name: Name): Promise<string> {
      const before = board.count("installed");
      const text = await upload(name);
      await board.journals("installed", before);
      return text;
    }

    /** Uploads, and is killed when the board has half of it. */
    async function uploadHalf(name: Name): Promise<void> {
      const { process, finished } = begin(client.upload(file(name)));
      board.ear.onOffset = (offset) => {
        if (offset > images[name].bytes.length / 2) {
          process.kill("SIGKILL");
        }
      };
      const { exitCode, text } = await finished;
      board.ear.onOffset = undefined;
      assert.equal(exitCode, null, text);
      await board.settles();
    }

    /** What the board asked for first, other than the beginning, in answers behind the first `known` ones. */
    const resumedAt = (known: number): number => board.ear.offsets.slice(known).find((offset) => offset > 0) ?? 0;

    it("updates: list, upload, kill, resume, test, reset, trial, confirm", async () => {
      const begun = board.count("install-begin");
      const confirmed = board.count("confirmed");
      assert.deepEqual(await list(), ["0 1.0.0 active confirmed"]);
      await uploadHalf("next");
      const known = board.ear.offsets.length;
      const text = await install("next");
      const resumed = board.ear.offsets.slice(known).join();
      assert.ok(resumedAt(known) > images.next.bytes.length / 2, `${resumed}\n${text}`);
      assert.equal(board.count("install-begin"), begun + 1, board.report());
      await run(client.test(hash("next")));
      assert.deepEqual(await list(), ["0 1.0.0 active confirmed", "1 2.0.0 pending"]);
      await run(client.reset);
      await board.serves("2.0.0, on trial");
      assert.deepEqual(await list(), ["0 2.0.0 active", "1 1.0.0 confirmed"]);
      await run(client.confirm(hash("next")));
      assert.deepEqual(await list(), ["0 2.0.0 active confirmed", "1 1.0.0"]);
      assert.equal(board.count("confirmed"), confirmed + 1, board.report());
    });

    it("is refused an image with one bit changed", async () => {
      const { process, finished } = begin(client.upload(file("changed")));
      await board.refuses();
      if (client.hangsAtRefusal) {
        process.kill("SIGKILL");
      }
      const { exitCode, text } = await finished;
      assert.ok(exitCode !== 0, text);
      assert.deepEqual(await list(), ["0 1.0.0 active confirmed"]);
    });

    it("sees the rollback of a version that dies", async () => {
      const rejected = board.count("rejected");
      await install("broken");
      await run(client.test(hash("broken")));
      await run(client.reset);
      await board.journals("rejected", rejected);
      await board.serves("1.0.0, confirmed", 2);
      assert.deepEqual(await list(), ["0 1.0.0 active confirmed", "1 3.0.0 refused"]);
    });

    it("goes on after a power cut of the device in the middle of an upload", async () => {
      let known = 0;
      const installed = board.count("installed");
      const first = begin(client.upload(file("next")));
      await new Promise<void>((resolve, reject) => {
        board.ear.onOffset = (offset) => {
          if (known === 0 && offset > images.next.bytes.length / 2) {
            known = board.ear.offsets.length;
            setImmediate(() => void board.cutPower().then(resolve, reject));
          }
        };
        first.finished.then(({ text }) => known === 0 && reject(new Error(text)), reject);
      });
      await first.finished;
      await board.settles();
      if (client.givesUpAtPowerCut) {
        await upload("next");
      }
      await board.journals("installed", installed);
      // What the journal had marked, an eighth of the file ago at most.
      assert.ok(resumedAt(known + 1) > images.next.bytes.length / 4, board.ear.offsets.slice(known).join());
      assert.deepEqual(await list(), ["0 1.0.0 active confirmed", "1 2.0.0"]);
    });
  });
}
