/** A connection to a device: the port, the version of SMP it speaks, and what it can take at once. */

import type { BytePort } from "../ports/byte-port";
import { isLinkError } from "../ports/link-error";
import { createSmpClient, type Patience, type SmpClient } from "./client";
import { DeviceError } from "./device-error";
import { SmpCode } from "./groups";
import { createLink, type SerialFraming } from "./link";
import { type BufferSizes, bufferSizesIn, paramsRequest } from "./os-group";

/** Time-outs of a session, all from one number. */
export interface Timeouts {
  /** For one answer. */
  readonly answerMs: number;
  /** For an answer that the device may have to erase flash for. */
  readonly slowAnswerMs: number;
  /** Between two looks at a device that is expected to change. */
  readonly pollMs: number;
}

export interface DeviceSession {
  readonly port: BytePort;
  readonly client: SmpClient;
  /** Largest frame that the device takes over this link, header included. */
  readonly frameBytesMax: number;
  /** Frames that may be under way at once. */
  readonly windowFrames: number;
  readonly timeouts: Timeouts;
  /** For everything that may be sent again. */
  readonly patience: Patience;
  /** For what may take as long as erasing a slot. */
  readonly slowPatience: Patience;
  close(): Promise<void>;
}

/** Of the time-out for one answer: clients wait 2.5 s for an answer and 40 s for the first of an upload. */
const SLOW_FACTOR = 16;
const POLL_FRACTION = 5;
/** Sendings of a request that may get lost. */
const TRIES = 3;
/** A device that does not tell its buffers: the smallest that recovery loaders have had is 512 with the framing. */
const SIZES_DEFAULT: BufferSizes = { bufferBytes: 384, bufferCount: 1 };
/** The smallest frame that can carry the first chunk of an upload. */
const FRAME_BYTES_MIN = 128;
/** Version fields in the order in which they are tried: SMP 2, again in case it got lost, SMP 1. */
const VERSIONS: readonly number[] = [1, 1, 0];

export function timeoutsFrom(answerMs: number): Timeouts {
  return { answerMs, slowAnswerMs: answerMs * SLOW_FACTOR, pollMs: Math.max(1, answerMs / POLL_FRACTION) };
}

/** Whether the answer may mean that the device does not know this version of the protocol. */
function mayMeanVersion(error: unknown): boolean {
  if (!(error instanceof DeviceError) || error.group !== undefined) {
    return false;
  }
  return [SmpCode.NotSupported, SmpCode.VersionTooNew, SmpCode.VersionTooOld].includes(error.code);
}

/** Finds the version, and asks for the buffers with it. Leaves `client.version` at the one that the device takes. */
async function negotiate(client: SmpClient, timeoutMs: number): Promise<BufferSizes> {
  let refusedVersion: number | undefined;
  let silence: unknown;
  for (const version of VERSIONS) {
    if (refusedVersion === version) {
      continue;
    }
    client.version = version;
    try {
      return bufferSizesIn(await client.request(paramsRequest(), { timeoutMs, tries: 1 }));
    } catch (error) {
      if (mayMeanVersion(error)) {
        refusedVersion ??= version;
      } else if (isLinkError(error)) {
        silence = error;
      } else {
        throw error;
      }
    }
  }
  if (refusedVersion === undefined) {
    throw silence;
  }
  // It answers, only not to this question: small recovery loaders do.
  client.version = refusedVersion;
  return SIZES_DEFAULT;
}

/**
 * Talks to the device at an open port for the first time.
 * Refuses (link) if nobody answers there; the port is closed then.
 */
export async function startSession(
  port: BytePort,
  framing: SerialFraming,
  timeouts: Timeouts,
): Promise<DeviceSession> {
  const link = createLink(port, framing);
  const client = createSmpClient(link);
  try {
    const { bufferBytes, bufferCount } = await negotiate(client, timeouts.answerMs);
    return {
      port,
      client,
      frameBytesMax: Math.max(FRAME_BYTES_MIN, link.frameBytesMax(bufferBytes)),
      windowFrames: bufferCount,
      timeouts,
      patience: { timeoutMs: timeouts.answerMs, tries: TRIES },
      slowPatience: { timeoutMs: timeouts.slowAnswerMs, tries: TRIES },
      close: () => port.close(),
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}
