import assert from "node:assert/strict";
import vm from "node:vm";
import type { FilePlace } from "../../../bootloader/espruino/files";
import { BootFile } from "../../../bootloader/espruino/files";
import { openJournal } from "../../../core/journal/journal";
import { readProvisioning } from "../../../core/boot/provisioning";
import { TRIAL_ATTEMPTS_BLIND } from "../../../core/limits";
import { describeBoard, placesOf } from "../../../sim/board-description";
import { NorFlash } from "../../../sim/flash";
import { createPartition } from "../../../sim/partition";
import { createSigningKey, signApplication } from "../../../sim/provision";
import type { BoardFile } from "../../../tools/boards";
import { boardNames, firstClassBoardNames, loadBoard } from "../../../tools/boards";
import { ToolError } from "../../../tools/errors";
import { createHostHash } from "../../../tools/host-hash";
import { createHostVerifier } from "../../../tools/host-verifier";
import { keyStoreOf } from "../../../tools/key-store";
import type { BoardFiles, BoardFilesOptions } from "../../../tools/provision/board-files";
import { boardFiles } from "../../../tools/provision/board-files";
import { FILE_NAMES } from "../../../tools/provision/file-names";
import { provisioningSteps } from "../../../tools/provision/provisioning-steps";
import { renderFlash } from "../../../tools/provision/render";
import { SCRIPT_HEAD, stepScript } from "../../../tools/provision/step-script";
import { STEP_BYTES_MAX, stepLine } from "../../../tools/provision/steps";

const HASH = createHostHash();
const KEY = createSigningKey(HASH, new Uint8Array(32).fill(7));
const DEVICE_KEY = new Uint8Array(32).fill(9);
const VERSION = { major: 1, minor: 0, revision: 0, build: 0 };

function image(securityCounter = 2, key = KEY): Uint8Array {
  const payload = new Uint8Array(Buffer.from("(function(door){})"));
  return signApplication({ payload, version: VERSION, securityCounter }, key, HASH).bytes;
}

function filesOf(board: BoardFile, wishes: Partial<BoardFilesOptions> = {}): Promise<BoardFiles> {
  return boardFiles(board, {
    keyStore: keyStoreOf(board.signatures, [KEY.trusted]), hostVerifier: createHostVerifier(), ...wishes,
  });
}

/** The configuration, evaluated with stand-ins for the board's pins. */
function configOf(
  files: BoardFiles,
): { plan: unknown; bootConfig: Record<string, unknown>; crcs: object; copies: FilePlace[] } {
  const text = Buffer.from(files.files.find(({ name }) => name === FILE_NAMES.config)?.bytes ?? []).toString("latin1");
  return JSON.parse(vm.runInNewContext(`JSON.stringify(${text})`) as string) as ReturnType<typeof configOf>;
}

/** The chip of a board on which `files` were provisioned. */
function provisionedChip(files: BoardFiles): NorFlash {
  const chip = new NorFlash(describeBoard(files.board).geometry);
  for (const { address, bytes } of renderFlash(files.board, provisioningSteps(files))) {
    chip.install(address - files.board.flash.baseAddressBytes, bytes);
  }
  return chip;
}

async function refusal(run: () => Promise<unknown>): Promise<ToolError> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof ToolError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

