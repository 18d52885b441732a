/** Sending an image: chunks with a window, from wherever the device has got to, over a wire that loses things. */

import { createHash } from "node:crypto";
import { SMP_HEADER_BYTES, SmpOperation } from "../../core/smp/frame";
import { ImageCommand } from "../../core/smp/group-image";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { ConnectionEnded, isLinkError, linkError } from "../ports/link-error";
import { nonsense, uint } from "./answer";
import { type AnswerFields, encodeFields } from "./cbor";
import type { SmpClient, SmpRequest } from "./client";
import { Group } from "./groups";

/** The first chunk has to show the device a whole header (smp.md, section 5). */
const FIRST_CHUNK_BYTES_MIN = 32;
/** Chunks under way at once, whatever the device says of its buffers. */
const WINDOW_MAX = 8;
/** Losses in a row, without one byte of progress, that end an upload. */
const LOSSES_MAX = 5;
/** After this many losses in a row, chunks are halved: something on the way may not take long frames. */
const LOSSES_BEFORE_HALVING = 2;
/** A device may ask for bytes again; this many times the file, and it asks for ever. */
const REPEATS_MAX = 4;

export interface UploadOptions {
  readonly bytes: Uint8Array;
  /** Largest frame, header included. */
  readonly frameBytesMax: number;
  /** Chunks that may be under way at once. */
  readonly windowFrames: number;
  /** How long the device may take for the first chunk, since it may have to erase. */
  readonly firstTimeoutMs: number;
  readonly timeoutMs: number;
  /** @param doneBytes what the device has */
  onProgress(doneBytes: number): void;
}

export interface UploadResult {
  /** What the device had when the upload began; all of it if there was nothing to do. */
  readonly resumedAtBytes: number;
}

/** The request for one chunk; with offset 0 it names the file by length and digest. */
export function chunkRequest(file: Uint8Array, sha: Uint8Array, offset: number, lengthBytes: number): SmpRequest {
  const data = file.subarray(offset, offset + lengthBytes);
  const fields = offset === 0 ? { off: 0, data, len: file.length, sha } : { off: offset, data };
  return { operation: SmpOperation.Write, group: Group.Image, command: ImageCommand.Upload, fields };
}

/** Bytes of data that fit in a frame, at this offset of the file. 0 or less: none. */
export function chunkBytesMax(frameBytesMax: number, file: Uint8Array, sha: Uint8Array, offset: number): number {
  const room = frameBytesMax - SMP_HEADER_BYTES - encodeFields(chunkRequest(file, sha, offset, 0).fields).length;
  // The length of a byte string takes nothing beside its head up to 23 bytes, then 1, then 2.
  const lengthBytes = room <= 23 ? 0 : room <= 256 ? 1 : 2;
  return room - lengthBytes;
}

interface Chunk {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly done: Promise<ChunkEnd>;
}

interface ChunkEnd {
  readonly chunk: Chunk;
  /** `undefined`: no answer in time. */
  readonly answer: AnswerFields | undefined;
}

/** Whether something got lost on a wire that is still there. */
function isSilence(error: unknown): boolean {
  return isLinkError(error) && !(error instanceof ConnectionEnded);
}

class Upload {
  private readonly sha: Uint8Array;
  private readonly client: SmpClient;
  private readonly options: UploadOptions;
  private underWay: Chunk[] = [];
  /** What the device has. */
  private doneBytes = 0;
  /** Where the next chunk starts. */
  private nextBytes = 0;
  private sentBytes = 0;
  private lossesInARow = 0;
  private frameBytes: number;

  constructor(client: SmpClient, options: UploadOptions) {
    this.client = client;
    this.options = options;
    this.frameBytes = options.frameBytesMax;
    this.sha = new Uint8Array(createHash("sha256").update(options.bytes).digest());
  }

  async run(): Promise<UploadResult> {
    const totalBytes = this.options.bytes.length;
    const resumedAtBytes = await this.begin();
    while (this.doneBytes < totalBytes) {
      this.fill();
      // Whichever answers first: a later chunk's answer may tell that an earlier one got lost.
      const { chunk, answer } = await Promise.race(this.underWay.map(({ done }) => done));
      this.underWay = this.underWay.filter((other) => other !== chunk);
      if (answer === undefined) {
        this.lose();
      } else {
        await this.take(chunk, answer);
      }
    }
    return { resumedAtBytes };
  }

  /** Chunk 0 goes alone: its answer says where to go on. */
  private async begin(): Promise<number> {
    const { firstTimeoutMs } = this.options;
    for (let tries = 1; ; tries++) {
      const request = this.nextChunk(0);
      try {
        const answer = await this.client.request(request, { timeoutMs: firstTimeoutMs, tries: 1 });
        const offset = this.offsetIn(answer);
        this.goOn(offset);
        this.checkMatch(answer, offset);
        return offset <= request.fields.data.length ? 0 : offset;
      } catch (error) {
        if (!isSilence(error) || tries >= LOSSES_MAX) {
          throw error;
        }
        this.shrink(tries);
      }
    }
  }

