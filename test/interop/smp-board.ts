/** A virtual board in real time for clients of other projects, with an ear at its wires. */

import assert from "node:assert/strict";
import { createConsoleReceiver } from "../../core/smp/console-framing";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { LiveBoard } from "../../sim/serve/live-board";
import { openPseudoTerminal } from "../../sim/serve/pseudo-terminal";
import { openDatagramServer } from "../../sim/serve/sockets";
import { loadBoard } from "../../tools/boards";
import { createHostHash } from "../../tools/host-hash";
import { createHostVerifier } from "../../tools/host-verifier";
import { reasonText } from "../../tools/reason-text";
import { decodeFields } from "../../tools/smp/cbor";
import { KEY } from "../sim/serve/served-bench";

const FRAME_BYTES_MAX = 4096;
const UPLOAD_ANSWER = { operation: 3, group: 1, command: 1 };

export class InteropBoard {
  readonly lines: string[] = [];
  /** What the board asked for in its answers to chunks of uploads, in order. */
  readonly offsets: number[] = [];
  /** Told of each of them before it leaves. */
  onOffset: ((offset: number) => void) | undefined;
  private waiting: (() => void)[] = [];

  private constructor(
    readonly live: LiveBoard,
    /** Where clients find it: the path of its pseudo terminal. */
    readonly pty: string,
    readonly udpPort: number,
    private readonly closers: readonly (() => void)[],
  ) {}

  /** @param udpPort 0: any that is free */
  static async open(factoryImage: Uint8Array, udpPort = 0): Promise<InteropBoard> {
    const codec = createPortableCodec();
    // The board is heard of when it is there: nothing happens before `act`.
    let self: InteropBoard | undefined = undefined as InteropBoard | undefined;
    const ear = createConsoleReceiver(FRAME_BYTES_MAX, 128, (frame) => self?.hear(frame), codec);
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
          ear.receive(bytes.slice());
          terminal.send(bytes);
        },
        sentDatagram: (bytes, peer) => {
          self?.hear(bytes);
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
    self = new InteropBoard(live, terminal.path, datagrams.port, closers);
    live.act();
    return self;
  }

  close(): void {
    this.closers.forEach((close) => close());
  }

  /** Power goes, and comes back by itself. */
  cutPower(): void {
    this.live.act((board) => board.cutPower());
  }

  count(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  /** Waits until the board has said this so often since it was made. */
  async said(text: string, times = 1, limitMs = 20_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.count(text) < times) {
      const leftMs = endMs - performance.now();
      assert.ok(leftMs > 0, `the board has not said "${text}" ${times} times:\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private happened(line: string): void {
    this.lines.push(line);
    this.waiting.splice(0).forEach((wake) => wake());
  }

  private hear(frame: Uint8Array): void {
    const { operation, group, command } = UPLOAD_ANSWER;
    const isUpload = (frame[0] ?? 0) % 8 === operation && frame[5] === group && frame[7] === command;
    const offset = isUpload ? decodeFields(frame.slice(8))?.get("off") : undefined;
    if (typeof offset === "number") {
      this.offsets.push(offset);
      this.onOffset?.(offset);
    }
  }
}