describe("the files of a board", function () {
  this.timeout(180_000);

  it("have the names that the bootloader loads", () => {
    assert.deepEqual(Object.values(FILE_NAMES), [
      BootFile.Config, BootFile.Boot, BootFile.Service, BootFile.Verifier, BootFile.Keys, BootFile.Sha256,
      BootFile.Storage, BootFile.Recovery, BootFile.Window, BootFile.Management, BootFile.Server, BootFile.Link,
      BootFile.Technician, BootFile.TechnicianKeys,
    ]);
  });

  for (const name of boardNames()) {
    it(`for ${name} are whole, fit its plan, and leave the flash that a factory image has`, async () => {
      const board = loadBoard(name);
      const files = await filesOf(board, { image: image(), deviceKey: DEVICE_KEY });
      const { plan, bootConfig, crcs } = configOf(files);
      assert.deepEqual(plan, JSON.parse(JSON.stringify(files.plan)));
      assert.equal(bootConfig["watchdogTimeoutMs"], board.watchdogTimeoutMs);
      const inPages = files.places.places.map(({ address, sizeBytes }) =>
        files.flash.find((content) => content.address === address)?.bytes.subarray(0, sizeBytes));
      const loaded = [...files.files.slice(1, -1).map(({ bytes }) => bytes), ...inPages];
      assert.deepEqual(
        Object.values(crcs).filter((crc) => crc !== 0).sort(),
        [files.guard, ...loaded].map((bytes) => HASH.crc32(bytes ?? new Uint8Array(0))).sort(),
      );
      const chip = provisionedChip(files);
      const places = placesOf(describeBoard(board));
      const slot = createPartition(chip, "slotA", places.slots[0]);
      assert.deepEqual(slot.read(0, image().length), image());
      assert.deepEqual(
        readProvisioning(createPartition(chip, "boot", places.provisioning), HASH),
        { provisioned: true, baseFloor: 0, deviceKey: DEVICE_KEY },
      );
      assert.ok(openJournal(createPartition(chip, "journal", places.journal), HASH).usable);
      const start = board.flash.baseAddressBytes;
      assert.equal(files.plan.provisioningPlace.address, start + places.provisioning.offsetBytes);
    });
  }

  it("are looked for where they come to stand, on boards whose Storage is not mapped", async () => {
    for (const name of ["banglejs2", "linux", "xiaoble", "esp32"]) {
      const board = loadBoard(name);
      const files = await filesOf(board);
      const chip = provisionedChip(files);
      const read = (address: number, lengthBytes: number): Uint8Array =>
        chip.read(address - board.flash.baseAddressBytes, lengthBytes);
      const { copies } = configOf(files);
      const copied = board.storage.isMapped ? [] : ["tb.boot", "tb.service", "tb.verifier", "tb.keys"];
      assert.deepEqual(copies.map((copy) => copy.name), copied);
      copies.forEach((copy) => {
        const file = files.files.find((candidate) => candidate.name === copy.name);
        assert.deepEqual(read(copy.address, copy.sizeBytes), file?.bytes);
      });
      const stub = Buffer.from(files.stub).toString("latin1");
      const main = /\.read\((\d+),(\d+)\)\)==(\d+)\|\|/.exec(stub)?.slice(1).map(Number) ?? [];
      const config = /\{address:(\d+),sizeBytes:(\d+)\}/.exec(stub)?.slice(1).map(Number) ?? [];
      assert.deepEqual([main.length, config.length], board.storage.isMapped ? [0, 0] : [3, 2], stub);
      if (!board.storage.isMapped) {
        assert.equal(HASH.crc32(read(main[1], main[0])), main[2]);
        assert.deepEqual(read(config[0], config[1]), files.files.at(-1)?.bytes);
      }
    }
  });

  it("without a device key leave journal and provisioning block to the first start", async () => {
    const board = loadBoard("esp32");
    const files = await filesOf(board, { image: image() });
    assert.deepEqual(files.flash.map(({ address }) => address), [board.partitions.slotA.offsetBytes]);
  });

  it("without an image have a device key, and no journal", async () => {
    const files = await filesOf(loadBoard("banglejs2"), { deviceKey: DEVICE_KEY });
    assert.deepEqual(files.flash.map(({ address }) => address), [files.plan.provisioningPlace.address]);
  });

  it("say three attempts of any kind where causes of resets are not read", async () => {
    for (const [name, knows, attempts] of [["esp32", true, 1], ["nrf52840dk", false, TRIAL_ATTEMPTS_BLIND]] as const) {
      const { bootConfig } = configOf(await filesOf(loadBoard(name)));
      assert.deepEqual([bootConfig["knowsResetCauses"], bootConfig["trialAttempts"]], [knows, attempts], name);
    }
  });

  it("are refused for an interpreter without a plan, and for an image that the board would not start", async () => {
    const board = loadBoard("esp32");
    const other = createSigningKey(HASH, new Uint8Array(32).fill(8));
    const wishes: [Partial<BoardFilesOptions>, RegExp][] = [
      [{ interpreterVersion: "2v10" }, /no(body|thing).*2v10 on esp32/i],
      [{ image: image(2, other), deviceKey: DEVICE_KEY }, /would not start this image: /],
      [{ image: image(2), deviceKey: DEVICE_KEY, baseFloor: 3 }, /would not start this image: /],
      [{ image: new Uint8Array(262_144) }, /has 262144 bytes; a slot of esp32 takes 262104/],
    ];
    for (const [wish, sentence] of wishes) {
      assert.match((await refusal(() => filesOf(board, wish))).message, sentence);
    }
  });
});

