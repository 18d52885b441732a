/** A served board whose clock is the one on the wall: what happens outside reaches it in real time. */

import type { DatagramPeer } from "./datagrams";
import { ServedBoard } from "./served-board";
import type { ServedBoardSetting } from "./served-board";

export interface LiveWatcher {
  sent(bytes: Uint8Array): void;
  sentDatagram(bytes: Uint8Array, peer: DatagramPeer): void;
  /** @param atUs time of the board's clock */
  happened(line: string, atUs: number): void;
  /** The board's software broke a rule of the chip, or the simulator has a defect. The board is dead. */
  failed(error: unknown): void;
}

interface Leaving {
  readonly atUs: number;
  send(): void;
}

/** The longest sleep between two looks: a timer may be late after a suspend of the host, and nothing else wakes it. */
const LOOK_MS_MAX = 1000;

export class LiveBoard {
  readonly board: ServedBoard;
  private readonly originMs = performance.now();
  /** Sent at a time of the board that is still to come, since writing to flash takes its time. */
  private leaving: Leaving[] = [];
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  /** @param speed virtual seconds in a real one */
  constructor(
    setting: ServedBoardSetting,
    private readonly speed: number,
    private readonly watcher: LiveWatcher,
  ) {
    this.board = new ServedBoard(setting, {
      sent: (bytes, atUs) => this.leaving.push({ atUs, send: () => watcher.sent(bytes) }),
      sentDatagram: (bytes, peer, atUs) => this.leaving.push({ atUs, send: () => watcher.sentDatagram(bytes, peer) }),
      happened: (line, atUs) => watcher.happened(line, atUs),
    });
  }

  /** Does something with the board at this moment of its time, and lets it go on. Does nothing after `end`. */
  act(action: (board: ServedBoard) => void = () => undefined): void {
    if (this.ended) {
      return;
    }
    try {
      this.board.runUntil(this.wallUs());
      action(this.board);
      this.board.runUntil(this.wallUs());
      this.flush();
      this.wait();
    } catch (error) {
      this.end();
      this.watcher.failed(error);
    }
  }

  /** Stands still from now on. */
  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.leaving = [];
  }

  private wallUs(): number {
    return (performance.now() - this.originMs) * 1000 * this.speed;
  }

  private flush(): void {
    const nowUs = this.wallUs();
    while (this.leaving.length > 0 && this.leaving[0].atUs <= nowUs) {
      this.leaving.shift()?.send();
    }
  }

  private wait(): void {
    clearTimeout(this.timer);
    const next = Math.min(this.board.nextUs ?? Infinity, this.leaving[0]?.atUs ?? Infinity);
    const delayMs = (next - this.wallUs()) / 1000 / this.speed;
    this.timer = setTimeout(() => this.act(), Math.min(LOOK_MS_MAX, Math.max(1, delayMs)));
  }
}
