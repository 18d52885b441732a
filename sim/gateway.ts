/**
 * The far end of the wire: answers the node's reports, and brings it new versions through the door that the running
 * application got. It plays the update agent: what the board needs to know of an update, it asks the board's journal.
 */

import type { Handover, SlotWriter } from "../core/boot/handover";
import { RecordType } from "../core/journal/record";
import { viewRecord } from "../core/journal/record-view";
import { Reason } from "../core/reasons";
import type { Machine } from "./machine";

/** A version that the gateway wants the board to have. */
export interface Offer {
  /** As people write it. */
  readonly version: string;
  readonly image: Uint8Array;
  /** The first bytes of its digest in lower-case hex, as the boot info and the journal have them. */
  readonly digest: string;
}

export interface GatewayOptions {
  /** Bytes of the image in one message. */
  readonly chunkBytes: number;
  readonly chunkIntervalMs: number;
  /** How long a confirmed version has run before the gateway sends the next one. */
  readonly patienceMs: number;
  /** How often it looks at the wire and at the board. */
  readonly lookEveryMs: number;
  readonly reasonName: (reason: number) => string;
  /** Told what happens, in words, at an uptime of the board. */
  readonly tell?: ((atMs: number, text: string) => void) | undefined;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Digests of the images whose last word in the journal is that they were rejected. */
function rejectedDigests(door: Handover): Set<string> {
  const rejected = new Set<string>();
  door.readJournal((bytes) => {
    const record = viewRecord(bytes);
    if (record.type === RecordType.Rejected) {
      rejected.add(hex(record.digest));
    } else if (record.type === RecordType.Installed) {
      rejected.delete(hex(record.digest));
    }
  });
  return rejected;
}

/** 14,312 */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

export class Gateway {
  /** Digests of offers that the board confirmed or rejected: nobody sends those again. */
  private readonly settled = new Set<string>();
  private trialSeen = false;
  private confirmedAtMs = 0;
  private sending = false;
  private answers = 0;
  private seenOnWire = 0;

  constructor(
    private readonly machine: Machine,
    private readonly offers: readonly Offer[],
    private readonly options: GatewayOptions,
  ) {}

  /** Whether every offer is either confirmed or rejected, as far as the gateway has seen. */
  get done(): boolean {
    return this.offers.every((offer) => this.settled.has(offer.digest));
  }

  /** An application was started: from now on there is somebody to talk to, until the processor stops. */
  meet(door: Handover): void {
    this.trialSeen = door.info.trial;
    this.confirmedAtMs = 0;
    this.sending = false;
    this.answers = 0;
    this.seenOnWire = 0;
    this.after(this.options.lookEveryMs, () => this.look(door));
  }

  private after(delayMs: number, action: () => void): void {
    this.machine.clock.schedule(delayMs * 1000, action);
  }

  private tell(text: string): void {
    this.options.tell?.(Math.floor(this.machine.clock.uptimeUs / 1000), text);
  }

  private look(door: Handover): void {
    this.answer();
    if (this.trialSeen && !door.info.trial) {
      this.trialSeen = false;
      this.confirmedAtMs = door.uptimeMs();
      const { major, minor, revision } = door.info.version;
      this.tell(`${major}.${minor}.${revision} is healthy and confirms itself`);
    }
    if (!door.info.trial) {
      this.settled.add(hex(door.info.digest));
      const waited = door.uptimeMs() - this.confirmedAtMs >= this.options.patienceMs;
      if (waited && !this.sending && !this.done) {
        this.offerNext(door);
      }
    }
    this.after(this.options.lookEveryMs, () => this.look(door));
  }

  /** Every report of the node gets a short answer, which tells it that it can be reached. */
  private answer(): void {
    const { link } = this.machine;
    if (link.sent.length > this.seenOnWire) {
      const said = link.sent.slice(this.seenOnWire).map(({ bytes }) => Buffer.from(bytes).toString("latin1"));
      this.seenOnWire = link.sent.length;
      link.deliver(new Uint8Array(Buffer.from("ok\n", "latin1")));
      if (this.answers++ === 0) {
        this.tell(`the node reports "${said.join("").trim()}", the gateway answers`);
      }
    }
  }

  private offerNext(door: Handover): void {
    rejectedDigests(door).forEach((digest) => this.settled.add(digest));
    const offer = this.offers.find(({ digest }) => !this.settled.has(digest));
    if (offer === undefined) {
      return;
    }
    this.sending = true;
    const { image } = offer;
    const writer = door.openWriter();
    const chunks = Math.ceil(image.length / this.options.chunkBytes);
    this.tell(`the gateway sends version ${offer.version}, ${countText(image.length)} bytes, in ${chunks} chunks`);
    const reason = writer.begin(image.length);
    if (this.accepted(reason, "does not take it")) {
      this.after(this.options.chunkIntervalMs, () => this.send(writer, offer, 0));
    }
  }

  private accepted(reason: Reason, what: string): boolean {
    if (reason !== Reason.None) {
      this.tell(`the board ${what}: ${this.options.reasonName(reason)}`);
    }
    return reason === Reason.None;
  }

  private send(writer: SlotWriter, offer: Offer, sentBytes: number): void {
    const chunk = offer.image.subarray(sentBytes, sentBytes + this.options.chunkBytes);
    if (chunk.length === 0) {
      this.finish(writer);
    } else if (this.accepted(writer.write(chunk.slice()), "stops the transfer")) {
      this.after(this.options.chunkIntervalMs, () => this.send(writer, offer, sentBytes + chunk.length));
    }
  }

  private finish(writer: SlotWriter): void {
    if (!this.accepted(writer.finish(), "refuses the image")) {
      return;
    }
    if (this.accepted(writer.requestTrial(), "grants no trial")) {
      this.tell("digest and signature are right; the gateway asks for a trial and restarts the board");
      this.after(this.options.chunkIntervalMs, () => this.machine.hal.reset.reboot());
    }
  }
}
