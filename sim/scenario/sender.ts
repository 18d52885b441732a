/** Whoever sends images to a running board, over a link that drops and garbles. */

import type { Handover, SlotWriter } from "../../core/boot/handover";
import { Reason } from "../../core/reasons";
import { countText } from "../gateway";
import type { Machine } from "../machine";
import type { ImageFile } from "./images";
import type { InstallWish } from "./scenario";

const CHUNK_BYTES = 128;
const CHUNK_INTERVAL_MS = 50;
/** How often it asks again whether a trial is over. */
const LOOK_EVERY_MS = 500;
/** What stands on the line when it is disturbed. */
const GARBAGE = 0xa6;

export interface SenderOptions {
  readonly wish: InstallWish;
  readonly files: readonly ImageFile[];
  readonly reasonName: (reason: number) => string;
  /** Told what happens, at an uptime of the board. */
  readonly tell: (atMs: number, text: string) => void;
}

/** What a sender remembers while the board restarts. */
export interface SenderProgress {
  /** Number of the image that is to be sent. */
  position: number;
  begun: boolean;
  dropped: boolean;
  garbled: boolean;
  /** Reasons for which images were refused, by name. */
  refused: string[];
}

export class Sender {
  /** Whether what was sent of the running transfer is not what the file holds. */
  private spoilt = false;

  constructor(
    private readonly machine: Machine,
    private readonly options: SenderOptions,
    readonly progress: SenderProgress = { position: 0, begun: false, dropped: false, garbled: false, refused: [] },
  ) {}

  /** One that knows the same and forgets what it learns: for a rehearsal. */
  copy(machine: Machine): Sender {
    const { progress } = this;
    return new Sender(machine, this.options, { ...progress, refused: [...progress.refused] });
  }

  /** An application was started: from now on there is somebody to talk to. */
  meet(door: Handover): void {
    this.after(this.options.wish.afterMs, () => this.look(door));
  }

  private after(delayMs: number, action: () => void): void {
    this.machine.clock.schedule(delayMs * 1000, action);
  }

  private tell(text: string): void {
    this.options.tell(Math.floor(this.machine.clock.uptimeUs / 1000), text);
  }

  private look(door: Handover): void {
    this.skipRunning(door);
    if (this.progress.position >= this.options.files.length) {
      return;
    }
    if (door.info.trial && !this.options.wish.duringTrial) {
      this.after(LOOK_EVERY_MS, () => this.look(door));
      return;
    }
    this.begin(door);
  }

  /** A power cut may have come after the board's yes and before the sender heard it: the image runs already. */
  private skipRunning(door: Handover): void {
    const file = this.options.files[this.progress.position];
    const runs = file?.digest === Buffer.from(door.info.digest).toString("hex");
    if (this.progress.begun && runs) {
      this.progress.position++;
    }
  }

  private begin(door: Handover): void {
    const file = this.options.files[this.progress.position];
    const writer = door.openWriter();
    this.progress.begun = true;
    this.spoilt = false;
    this.tell(`sends ${file.name} (${file.version}), ${countText(file.bytes.length)} bytes`);
    if (this.accepted(door, writer.begin(file.bytes.length), "does not take it")) {
      this.after(CHUNK_INTERVAL_MS, () => this.send(door, writer, file, 0));
    }
  }

  private send(door: Handover, writer: SlotWriter, file: ImageFile, sentBytes: number): void {
    const { linkDrop, linkGarbage } = this.options.wish;
    const share = sentBytes / file.bytes.length;
    if (linkDrop !== undefined && !this.progress.dropped && share >= linkDrop.share) {
      this.progress.dropped = true;
      this.tell(`the link is down for ${linkDrop.forMs / 1000} s`);
      const goOn = (): void => this.send(door, writer, file, sentBytes);
      this.after(linkDrop.forMs, linkDrop.startsAgain ? () => this.begin(door) : goOn);
      return;
    }
    const chunk = file.bytes.slice(sentBytes, sentBytes + CHUNK_BYTES);
    if (chunk.length === 0) {
      this.finish(door, writer);
      return;
    }
    let arriving: Uint8Array = chunk;
    if (linkGarbage !== undefined && !this.progress.garbled && share >= linkGarbage.share) {
      this.progress.garbled = true;
      arriving = this.garble(chunk, linkGarbage.how);
    }
    const reason = arriving.length === 0 ? Reason.None : writer.write(arriving);
    if (this.accepted(door, reason, "stops the transfer")) {
      this.after(CHUNK_INTERVAL_MS, () => this.send(door, writer, file, sentBytes + chunk.length));
    }
  }

  private garble(chunk: Uint8Array, how: "changed" | "extra" | "lost"): Uint8Array {
    this.spoilt = true;
    this.tell(`${chunk.length} bytes are ${how === "extra" ? "put in" : how} on the link`);
    switch (how) {
      case "changed":
        return chunk.map((byte) => byte ^ GARBAGE);
      case "extra":
        return new Uint8Array([...chunk, ...chunk.map(() => GARBAGE)]);
      case "lost":
        return new Uint8Array(0);
    }
  }

  private finish(door: Handover, writer: SlotWriter): void {
    if (!this.accepted(door, writer.finish(), "refuses the image")) {
      return;
    }
    if (!this.accepted(door, writer.requestTrial(), "grants no trial")) {
      return;
    }
    this.progress.position++;
    if (this.progress.position < this.options.files.length) {
      this.after(CHUNK_INTERVAL_MS, () => this.begin(door));
    } else if (this.options.wish.restart) {
      this.tell("the image is right; asks for its trial and restarts the board");
      this.after(CHUNK_INTERVAL_MS, () => this.machine.hal.reset.reboot());
    } else {
      this.tell("the image is right; asks for its trial at the next start");
    }
  }

  /** A refusal of bytes that the link spoilt is answered by sending again, any other by going on. */
  private accepted(door: Handover, reason: Reason, what: string): boolean {
    if (reason === Reason.None) {
      return true;
    }
    const name = this.options.reasonName(reason);
    this.progress.refused.push(name);
    this.tell(`the board ${what}: ${name}`);
    if (!this.spoilt) {
      this.progress.position++;
    }
    if (this.progress.position < this.options.files.length) {
      this.after(CHUNK_INTERVAL_MS, () => this.begin(door));
    }
    return false;
  }
}
