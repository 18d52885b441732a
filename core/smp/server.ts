/**
 * An SMP server: a frame in, a frame out (docs/spec-smp.md). It knows no wire and no board; whoever has both hands it
 * frames, sends what it answers, and then lets it do what was put off.
 */

import { copyBytes, startsWith } from "../bytes";
import { REPEATED_REQUEST_BYTES_MAX, REPEATED_REQUEST_MS } from "../limits";
import type { CborFields } from "./cbor-reader";
import { readFields } from "./cbor-reader";
import { createCborWriter } from "./cbor-writer";
import { writeEntry } from "./entry";
import type { SmpContext } from "./errors";
import { hasRight, legacyError, SmpError } from "./errors";
import type { SmpHeader } from "./frame";
import { readHeader, SMP_HEADER_BYTES, SmpOperation, writeHeader } from "./frame";
import { handleImage } from "./group-image";
import { handleOs } from "./group-os";
import type { Management } from "./management";
import type { Transport } from "./policy";
import { Right } from "./policy";

const enum SmpGroupId {
  Os = 0,
  Image = 1,
  Files = 8,
  Own = 64,
}

const ERASE_COMMAND = 5;

export interface SmpServerOptions {
  /** By what the server is reached: what the policy goes by. */
  readonly transport: Transport;
}

export interface SmpServer {
  /**
   * Answers one request.
   *
   * @param frame one whole frame; strings of indefinite length in it are moved together
   * @returns a view of the answer, until the next call; `undefined` for what is dropped
   */
  handle(frame: Uint8Array): Uint8Array | undefined;
  /** One slice of what was put off; `true` if more is to be done soon. Call it when the answer has been sent. */
  work(): boolean;
  /** The client is gone: ends its login. */
  disconnect(): void;
}

function dispatch(context: SmpContext, request: SmpHeader, fields: CborFields | undefined): number {
  const group = request.group;
  if (fields === undefined) {
    return SmpError.Invalid;
  }
  if (group === SmpGroupId.Own || group === SmpGroupId.Files) {
    if (context.technician === undefined) {
      context.technician = context.management.loadTechnician();
    }
    return context.technician.answer(context, request, fields);
  }
  if (group > SmpGroupId.Image) {
    return SmpError.NotSupported;
  }
  if (request.operation === SmpOperation.Read && !hasRight(context, Right.Read)) {
    return SmpError.Denied;
  }
  return group === SmpGroupId.Os ? handleOs(context, request, fields) : handleImage(context, request, fields);
}

/** Puts the refusal in place of what was written. */
function writeError(context: SmpContext, request: SmpHeader, code: number): void {
  const writer = context.writer;
  const isOfGroup = code > SmpError.OfGroup;
  const groupCode = code - SmpError.OfGroup;
  writer.restart();
  writer.openMap();
  if (isOfGroup && request.version > 0) {
    writer.key("err");
    writer.openMap();
    writeEntry(writer, "group", request.group);
    writeEntry(writer, "rc", groupCode);
    writer.close();
  } else {
    writeEntry(writer, "rc", isOfGroup ? legacyError(request.group, groupCode) : code);
  }
  writer.close();
}

/** Whether a repetition has to get the same answer, because doing it twice is not the same as doing it once. */
function isRemembered(request: SmpHeader, frame: Uint8Array): boolean {
  const isErase = request.group === SmpGroupId.Image && request.command === ERASE_COMMAND;
  return request.operation === SmpOperation.Write && (isErase || request.group === SmpGroupId.Own) &&
    frame.length <= REPEATED_REQUEST_BYTES_MAX;
}

export type CreateServer = (this: void, management: Management, options: SmpServerOptions) => SmpServer;

/** @param options see SmpServerOptions; the largest frame is management's */
export function createSmpServer(management: Management, options: SmpServerOptions): SmpServer {
  const writer = createCborWriter(management.settings.frameBytes);
  const context: SmpContext = {
    management, writer, technician: undefined, grants: () => management.grants(options.transport),
  };
  let lastRequest: Uint8Array | undefined;
  let lastAnswer: Uint8Array | undefined;
  let lastMs = 0;

  return {
    handle(frame: Uint8Array): Uint8Array | undefined {
      const request = readHeader(frame);
      if (request === undefined) {
        return undefined;
      }
      const now = management.clock.uptimeMs();
      management.noteClient();
      // Some clients number their requests the same in every call: a later one that looks the same is another one.
      if (
        lastRequest !== undefined && now - lastMs < REPEATED_REQUEST_MS && frame.length === lastRequest.length &&
        startsWith(frame, lastRequest)
      ) {
        return lastAnswer;
      }
      lastMs = now;
      const isKept = isRemembered(request, frame);
      lastRequest = isKept ? copyBytes(frame, 0, frame.length) : undefined;
      writer.restart();
      writer.openMap();
      let code = dispatch(context, request, readFields(frame, SMP_HEADER_BYTES, frame.length));
      writer.close();
      if (code === SmpError.Ok && writer.overflowed()) {
        code = SmpError.TooLarge;
      }
      if (code !== SmpError.Ok) {
        writeError(context, request, code);
      }
      const answer = writer.frame();
      writeHeader(answer, request, answer.length - SMP_HEADER_BYTES);
      lastAnswer = isKept ? copyBytes(answer, 0, answer.length) : undefined;
      return answer;
    },
    work: () => management.work(),
    disconnect(): void {
      context.technician = undefined;
      lastRequest = undefined;
    },
  };
}