describe("the steps of provisioning", function () {
  this.timeout(180_000);

  for (const name of firstClassBoardNames()) {
    it(`for ${name} make the file of partitions first, read all back, and write the activating word last`, async () => {
      const files = await filesOf(loadBoard(name), { image: image(), deviceKey: DEVICE_KEY });
      const steps = provisioningSteps(files);
      const kinds = steps.map(({ kind }) => kind);
      const firstFile = steps.find((step) => step.kind === "write-file");
      assert.equal(firstFile?.name, files.board.storageFile?.name ?? "tb.main");
      assert.deepEqual(kinds.slice(-2), ["activate", "verify-file"]);
      const lastWrite = kinds.findLastIndex((kind) => kind.startsWith("write"));
      const firstCheck = kinds.findIndex((kind) => kind === "verify-file" || kind === "verify-flash");
      assert.ok(lastWrite < firstCheck);
      const checked = steps.flatMap((step) => (step.kind === "verify-file" ? [step.name] : []));
      assert.deepEqual(checked, [...files.files.map((file) => file.name), ".boot1", ".boot0", ".boot0"]);
      const written = steps.flatMap((step) => (step.kind === "write-flash" ? [step.bytes.length] : []));
      const read = steps.flatMap((step) => (step.kind === "verify-flash" ? [step.lengthBytes] : []));
      assert.deepEqual(read, written);
    });
  }

  it("never write the word of .boot0 before its turn, nor more than a line of a console takes", async () => {
    const steps = provisioningSteps(await filesOf(loadBoard("esp32"), { image: image() }));
    for (const step of steps) {
      if (step.kind === "write-file") {
        const end = step.offsetBytes + step.bytes.length;
        assert.ok(step.bytes.length <= STEP_BYTES_MAX);
        assert.ok(step.name !== ".boot0" || end <= 4 || step.offsetBytes >= 8);
      }
    }
  });

  it("erase each page outside of Storage that a partition or a file has, and none else", async () => {
    const board = loadBoard("nrf52840dk");
    const erased = provisioningSteps(await filesOf(board)).flatMap((step) =>
      step.kind === "erase-page" ? [step.address] : []);
    const start = board.filePages?.offsetBytes ?? 0;
    assert.deepEqual(erased.sort((a, b) => a - b), Array.from({ length: 9 + 76 }, (_, page) => start + page * 4096));
  });

  it("are each one line for people, and one statement for a console", async () => {
    for (const step of provisioningSteps(await filesOf(loadBoard("esp32"), { image: image() }))) {
      assert.match(stepLine(step), /^[ -~]+$/);
      assert.match(stepScript(step), /^[ -~]+;$/);
      assert.doesNotThrow(() => new vm.Script(SCRIPT_HEAD + stepScript(step)));
    }
  });

  it("cannot be rendered where a step writes twice, reads back otherwise, or leaves the partitions", async () => {
    const files = await filesOf(loadBoard("esp32"), { image: image() });
    const steps = provisioningSteps(files);
    const write = steps.filter(({ kind }) => kind === "write-flash");
    const verify = steps.find((step) => step.kind === "verify-flash");
    assert.ok(verify !== undefined && write.length > 0);
    const bytes = new Uint8Array(1);
    const large = { kind: "write-file", name: "x", offsetBytes: 0, bytes, fileBytes: 1 << 20 } as const;
    const broken = [
      [...steps, ...write.map((step) => ({ ...step, bytes: new Uint8Array(4) }))],
      [...steps, { ...verify, crc32: verify.crc32 ^ 1 }],
      [...steps, { kind: "erase-page", address: 0x10000 } as const],
      [...steps, large],
    ];
    for (const list of broken) {
      assert.throws(() => renderFlash(files.board, list), RangeError);
    }
  });
});
