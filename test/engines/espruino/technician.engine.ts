/** A technician's login on the real Espruino for Linux: its own Ed25519 answers our own client. */

import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { inspect } from "node:util";
import { ResetCause } from "../../../core/boot/reset-cause";
import { RecordType } from "../../../core/journal/record";
import { SmpOperation } from "../../../core/smp/frame";
import { OwnError } from "../../../core/smp/group-own";
import { KEY_NAME_BYTES, loginMessage } from "../../../core/smp/login";
import { CommandSet } from "../../../core/smp/policy";
import { buildBundle } from "../../../tools/build/bundle";
import { verifierTarget } from "../../../tools/build/targets";
import { keyStoreOf } from "../../../tools/key-store";
import { trustedKeyOf } from "../../../tools/keys/public-key";
import type { AnswerFields, RequestFields } from "../../../tools/smp/cbor";
import { setBits } from "../../../tools/smp/command-sets";
import { DeviceError } from "../../../tools/smp/device-error";
import type { DeviceSession } from "../../../tools/smp/device-session";
import { Group, SmpCode } from "../../../tools/smp/groups";
import { eraseSlot } from "../../../tools/smp/image-group";
import { login } from "../../../tools/smp/login";
import { resetDevice } from "../../../tools/smp/os-group";
import { logout, readChallenge, readJournal, readStatus, sendLogin } from "../../../tools/smp/trialboot-group";
import { imageOf, KEY } from "../../sim/serve/served-bench";
import type { BoardFiles } from "./board-files";
import { bundle, LINUX, makeBoardFiles } from "./board-files";
import { payload } from "./boot0-application";
import { espruinoEngine, isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";
import { hasWire, SmpBoard } from "./smp-board";
import { openSession, slotTexts, upload } from "./smp-session";

const ALL_SETS = setBits(["erase", "factory-reset", "files", "console"]);
const LOGIN_SECONDS = 600;
/** Commands of group 8. */
const DOWNLOAD = 0;
const HASH = 2;

function isError(group: number | undefined, code: number): (error: unknown) => boolean {
  return (error) => error instanceof DeviceError && error.group === group && error.code === code;
}

const isDenied = isError(undefined, SmpCode.AccessDenied);
const isBadLogin = isError(Group.Trialboot, OwnError.BadLogin);
const isWaiting = isError(Group.Trialboot, OwnError.Waiting);

function file(session: DeviceSession, command: number, fields: RequestFields): Promise<AnswerFields> {
  return session.client.request(
    { operation: SmpOperation.Read, group: Group.Files, command, fields: { name: "/journal", ...fields } },
    session.patience,
  );
}

/** The journal, as the file that it is too. */
async function download(session: DeviceSession): Promise<Buffer> {
  const parts: Buffer[] = [];
  let offset = 0;
  let length = 1;
  while (offset < length) {
    const answer = await file(session, DOWNLOAD, { off: offset });
    length = offset === 0 ? answer.get("len") as number : length;
    const part = Buffer.from(answer.get("data") as Uint8Array);
    assert.ok(part.length > 0, "an empty part");
    parts.push(part);
    offset += part.length;
  }
  return Buffer.concat(parts);
}

describe("a technician and the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled || !hasWire) {
    it(isInstalled ? "socat is not installed" : "espruino is not installed");
    return;
  }
  const technician = generateKeyPairSync("ed25519").privateKey;
  const stranger = generateKeyPairSync("ed25519").privateKey;
  const keyName = (key: KeyObject): Uint8Array =>
    trustedKeyOf(createPublicKey(key)).keyHash.subarray(0, KEY_NAME_BYTES);
  let files: BoardFiles;
  let task: string;
  let board: LinuxBoard;
  let smp: SmpBoard;
  let session: DeviceSession;

  before(async () => {
    files = await makeBoardFiles({
      withManagement: true,
      verifier: await buildBundle(verifierTarget(LINUX), espruinoEngine()),
      keyStore: keyStoreOf(LINUX.signatures, [KEY.trusted]),
      technicians: keyStoreOf(LINUX.signatures, [trustedKeyOf(createPublicKey(technician))]),
    });
    const open = await bundle("hal/espruino/links/serial-link.ts", "openSerialLink");
    task = `door.openManagement().serve((${open})(Serial1,115200,{path:"smp.tty"}),"console");`;
  });

  beforeEach(async () => {
    board = new LinuxBoard();
    smp = new SmpBoard(board);
    assert.equal(board.provision(files, imageOf(payload({ version: 1 }), "1.0.0").bytes).end, "idle");
    await smp.connect();
    smp.powerOn(ResetCause.PowerOn, task);
    await smp.speaks();
    session = await openSession(smp.port);
  });

  afterEach(async () => {
    await session.close();
    await smp.dispose();
    board.dispose();
  });

  function records(type: RecordType): number[] {
    return journalRecords(board.readFlash()).filter((record) => record.type === type).map(({ detail }) => detail);
  }

  it("logs in with a key that the board knows, erases, and reads files, until it logs out", async () => {
    const { client, patience, slowPatience } = session;
    await upload(session, imageOf(payload({ version: 2 }), "2.0.0").bytes);
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed", "1 2.0.0"]);
    await assert.rejects(eraseSlot(client, undefined, slowPatience), isDenied);
    await assert.rejects(file(session, DOWNLOAD, { off: 0 }), isDenied);
    assert.deepEqual(await login(client, technician, ALL_SETS, patience), {
      sets: ALL_SETS, validSeconds: LOGIN_SECONDS,
    });
    assert.equal((await readStatus(client, patience))?.loginSets, ALL_SETS);
    await eraseSlot(client, undefined, slowPatience);
    assert.deepEqual(await slotTexts(session), ["0 1.0.0 active confirmed"]);
    const journal = await download(session);
    assert.ok(journal.equals(Buffer.concat((await readJournal(client, patience)).records)), "another journal");
    assert.deepEqual(
      Buffer.from((await file(session, HASH, { type: "sha256" })).get("output") as Uint8Array),
      createHash("sha256").update(journal).digest(),
    );
    assert.deepEqual(records(RecordType.LoginGranted), [ALL_SETS]);
    assert.deepEqual(records(RecordType.PrivilegedUse), [CommandSet.Erase, CommandSet.Files]);
    await logout(client, patience);
    await assert.rejects(eraseSlot(client, undefined, slowPatience), isDenied);
    await assert.rejects(file(session, DOWNLOAD, { off: 0 }), isDenied);
  });

  it("refuses a strange key and a strange signature, and lets wait longer each time, also after a reset", async () => {
    const { client, patience } = session;
    await fails(stranger, stranger, 2);
    const ended = smp.nextEnd();
    await resetDevice(client, false, session.timeouts.answerMs);
    await ended;
    await smp.speaks();
    // The wait has begun again at the start.
    const { waitSeconds = 0, uptimeMs = 0 } = (await readStatus(client, patience)) ?? {};
    assert.ok(Math.abs(waitSeconds - Math.max(2 - uptimeMs / 1000, 0)) < 1.1, `${waitSeconds} s at ${uptimeMs} ms`);
    await waits();
    await fails(technician, stranger, 4);
    assert.deepEqual(records(RecordType.LoginFailed), [1, 2]);
    await waits();
    assert.equal((await login(client, technician, CommandSet.Erase, patience)).sets, CommandSet.Erase);
    await assert.rejects(file(session, DOWNLOAD, { off: 0 }), isDenied);
  });

  /** A login as `claimed`, signed by `signer`; what is asked at once behind it has to wait. */
  async function fails(claimed: KeyObject, signer: KeyObject, seconds: number): Promise<void> {
    const { client, patience } = session;
    const message = loginMessage(await readChallenge(client, patience), CommandSet.Erase, keyName(claimed));
    const signature = new Uint8Array(sign(null, message, signer));
    const [answered, challenged, status] = await Promise.allSettled([
      sendLogin(client, keyName(claimed), CommandSet.Erase, signature, patience),
      readChallenge(client, patience),
      readStatus(client, patience),
    ]);
    assert.ok(answered.status === "rejected" && isBadLogin(answered.reason), inspect(answered));
    assert.ok(challenged.status === "rejected" && isWaiting(challenged.reason), inspect(challenged));
    const left = status.status === "fulfilled" ? status.value?.waitSeconds ?? 0 : 0;
    assert.ok(left > seconds / 2 && left <= seconds, `it waits ${left} s, not ${seconds} s`);
  }

  /** Until logins are taken again. */
  async function waits(): Promise<void> {
    let left = 1;
    while (left > 0) {
      left = (await readStatus(session.client, session.patience))?.waitSeconds ?? 0;
    }
  }

  it("takes an answer once", async () => {
    const { client, patience } = session;
    const nonce = await readChallenge(client, patience);
    const answer = new Uint8Array(sign(null, loginMessage(nonce, CommandSet.Erase, keyName(technician)), technician));
    const send = (sets: number): Promise<unknown> => sendLogin(client, keyName(technician), sets, answer, patience);
    assert.deepEqual(await send(CommandSet.Erase), { sets: CommandSet.Erase, validSeconds: LOGIN_SECONDS });
    await assert.rejects(send(CommandSet.Erase), isError(Group.Trialboot, OwnError.NoChallenge));
    assert.ok(!Buffer.from(await readChallenge(client, patience)).equals(nonce), "the same challenge");
    await assert.rejects(send(CommandSet.Erase), isBadLogin);
  });
});
