/** An ear at a wire: what a board asks for while an image is uploaded, whoever uploads. */

import type { ConsoleReceiver } from "../../core/smp/console-framing";
import { createConsoleReceiver } from "../../core/smp/console-framing";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { decodeFields } from "../../tools/smp/cbor";

const FRAME_BYTES_MAX = 4096;
const LINE_BYTES_MAX = 128;
const UPLOAD_ANSWER = { operation: 3, group: 1, command: 1 };

export class UploadEar {
  /** What the board asked for in its answers to chunks of uploads, in order. */
  readonly offsets: number[] = [];
  /** Told of each of them. */
  onOffset: ((offset: number) => void) | undefined;
  private readonly lines: ConsoleReceiver = createConsoleReceiver(
    FRAME_BYTES_MAX, LINE_BYTES_MAX, (frame) => this.hearFrame(frame), createPortableCodec());

  /** What the board sends over a serial wire, in pieces of any size. */
  hearSerial(bytes: Uint8Array): void {
    this.lines.receive(bytes.slice());
  }

  /** One answer. */
  hearFrame(frame: Uint8Array): void {
    const { operation, group, command } = UPLOAD_ANSWER;
    const isUpload = (frame[0] ?? 0) % 8 === operation && frame[5] === group && frame[7] === command;
    const offset = isUpload ? decodeFields(frame.slice(8))?.get("off") : undefined;
    if (typeof offset === "number") {
      this.offsets.push(offset);
      this.onOffset?.(offset);
    }
  }
}
