import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ResetCause } from "../../../core/boot/reset-cause";
import { RecordType } from "../../../core/journal/record";
import { viewRecord } from "../../../core/journal/record-view";
import type { BytePort } from "../../../tools/ports/byte-port";
import { createPortListeners } from "../../../tools/ports/listeners";
import { type DeviceSession, startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { hasHash, readSlots, testImage } from "../../../tools/smp/image-group";
import { grantedSets } from "../../../tools/smp/login";
import { readJournal, readStatus, readUploadStatus } from "../../../tools/smp/trialboot-group";
import { uploadImage } from "../../../tools/smp/upload";
import { type Client, managedBench, NEW, OLD, TECHNICIAN } from "../../bootloader/management-bench";
import { imageDigest, makeImage } from "../../support/images";
import { VECTORS } from "../run-main";

const IMAGE = makeImage(NEW);

/** A wire of whole frames to trialboot's own server. */
function portTo(server: Client): BytePort {
  const listeners = createPortListeners();
  return {
    kind: "udp",
    name: "own server",
    why: "a test",
    frameBytesMax: undefined,
    write: (frame) => {
      const answer = server.send(frame);
      server.workAll();
      if (answer !== undefined) {
        queueMicrotask(() => listeners.data(answer));
      }
      return Promise.resolve();
    },
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => {
      listeners.closed();
      return Promise.resolve();
    },
  };
}

const connect = (server: Client): Promise<DeviceSession> => startSession(portTo(server), "console", timeoutsFrom(1000));

async function upload({ client, frameBytesMax, windowFrames }: DeviceSession): Promise<void> {
  const sizes = { frameBytesMax, windowFrames, firstTimeoutMs: 1000, timeoutMs: 1000 };
  await uploadImage(client, { bytes: IMAGE, ...sizes, onProgress: () => undefined });
}

describe("the SMP client and trialboot's own server", () => {
  it("upload, test, trial, and read status and journal", async () => {
    const board = managedBench();
    const session = await connect(board.running().client);
    const { client, patience } = session;
    assert.deepEqual((await readSlots(client, patience)).map(({ version }) => version), [OLD.version]);
    await upload(session);
    assert.equal((await readUploadStatus(client, patience))?.reason, 0);
    const slots = await testImage(client, imageDigest(NEW), patience);
    assert.equal(slots.find((slot) => hasHash(slot, imageDigest(NEW)))?.isPending, true);

    const trial = await connect(board.running(ResetCause.Software).client);
    const status = await readStatus(trial.client, trial.patience);
    assert.deepEqual([status?.board, status?.isRecovery, status?.isTrial], ["bench", false, true]);
    const running = (await readSlots(trial.client, trial.patience)).find(({ isActive }) => isActive);
    assert.deepEqual([running?.slot, running?.isConfirmed], [0, false]);
    const { records } = await readJournal(trial.client, trial.patience);
    const types = records.map((record) => viewRecord(record).type);
    assert.ok(types.includes(RecordType.Installed) && types.includes(RecordType.TrialRequested), types.join());
  });

  it("log a technician in, who may not have been before", async () => {
    const board = managedBench();
    const { client, patience } = await connect(board.recovery().client);
    const key = createPrivateKey(readFileSync(join(VECTORS, `keys/TEST-ONLY-${TECHNICIAN}.private.pem`)));
    const answer = await grantedSets(client, key, 15, patience);
    assert.ok(answer.sets > 0 && answer.validSeconds > 0);
    assert.equal((await readStatus(client, patience))?.loginSets, answer.sets);
    const stranger = createPrivateKey(readFileSync(join(VECTORS, "keys/TEST-ONLY-sign-a.private.pem")));
    await assert.rejects(grantedSets(client, stranger, 15, patience), { exitCode: 31 });
  });
});
