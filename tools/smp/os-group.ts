/** Group 0 of SMP: the device itself. */

import { SmpOperation } from "../../core/smp/frame";
import { OsCommand } from "../../core/smp/group-os";
import { isLinkError } from "../ports/link-error";
import { uint } from "./answer";
import type { AnswerFields } from "./cbor";
import type { SmpClient, SmpRequest } from "./client";
import { Group } from "./groups";

/** What the device can take. */
export interface BufferSizes {
  /** Bytes of one receive buffer. */
  readonly bufferBytes: number;
  /** How many there are: frames that may be under way at once. */
  readonly bufferCount: number;
}

export function paramsRequest(): SmpRequest {
  return { operation: SmpOperation.Read, group: Group.Os, command: OsCommand.Params, fields: {} };
}

/** @param toRecovery whether it should come back in recovery */
export function resetRequest(toRecovery: boolean): SmpRequest {
  const fields = { boot_mode: toRecovery ? 1 : undefined };
  return { operation: SmpOperation.Write, group: Group.Os, command: OsCommand.Reset, fields };
}

/** Refuses (link) what is no answer to `paramsRequest`. */
export function bufferSizesIn(fields: AnswerFields): BufferSizes {
  return { bufferBytes: uint(fields, "buf_size"), bufferCount: uint(fields, "buf_count") };
}

/**
 * Restarts the device. It is asked once: the answer may get lost in the restart, and a second request would restart
 * it again. Whether it restarted shows when it is back.
 */
export async function resetDevice(client: SmpClient, toRecovery: boolean, timeoutMs: number): Promise<void> {
  await requestThatRestarts(client, resetRequest(toRecovery), timeoutMs);
}

/** Sends, once, what makes the device restart; silence is no failure. */
export async function requestThatRestarts(client: SmpClient, request: SmpRequest, timeoutMs: number): Promise<void> {
  try {
    await client.request(request, { timeoutMs, tries: 1 });
  } catch (error) {
    if (!isLinkError(error)) {
      throw error;
    }
  }
}
