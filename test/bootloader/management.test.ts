import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { UploadPhase } from "../../core/smp/management";
import { imageDigest, makeImage, padded } from "../support/images";
import { managedBench, managedConfig, NEW, OLD, Op, resetsSoon, sha256 } from "./management-bench";

const IMAGE = makeImage(NEW);

describe("management of a running application", () => {
  it("updates: list, upload, test, restart, trial, confirm", () => {
    const board = managedBench();
    const { start, client } = board.running();
    assert.deepEqual(client.flags(), ["0 1.2.3 active confirmed bootable"]);
    assert.deepEqual(client.upload(IMAGE), { off: IMAGE.length, match: true });
    assert.deepEqual(client.flags(), ["0 1.2.3 active confirmed bootable", "1 2.0.5.7 bootable"]);
    const [, entry] = client.list();
    assert.deepEqual(entry.hash, imageDigest(NEW));
    client.request(Op.Write, 1, 0, { hash: entry.hash });
    assert.deepEqual(client.flags(), ["0 1.2.3 active confirmed bootable", "1 2.0.5.7 pending bootable"]);
    assert.deepEqual(client.request(Op.Write, 0, 5), {});
    assert.equal(resetsSoon(start, client), true);
    const trial = board.running(ResetCause.Software);
    assert.equal(trial.start.slot, Slot.B);
    assert.deepEqual(trial.client.flags(), ["0 2.0.5.7 active bootable", "1 1.2.3 confirmed bootable"]);
    assert.equal(trial.client.status().trial, true);
    trial.client.request(Op.Write, 1, 0, { confirm: true });
    assert.deepEqual(trial.client.flags(), ["0 2.0.5.7 active confirmed bootable", "1 1.2.3 bootable"]);
    assert.equal(board.bench.state().active, Slot.B);
  });

  it("rolls back a trial that is restarted without a confirmation, and lists the image as one that failed", () => {
    const board = managedBench();
    const first = board.running();
    first.client.upload(IMAGE);
    first.client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    const trial = board.running(ResetCause.Software);
    trial.client.request(Op.Write, 0, 5);
    assert.equal(resetsSoon(trial.start, trial.client), true);
    const after = board.running(ResetCause.Software);
    assert.deepEqual(after.client.flags(), ["0 1.2.3 active confirmed bootable", "1 2.0.5.7"]);
    assert.deepEqual(after.client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) }), { err: { group: 1, rc: 32 } });
    after.client.version = 0;
    assert.deepEqual(after.client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) }), { rc: 6 });
    // Installed again, it may be tried again.
    after.client.upload(IMAGE);
    assert.deepEqual(after.client.flags()[1], "1 2.0.5.7 bootable");
  });

  it("takes confirm of an image that never ran as a trial, and says permanent, also after a restart", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    client.request(Op.Write, 1, 0, { hash: imageDigest(NEW), confirm: true });
    assert.deepEqual(client.flags()[1], "1 2.0.5.7 pending permanent bootable");
    const recovery = board.recovery();
    assert.deepEqual(recovery.client.flags()[1], "1 2.0.5.7 pending permanent bootable");
    assert.equal(board.running(ResetCause.Software).client.status().trial, true);
  });

  it("confirms the running trial also when its digest is named", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    const trial = board.running(ResetCause.Software);
    trial.client.request(Op.Write, 1, 0, { hash: imageDigest(NEW), confirm: true });
    assert.equal(board.bench.state().active, Slot.B);
    assert.equal(trial.client.status().floor, 2);
  });

  it("tests an image that was installed before a restart", () => {
    const board = managedBench();
    board.running().client.upload(IMAGE);
    assert.equal(board.bench.state().slots[Slot.B].status, SlotStatus.Unknown);
    const first = board.running(ResetCause.PowerOn);
    first.client.upload(IMAGE);
    first.client.workAll();
    const { client } = board.running(ResetCause.PowerOn);
    client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    assert.equal(board.running(ResetCause.Software).start.slot, Slot.B);
  });

  it("refuses an upload during a trial and says why, and never touches the confirmed image", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
    const trial = board.running(ResetCause.Software);
    const before = board.bench.slotBytes(Slot.A);
    assert.deepEqual(trial.client.chunk(IMAGE, 0, 512), { err: { group: 1, rc: 9 } });
    assert.equal(trial.client.progress().reason, Reason.TrialRunning);
    assert.deepEqual(board.bench.slotBytes(Slot.A), before);
  });

  it("restarts a confirmed image without a death, and into recovery when that is asked for", () => {
    const board = managedBench();
    const { start, client } = board.running();
    client.request(Op.Write, 0, 5, { boot_mode: 0 });
    assert.equal(resetsSoon(start, client), true);
    const again = board.running(ResetCause.Software);
    assert.equal(board.bench.state().deaths, 0);
    again.client.request(Op.Write, 0, 5, { boot_mode: 1 });
    assert.equal(resetsSoon(again.start, again.client), true);
    assert.equal(board.bench.start(ResetCause.Software).reason, Reason.RecoveryRequested);
  });

  it("answers a restart before it restarts, and is busy only for those who do not force it in an upload", () => {
    const board = managedBench();
    const { start, client } = board.running();
    client.chunk(IMAGE, 0, 512);
    assert.deepEqual(client.request(Op.Write, 0, 5), { rc: 10 });
    assert.deepEqual(client.request(Op.Write, 0, 5, { force: true }), {});
    client.workAll();
    start.clock.advance(100);
    client.work();
    assert.equal(resetsSoon(start, client), true);
  });

  it("arms the other image on rollback, and ends a trial at once", () => {
    const board = managedBench();
    const { client } = board.running();
    assert.deepEqual(client.request(Op.Write, 64, 6), { err: { group: 64, rc: 7 } });
    client.upload(makeImage({ ...NEW, counter: 1 }));
    client.request(Op.Write, 1, 0, { hash: imageDigest({ ...NEW, counter: 1 }) });
    const trial = board.running(ResetCause.Software);
    assert.deepEqual(trial.client.request(Op.Write, 64, 6), {});
    assert.equal(resetsSoon(trial.start, trial.client), true);
    assert.equal(board.bench.newest(RecordType.Rejected)?.detail, Reason.RejectedByApplication);
    const after = board.running(ResetCause.Software);
    assert.equal(after.start.slot, Slot.A);
  });

  it("refuses at the first chunk what the header decides, before anything is erased", () => {
    const board = managedBench();
    const { client } = board.running();
    client.upload(IMAGE);
    client.workAll();
    const before = board.bench.slotBytes(Slot.B);
    const bad = IMAGE.slice();
    bad[0] ^= 1;
    assert.deepEqual(client.chunk(bad, 0, 512), { err: { group: 1, rc: 23 } });
    assert.deepEqual(client.chunk(padded(IMAGE, 20000), 0, 512), { err: { group: 1, rc: 30 } });
    assert.deepEqual(client.chunk(makeImage(OLD), 0, 512, { upgrade: true }), { err: { group: 1, rc: 27 } });
    assert.deepEqual(client.chunk(IMAGE.slice(0, 1000), 0, 512), { err: { group: 1, rc: 30 } });
    assert.deepEqual(client.chunk(IMAGE, 0, 20), { err: { group: 1, rc: 22 } });
    assert.deepEqual(board.bench.slotBytes(Slot.B), before);
    assert.equal(board.bench.state().slots[Slot.B].status, SlotStatus.Installed);
  });

  it("refuses at the last chunk what the digest, the counter or the board decides", () => {
    const { client } = managedBench().running();
    const changed = IMAGE.slice();
    changed[5000] ^= 1;
    assert.deepEqual(client.upload(changed), { err: { group: 1, rc: 24 } });
    assert.equal(client.progress().reason, Reason.DigestMismatch);
    assert.deepEqual(client.upload(makeImage({ ...NEW, counter: 0 })), { err: { group: 1, rc: 27 } });
    assert.deepEqual(client.flags().length, 1);
    const liar = client.chunk(IMAGE, 0, 512, { sha: sha256(changed) });
    let answer = liar;
    while ((answer.off as number) < IMAGE.length) {
      answer = client.chunk(IMAGE, answer.off as number, 512);
    }
    assert.deepEqual(answer, { off: IMAGE.length, match: false });
    assert.equal(client.progress().phase, UploadPhase.Refused);
    assert.deepEqual(client.chunk(IMAGE, 512, 512), { off: 0 });
  });

  it("refuses a signature by a key that is not trusted, when it is verified after the answer", () => {
    const board = managedBench();
    const { client } = board.running();
    assert.deepEqual(client.upload(makeImage({ ...NEW, key: "sign-x" })), { off: IMAGE.length, match: true });
    assert.equal(client.progress().phase, UploadPhase.Verifying);
    client.workAll();
    assert.deepEqual([client.progress().phase, client.progress().reason], [UploadPhase.Refused, Reason.KeyUnknown]);
    assert.deepEqual(client.flags(), ["0 1.2.3 active confirmed bootable"]);
  });

  it("is one for all wires of a start, and another in the next start", () => {
    const board = managedBench();
    const door = board.bench.start().door();
    const management = door.openManagement();
    assert.equal(door.openManagement(), management);
    assert.notEqual(board.bench.start().door().openManagement(), management);
  });

  it("tells OS texts, parameters and the bootloader's name with exactly the keys that clients take", () => {
    const { client } = managedBench().running();
    assert.deepEqual(client.request(Op.Read, 0, 6), { buf_size: 2048, buf_count: 1 });
    const windowed = managedBench(managedConfig({ frameCount: 2 })).running().client;
    assert.deepEqual(windowed.request(Op.Read, 0, 6), { buf_size: 2048, buf_count: 2 });
    assert.deepEqual(client.request(Op.Read, 0, 7), { output: "trialboot" });
    assert.deepEqual(client.request(Op.Read, 0, 7, { format: "snv" }), { output: "trialboot bench 1.2.3" });
    assert.deepEqual(client.request(Op.Read, 0, 7, { format: "sx" }), { err: { group: 0, rc: 2 } });
    assert.deepEqual(client.request(Op.Read, 0, 8), { bootloader: "MCUboot" });
    assert.deepEqual(client.request(Op.Read, 0, 8, { query: "mode" }), { mode: 3 });
    assert.deepEqual(client.request(Op.Read, 0, 8, { query: "x" }), { err: { group: 0, rc: 3 } });
    assert.deepEqual(client.request(Op.Read, 1, 6), {
      images: [{
        image: 0,
        slots: [{ slot: 0, size: 16384 }, { slot: 1, size: 16384, upload_image_id: 0 }],
        max_image_size: 16344,
      }],
    });
  });

  it("tells its state in group 64", () => {
    const { start, client } = managedBench(managedConfig({ isDevelopment: true })).running();
    start.clock.advance(1234);
    assert.deepEqual(client.status(), {
      board: "bench", recovery: false, reason: 0, slot: 0, trial: false, left: 0, floor: 1, up: 1234, dev: true,
      login: 0,
    });
    assert.deepEqual(client.progress(), { off: 0, len: 0, sha: new Uint8Array(12), phase: 0, reason: 0 });
  });

  it("gives the journal's records in pieces, with the number that were overwritten", () => {
    const board = managedBench(managedConfig({ frameBytes: 256 }));
    const { client } = board.running();
    for (let i = 0; i < 4; i++) {
      board.running(ResetCause.Panic);
      board.bench.start().door().confirm();
    }
    const all: Uint8Array[] = [];
    let answer = client.request(Op.Read, 64, 5);
    for (let i = 0; i < 50; i++) {
      all.push(...(answer.rec as Uint8Array[]));
      if (answer.more !== true) {
        break;
      }
      const last = all[all.length - 1];
      answer = client.request(Op.Read, 64, 5, { after: Buffer.from(last).readUInt32LE(0) });
    }
    const sequences = all.map((record) => Buffer.from(record).readUInt32LE(0));
    assert.deepEqual(sequences, board.bench.records().map(({ sequence }) => sequence));
    assert.ok(all.length > 10);
  });
});
