/** Our own client against the real Espruino: a session, and the steps of an update. */

import { openPort } from "../../../tools/ports/open-port";
import type { DeviceSession } from "../../../tools/smp/device-session";
import { startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import type { ImageSlot } from "../../../tools/smp/image-group";
import { readSlots } from "../../../tools/smp/image-group";
import type { UploadResult } from "../../../tools/smp/upload";
import { uploadImage } from "../../../tools/smp/upload";

/** The interpreter looks at its wires every 50 ms, and other work goes on on this machine. */
const ANSWER_MS = 3000;
const BAUD = 115_200;
const PORT_TIMEOUT_MS = 5000;

/** @param port as behind `--port` */
export async function openSession(port: string, answerMs = ANSWER_MS): Promise<DeviceSession> {
  const bytes = await openPort(port, { baudRate: BAUD, timeoutMs: PORT_TIMEOUT_MS });
  return startSession(bytes, "console", timeoutsFrom(answerMs));
}

export function upload(
  session: DeviceSession, bytes: Uint8Array, onProgress: (doneBytes: number) => void = () => undefined,
): Promise<UploadResult> {
  const { client, frameBytesMax, windowFrames, timeouts } = session;
  return uploadImage(client, {
    bytes, frameBytesMax, windowFrames, firstTimeoutMs: timeouts.slowAnswerMs, timeoutMs: timeouts.answerMs, onProgress,
  });
}

/** `1 2.0.0 pending`, slot by slot. */
export async function slotTexts(session: DeviceSession): Promise<string[]> {
  return (await readSlots(session.client, session.patience)).map((slot) => slotText(slot));
}

function slotText({ slot, version, isActive, isConfirmed, isPending, isBootable }: ImageSlot): string {
  const flags = [
    ...(isActive ? ["active"] : []), ...(isConfirmed ? ["confirmed"] : []), ...(isPending ? ["pending"] : []),
    ...(isBootable ? [] : ["refused"]),
  ];
  return [slot, version, ...flags].join(" ");
}

/** The digest by which clients name the image in a slot. */
export async function digestIn(session: DeviceSession, wanted: number): Promise<Uint8Array> {
  const found = (await readSlots(session.client, session.patience)).find(({ slot }) => slot === wanted);
  if (found?.hash === undefined) {
    throw new Error(`there is no image in slot ${wanted}`);
  }
  return found.hash;
}
