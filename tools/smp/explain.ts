/** What a trialboot device adds to a refusal: the reason, from its own group and from its journal. */

import { RecordType } from "../../core/journal/record";
import { viewRecord } from "../../core/journal/record-view";
import { Reason } from "../../core/reasons";
import { UploadPhase } from "../../core/smp/management";
import type { ToolError } from "../errors";
import { isLinkError } from "../ports/link-error";
import { DeviceError } from "./device-error";
import type { DeviceSession } from "./device-session";
import { readJournal, readUploadStatus } from "./trialboot-group";
import { reasonError } from "./update-image";

/** Of a digest, in a journal record. */
const RECORD_DIGEST_BYTES = 12;

/** The reason of the last upload's refusal, as an error with its exit code; `error` itself where there is none. */
export async function explainRefusal(session: DeviceSession, error: unknown): Promise<unknown> {
  if (!(error instanceof DeviceError)) {
    return error;
  }
  const refusal = await orNothing(uploadRefusal(session));
  return refusal ?? error;
}

/** Why the device refused what was uploaded; `undefined` if it did not, or does not tell. */
export async function uploadRefusal(session: DeviceSession): Promise<ToolError | undefined> {
  const status = await readUploadStatus(session.client, session.patience);
  if (status?.phase !== UploadPhase.Refused || status.reason === (Reason.None as number)) {
    return undefined;
  }
  return reasonError(status.reason, "The device refused the image.");
}

/** Why the device gave this image up, by its journal; 0 if it does not tell. */
export async function rejectionReason(session: DeviceSession, hash: Uint8Array): Promise<number> {
  const journal = await orNothing(readJournal(session.client, session.patience));
  const name = Buffer.from(hash).subarray(0, RECORD_DIGEST_BYTES);
  const rejected = journal?.records
    .map(viewRecord)
    .findLast(({ type, digest }) => type === RecordType.Rejected && name.equals(digest));
  return rejected?.detail ?? Reason.None;
}

/** What only explains must not hide what went wrong. */
async function orNothing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DeviceError || isLinkError(error)) {
      return undefined;
    }
    throw error;
  }
}
