/** A virtual board in real time for clients of other projects, with an ear at its wires. */

import assert from "node:assert/strict";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { LiveBoard } from "../../sim/serve/live-board";
import { openPseudoTerminal } from "../../sim/serve/pseudo-terminal";
import { openDatagramServer } from "../../sim/serve/sockets";
import { loadBoard } from "../../tools/boards";
import { createHostHash } from "../../tools/host-hash";
import { createHostVerifier } from "../../tools/host-verifier";
import { reasonText } from "../../tools/reason-text";
import { KEY } from "../sim/serve/served-bench";
import type { StoryBoard, StoryRecord } from "./update-story";
import { UploadEar } from "./upload-ear";

const WAIT_MS = 20_000;
const SPEAKS = "the board speaks";
/** A whole upload comes before it. */
const REFUSAL_MS = 60_000;

export class InteropBoard implements StoryBoard {
  readonly lines: string[] = [];
  private waiting: (() => void)[] = [];

  private constructor(
    readonly live: LiveBoard,
    /** Where clients find it: the path of its pseudo terminal. */
    readonly pty: string,
    readonly udpPort: number,
    readonly ear: UploadEar,
    private readonly closers: readonly (() => void)[],
  ) {}

  /** @param udpPort 0: any that is free */
  static async open(factoryImage: Uint8Array, udpPort = 0): Promise<InteropBoard> {
    const ear = new UploadEar();
    // The board is heard of when it is there: nothing happens before `act`.
    let self: InteropBoard | undefined = undefined as InteropBoard | undefined;
    const live = new LiveBoard(
      {
        board: loadBoard("esp32"),
        hash: createHostHash(),
        verifier: createRememberingVerifier(createHostVerifier()),
        reasonName: (reason) => reasonText(reason).name,
        trustedKeys: [KEY.trusted],
        hasNetwork: true,
      },
      1,
      {
        sent: (bytes) => {
          self?.speaks();
          ear.hearSerial(bytes);
          terminal.send(bytes);
        },
        sentDatagram: (bytes, peer) => {
          ear.hearFrame(bytes);
          datagrams.send(bytes, peer);
        },
        happened: (line) => self?.happened(line),
        failed: (error) => self?.happened(`the board failed: ${String(error)}`),
      },
    );
    const terminal = await openPseudoTerminal(
      "python3",
      (bytes) => live.act((board) => board.receive(bytes)),
      () => self?.happened("the pseudo terminal is gone"),
    );
    const datagrams = await openDatagramServer(udpPort, (bytes, peer) => {
      live.act((board) => board.receiveDatagram(bytes, peer));
    });
    live.board.provision(factoryImage);
    const closers = [() => live.end(), () => terminal.close(), () => datagrams.close()];
    self = new InteropBoard(live, terminal.path, datagrams.port, ear, closers);
    live.act();
    return self;
  }

  close(): void {
    this.closers.forEach((close) => close());
  }

  async cutPower(): Promise<void> {
    this.live.act((board) => board.cutPower());
    await this.said("power-cut after");
    await this.said("the board starts: power-on", 2);
  }

  async serves(version: string, times = 1): Promise<void> {
    const starts = `starts: version ${version}`;
    await this.said(starts, times);
    await this.until(() => this.lines.indexOf(SPEAKS, this.lines.findLastIndex((line) => line.includes(starts))) >= 0,
      `${SPEAKS} after it ${starts}`);
  }

  count(record: StoryRecord): number {
    return this.linesWith(`journal: ${record}`);
  }

  async journals(record: StoryRecord, before: number): Promise<void> {
    await this.said(`journal: ${record}`, before + 1);
  }

  async refuses(): Promise<void> {
    await this.said("digest-mismatch", 1, REFUSAL_MS);
  }

  /** It answers at once. */
  settles(): Promise<void> {
    return Promise.resolve();
  }

  report(): string {
    return this.lines.join("\n");
  }

  private linesWith(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  /** Waits until the board has said this so often since it was made. */
  private async said(text: string, times = 1, limitMs = WAIT_MS): Promise<void> {
    await this.until(() => this.linesWith(text) >= times, `"${text}" ${times} times`, limitMs);
  }

  private async until(isSo: () => boolean, what: string, limitMs = WAIT_MS): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (!isSo()) {
      const leftMs = endMs - performance.now();
      assert.ok(leftMs > 0, `the board has not said ${what}:\n${this.report()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The first word on the serial wire since a start: the newline with which serving begins. */
  private speaks(): void {
    const started = this.lines.findLastIndex((line) => line.startsWith("the board starts"));
    if (!this.lines.includes(SPEAKS, started + 1)) {
      this.happened(SPEAKS);
    }
  }

  private happened(line: string): void {
    this.lines.push(line);
    this.waiting.splice(0).forEach((wake) => wake());
  }
}