  private nextChunk(offset: number): SmpRequest & { readonly fields: { readonly data: Uint8Array } } {
    const { bytes } = this.options;
    const lengthBytes = Math.min(chunkBytesMax(this.frameBytes, bytes, this.sha, offset), bytes.length - offset);
    if (lengthBytes < Math.min(offset === 0 ? FIRST_CHUNK_BYTES_MIN : 1, bytes.length - offset)) {
      throw linkError(
        `The device takes frames of ${this.frameBytes} bytes only, too few for an upload.`,
        "Update it over another transport.",
      );
    }
    this.sentBytes += lengthBytes;
    if (this.sentBytes > REPEATS_MAX * bytes.length + REPEATS_MAX * this.options.frameBytesMax) {
      throw linkError(
        "The device asks for the same bytes again and again.",
        "Its flash may be worn out, or another client may be uploading at the same time.",
      );
    }
    const request = chunkRequest(bytes, this.sha, offset, lengthBytes);
    return request as SmpRequest & { readonly fields: { readonly data: Uint8Array } };
  }

  private fill(): void {
    const { bytes, windowFrames, timeoutMs } = this.options;
    const window = Math.max(1, Math.min(windowFrames, WINDOW_MAX));
    while (this.underWay.length < window && this.nextBytes < bytes.length) {
      const startBytes = this.nextBytes;
      const request = this.nextChunk(startBytes);
      this.nextBytes += request.fields.data.length;
      const answer = this.client.request(request, { timeoutMs, tries: 1 });
      const chunk: Chunk = {
        startBytes,
        endBytes: this.nextBytes,
        done: this.settle(answer).then((settled) => ({ chunk, answer: settled })),
      };
      // The race may be over before this one fails.
      chunk.done.catch(() => undefined);
      this.underWay.push(chunk);
    }
  }

  /** Silence is a loss; everything else that goes wrong ends the upload. */
  private async settle(answer: Promise<AnswerFields>): Promise<AnswerFields | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (isSilence(error)) {
        return undefined;
      }
      throw error;
    }
  }

  private async take(chunk: Chunk, answer: AnswerFields): Promise<void> {
    const offset = this.offsetIn(answer);
    if (offset === 0) {
      // It knows nothing of this upload any more: it restarted, or the slot was erased.
      this.forget();
      await this.begin();
      return;
    }
    this.checkMatch(answer, offset);
    if (offset >= chunk.startBytes && offset > this.doneBytes) {
      this.lossesInARow = 0;
      const isWhole = offset >= chunk.endBytes;
      this.doneBytes = offset;
      this.underWay = this.underWay.filter(({ endBytes }) => endBytes > offset);
      this.nextBytes = isWhole ? Math.max(this.nextBytes, offset) : offset;
      if (!isWhole) {
        this.forget();
      }
      this.options.onProgress(offset);
    } else {
      this.lose(offset);
    }
  }

  /** Something did not arrive: everything from what the device has is sent again. */
  private lose(offset = this.doneBytes): void {
    this.lossesInARow++;
    if (this.lossesInARow > LOSSES_MAX) {
      throw linkError(
        `The device stopped taking the image at byte ${offset} of ${this.options.bytes.length}.`,
        "Check the cable or the distance, then run this again: it goes on where it stopped.",
      );
    }
    this.shrink(this.lossesInARow);
    this.forget();
    this.goOn(offset);
  }

  private shrink(losses: number): void {
    if (losses >= LOSSES_BEFORE_HALVING) {
      const { bytes } = this.options;
      const least = this.frameBytes - chunkBytesMax(this.frameBytes, bytes, this.sha, 0) + FIRST_CHUNK_BYTES_MIN;
      this.frameBytes = Math.min(this.frameBytes, Math.max(least, Math.floor(this.frameBytes / 2)));
    }
  }

  private forget(): void {
    this.underWay = [];
    this.client.forgetAll();
  }

  private goOn(offset: number): void {
    this.doneBytes = offset;
    this.nextBytes = offset;
    this.options.onProgress(offset);
  }

  private offsetIn(answer: AnswerFields): number {
    const offset = uint(answer, "off");
    if (offset > this.options.bytes.length) {
      throw nonsense(`it wants byte ${offset} of a file of ${this.options.bytes.length}`);
    }
    return offset;
  }

  private checkMatch(answer: AnswerFields, offset: number): void {
    if (offset === this.options.bytes.length && answer.get("match") === false) {
      throw new ToolError(
        ExitCode.DeviceRefused,
        "The device has received the file, and what it holds is not what was sent.",
        "Upload it again; if that fails in the same way, the board's flash is suspect.",
      );
    }
  }
}

/**
 * Sends a file into the device's free slot, going on where an earlier upload of the same file stopped.
 * Refuses: (link) the wire fails for good, or the device asks for ever; (refused) the device says no.
 */
export async function uploadImage(client: SmpClient, options: UploadOptions): Promise<UploadResult> {
  try {
    return await new Upload(client, options).run();
  } finally {
    client.forgetAll();
  }
}
