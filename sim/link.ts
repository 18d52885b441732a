/** A wire that remembers what was sent on it, and when. */

import type { Link } from "../hal/link";
import type { VirtualClock } from "./clock";
import type { Life } from "./life";

/** One call of `send`. */
export interface SentBytes {
  /** Uptime of the processor when it sent. */
  readonly uptimeMs: number;
  readonly bytes: Uint8Array;
}

/** Bytes a link remembers for one boot; what is sent beyond is counted only. */
const REMEMBERED_BYTES_MAX = 1 << 20;

export class SimulatedLink implements Link {
  readonly name: string;
  /** What was sent since the processor started. */
  sent: SentBytes[] = [];
  /** All bytes sent since the processor started. */
  sentBytes = 0;
  private receivers: ((bytes: Uint8Array) => void)[] = [];

  constructor(
    name: string,
    private readonly clock: VirtualClock,
    private readonly life: Life,
  ) {
    this.name = name;
  }

  send(bytes: Uint8Array): void {
    this.life.check();
    this.sentBytes += bytes.length;
    if (this.sentBytes <= REMEMBERED_BYTES_MAX) {
      this.sent.push({ uptimeMs: Math.floor(this.clock.uptimeUs / 1000), bytes: bytes.slice() });
    }
  }

  onReceive(receiver: (bytes: Uint8Array) => void): void {
    this.life.check();
    this.receivers = [receiver];
  }

  /** Adds a receiver beside the one of `onReceive`: an application that listens too. */
  addReceiver(receiver: (bytes: Uint8Array) => void): void {
    this.receivers.push(receiver);
  }

  /** The far end sends: the bytes arrive after `delayMs`. Nobody listening: lost. */
  deliver(bytes: Uint8Array, delayMs = 0): void {
    this.clock.schedule(delayMs * 1000, () => this.receivers.forEach((receiver) => receiver(bytes)));
  }

  /** The processor starts. */
  begin(): void {
    this.sent = [];
    this.sentBytes = 0;
    this.receivers = [];
  }
}
