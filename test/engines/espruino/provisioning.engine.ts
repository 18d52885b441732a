/** What provisioning leaves behind on the real Espruino: a factory image, byte by byte, and a board that starts. */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { RecordType } from "../../../core/journal/record";
import { createMemoryHash } from "../../../hal/memory/hash";
import { boardNames, loadBoard } from "../../../tools/boards";
import { boardFiles } from "../../../tools/provision/board-files";
import type { BoardFiles } from "../../../tools/provision/board-files";
import { provisioningSteps } from "../../../tools/provision/provisioning-steps";
import { joinBlocks, renderFlash } from "../../../tools/provision/render";
import { SCRIPT_FAILURE, stepsScript } from "../../../tools/provision/step-script";
import { findStorageFile, listStorage } from "../../../tools/provision/storage-files";
import { bundle, LINUX, makeBoardFiles, testKeyStore } from "./board-files";
import { quickImage } from "./boot0-application";
import { isInstalled, runOnEspruino } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";
import { createQuickVerifier } from "./quick-verifier";

const DEVICE_KEY = new Uint8Array(32).map((_, i) => i);
const PAGE_BYTES = LINUX.flash.pageSizeBytes;
const WITH_READ_ONLY_STORAGE = { ...LINUX, optionalFiles: ["read-only-storage"] as const };

async function filesWithDeviceKey(version = 1): Promise<BoardFiles> {
  return boardFiles(WITH_READ_ONLY_STORAGE, {
    keyStore: testKeyStore(),
    image: quickImage({ version }),
    deviceKey: DEVICE_KEY,
    baseFloor: 1,
    verifier: await bundle("test/engines/espruino/quick-verifier.ts", "createQuickVerifier"),
    hostVerifier: createQuickVerifier(createMemoryHash()),
  });
}

function rendered(files: BoardFiles): Buffer {
  const { address, bytes } = joinBlocks(renderFlash(files.board, provisioningSteps(files)));
  assert.equal(address, LINUX.flash.baseAddressBytes);
  return Buffer.from(bytes);
}

describe("provisioning on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const boards: LinuxBoard[] = [];

  function make(): LinuxBoard {
    const board = new LinuxBoard();
    boards.push(board);
    return board;
  }

  afterEach(() => {
    boards.splice(0).forEach((board) => board.dispose());
  });

  for (const [what, makeFiles] of [
    ["without a device key", () => makeBoardFiles({ withStorage: true, image: quickImage({ version: 1 }) })],
    ["with a device key", () => filesWithDeviceKey()],
  ] as const) {
    it(`leaves, ${what}, the bytes of the factory image, and both start the same way`, async () => {
      const files = await makeFiles();
      const [typed, flashed] = [make(), make()];
      assert.equal(typed.provision(files).end, "idle");
      const image = rendered(files);
      assert.ok(typed.readFlash().equals(image));
      flashed.writeFlash(image);
      for (const cause of [ResetCause.PowerOn, ResetCause.Software]) {
        assert.deepEqual(typed.run({ cause }).log, ["start v1 confirmed"]);
        assert.deepEqual(flashed.run({ cause }).log, ["start v1 confirmed"]);
        assert.ok(typed.readFlash().equals(flashed.readFlash()));
      }
    });
  }

  it("puts the fixed-size file first, where the plan says, and every file behind it", async () => {
    const board = make();
    const files = await filesWithDeviceKey();
    board.provision(files);
    const flash = board.readFlash();
    const entries = listStorage(flash, PAGE_BYTES);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ["tb.flash", ...files.files.map(({ name }) => name), ".boot0", ".boot1"],
    );
    assert.ok(entries.every(({ isDeleted }) => !isDeleted));
    const file = findStorageFile(flash, "tb.flash", PAGE_BYTES);
    assert.equal(LINUX.flash.baseAddressBytes + (file?.offsetBytes ?? 0), files.plan.storageFile?.address);
    assert.equal(file?.sizeBytes, files.plan.storageFile?.sizeBytes);
    const other = make();
    other.run({ typed: `${stepsScript(provisioningSteps(files).slice(0, -2))}S.erase("tb.keys");`, timeoutMs: 60_000 });
    const after = other.readFlash();
    assert.equal(findStorageFile(after, "tb.keys", PAGE_BYTES), undefined);
    assert.equal(listStorage(after, PAGE_BYTES).filter(({ isDeleted }) => isDeleted).length, 1);
  });

  it("with a device key writes a genesis journal, so that no journal counts as lost", async () => {
    const board = make();
    board.provision(await filesWithDeviceKey());
    const task = 'log("floor "+door.info.securityFloor)';
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn, task }).log, ["start v1 confirmed", "floor 1"]);
    const lost = journalRecords(board.readFlash()).filter(({ type }) => type === RecordType.JournalLost);
    assert.deepEqual(lost, []);
  });

  it("lets an application read files of the host, and write none, where Storage has no room", async () => {
    const board = make();
    board.provision(await filesWithDeviceKey());
    const task = 'var S=require("Storage");log(S.read(".boot1").length);try{S.write("x","y")}catch(e){log(e)}' +
      'log(typeof global.require("Storage").read("x"))';
    const { log } = board.run({ cause: ResetCause.PowerOn, task });
    assert.deepEqual(log, ["start v1 confirmed", "203", "read only: keep data by door.data", "undefined"]);
  });

  for (const name of boardNames()) {
    it(`evaluates the configuration of ${name}, and makes its chip`, async () => {
      const { files, plan } = await boardFiles(loadBoard(name), { keyStore: testKeyStore(), verifier: "" });
      const config = files.find((file) => file.name === "tb.config");
      // A board has pins of its own; here each is the same.
      const text = Buffer.from(config?.bytes ?? []).toString("latin1").replace(/(button|lamp):[A-Z]\d+/g, "$1:A0");
      const program = `var c=eval(${JSON.stringify(text)}),k=c.makeChip();print("plan "+JSON.stringify(c.plan));` +
        'print("chip "+Object.keys(k).sort().join());print("keys "+c.bootConfig.identity.length);';
      const lines = runOnEspruino(`var A0=new Pin("D0");${program}`);
      const given = lines.find((line) => line.startsWith("plan "))?.slice("plan ".length) ?? "";
      assert.deepEqual(JSON.parse(given), JSON.parse(JSON.stringify(plan)), lines.join("\n"));
      assert.ok(lines.includes("chip isGestureMade,lockPages,prepareWatchdog,readCause,setIndicator"), given);
      assert.ok(lines.includes("keys 12"));
    });
  }

  it("stops before the activating word where something reads back otherwise", async () => {
    const board = make();
    const files = await filesWithDeviceKey();
    const steps = provisioningSteps(files).map((step) =>
      step.kind === "verify-file" && step.name === "tb.boot" ? { ...step, crc32: step.crc32 ^ 1 } : step);
    const { output } = board.run({ typed: stepsScript(steps), timeoutMs: 60_000 });
    assert.ok(output.includes(`${SCRIPT_FAILURE}tb.boot`), output);
    const stub = findStorageFile(board.readFlash(), ".boot0", PAGE_BYTES);
    assert.equal(board.readFlash().readUInt32LE((stub?.offsetBytes ?? 0) + 4), 0xffffffff);
  });
});
