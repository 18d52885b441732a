import assert from "node:assert/strict";
import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES } from "../../../hal/espruino/stub";
import { createSigningKey, signApplication } from "../../../sim/provision";
import { loadBoard } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { createHostVerifier } from "../../../tools/host-verifier";
import { keyStoreOf } from "../../../tools/key-store";
import { type BoardFiles, boardFiles, type BoardFilesOptions } from "../../../tools/provision/board-files";
import { FILE_NAMES } from "../../../tools/provision/file-names";
import { type FirstStart, flashBoard } from "../../../tools/provision/flash-board";
import { provisioningSteps } from "../../../tools/provision/provisioning-steps";
import { renderFlash } from "../../../tools/provision/render";
import { FakeConsole } from "./fake-console";
import { FakeMemory } from "./fake-memory";

const HASH = createHostHash();
const board = loadBoard("linux");
const { baseAddressBytes } = board.flash;
const BREAKS = 10;

const keyOf = (seed: number): ReturnType<typeof createSigningKey> =>
  createSigningKey(HASH, new Uint8Array(32).fill(seed));

function filesFor(seed: number, wishes: Partial<BoardFilesOptions> = {}): Promise<BoardFiles> {
  const keyStore = keyStoreOf(board.signatures, [keyOf(seed).trusted]);
  return boardFiles(board, { keyStore, isDevelopment: true, ...wishes });
}

function image(seed: number): Uint8Array {
  const payload = new Uint8Array(Buffer.from("(function(door){})"));
  const version = { major: 1, minor: 0, revision: 0, build: 0 };
  return signApplication({ payload, version, securityCounter: 1 }, keyOf(seed), HASH).bytes;
}

describe("a new bootloader on a board that keeps its data", function () {
  this.timeout(120_000);
  let provisioned: FakeMemory;
  let renewed: BoardFiles;

  before(async () => {
    const files = await filesFor(1, {
      image: image(1), deviceKey: new Uint8Array(32).fill(9), hostVerifier: createHostVerifier(),
    });
    renewed = await filesFor(2);
    provisioned = new FakeMemory(board);
    for (const { address, bytes } of renderFlash(board, provisioningSteps(files))) {
      provisioned.bytes.set(bytes, address - baseAddressBytes);
    }
    const { data, slotB } = board.partitions;
    provisioned.bytes.fill(0x5a, data.offsetBytes, data.offsetBytes + 100);
    provisioned.bytes.fill(0xa5, slotB.offsetBytes, slotB.offsetBytes + 5000);
  });

  async function renew(
    memory: FakeMemory, linesUntilEnd?: number, files = renewed,
  ): Promise<{ start: FirstStart | undefined; error: unknown; lines: number; warnings: string[] }> {
    const warnings: string[] = [];
    const fake = new FakeConsole({
      memory, version: "2v29.277", board: "LINUX", ...(linesUntilEnd === undefined ? {} : { linesUntilEnd }),
    });
    const task = {
      board, keepsData: true, isDevelopment: true,
      reach: { openPort: () => Promise.resolve(fake.port), pause: () => Promise.resolve() },
      confirm: () => Promise.resolve(),
      makeFiles: () => Promise.resolve(files),
      onProgress: () => undefined,
      onWarning: (text: string) => void warnings.push(text),
    };
    let start: FirstStart | undefined;
    let error: unknown;
    try {
      start = await flashBoard(task);
    } catch (thrown) {
      error = thrown;
    }
    return { start, error, lines: fake.lines.length, warnings };
  }

  /** Provisioning block, journal, slots and data. */
  function kept(memory: FakeMemory): Buffer {
    return Buffer.concat(Object.values(board.partitions).map(({ offsetBytes, sizeBytes }) =>
      memory.bytes.subarray(offsetBytes, offsetBytes + sizeBytes)));
  }

  const word = (memory: FakeMemory): string | undefined =>
    memory.fileOf(".boot0")?.toString("latin1", ACTIVE_WORD_OFFSET_BYTES, ACTIVE_WORD_OFFSET_BYTES + 4);

  function isRenewed(memory: FakeMemory): boolean {
    return word(memory) === ACTIVE_WORD &&
      renewed.files.every(({ name, bytes }) => memory.fileOf(name)?.equals(bytes) === true);
  }

  /** The bootloader as it was, but for `.boot1`, which goes first. */
  const isOld = (memory: FakeMemory): boolean =>
    renewed.files.every(({ name }) => memory.fileOf(name)?.equals(provisioned.fileOf(name) ?? Buffer.of()) === true);

  it("writes the files that differ and both boot files, and no byte of the partitions", async () => {
    const memory = new FakeMemory(board, provisioned.bytes);
    const { start, error, warnings } = await renew(memory);
    assert.equal(error, undefined);
    assert.ok(start?.hasConsole);
    assert.match(warnings.join(), /trusted other keys/);
    assert.ok(isRenewed(memory));
    assert.ok(kept(memory).equals(kept(provisioned)));
    const differing = renewed.files.filter(({ name, bytes }) => provisioned.fileOf(name)?.equals(bytes) !== true);
    assert.ok(differing.some(({ name }) => name === FILE_NAMES.keys) && differing.length < renewed.files.length);
    const added = memory.names().slice(-differing.length - 2);
    assert.deepEqual([...added].sort(), [...differing.map(({ name }) => name), ".boot0", ".boot1"].sort());
  });

  it("goes on where the configuration was broken off", async () => {
    const memory = new FakeMemory(board, provisioned.bytes);
    const config = memory.fileOf(FILE_NAMES.config);
    config?.fill(0xff, Math.floor(config.length / 2));
    assert.equal((await renew(memory)).error, undefined);
    assert.ok(isRenewed(memory));
  });

  it("is broken off and done again, and starts nothing half new in between", async () => {
    const whole = (await renew(new FakeMemory(board, provisioned.bytes))).lines;
    assert.ok(whole > 40);
    for (let lines = whole - 1; lines > 0; lines -= Math.floor(whole / BREAKS)) {
      const memory = new FakeMemory(board, provisioned.bytes);
      const { error } = await renew(memory, lines);
      assert.ok(kept(memory).equals(kept(provisioned)), String(lines));
      assert.ok(word(memory) !== ACTIVE_WORD || isOld(memory) || isRenewed(memory), `half active at line ${lines}`);
      assert.ok(error !== undefined || isRenewed(memory), String(lines));
      const again = await renew(memory);
      assert.equal(again.error, undefined, String(lines));
      assert.ok(isRenewed(memory) && kept(memory).equals(kept(provisioned)), String(lines));
    }
  });

  it("is refused, and changes nothing, without room, without a block, and with partitions elsewhere", async () => {
    const full = new FakeMemory(board, provisioned.bytes);
    const storage = full.storage() as { write(name: string, text: string, at: number, size: number): boolean };
    for (let size = 65_536; size > 16; size = Math.floor(size / 2)) {
      storage.write(`fill${size}`, "x", 0, size);
    }
    const blank = new FakeMemory(board, provisioned.bytes);
    const { boot } = board.partitions;
    blank.bytes.fill(0xff, boot.offsetBytes, boot.offsetBytes + boot.sizeBytes);
    const slotPlaces: typeof renewed.plan.slotPlaces = [
      renewed.plan.slotPlaces[0], { ...renewed.plan.slotPlaces[1], address: renewed.plan.slotPlaces[1].address + 1024 },
    ];
    const moved: BoardFiles = { ...renewed, plan: { ...renewed.plan, slotPlaces } };
    for (const [memory, files, message] of [
      [full, renewed, /bytes of Storage that were never used/],
      [blank, renewed, /no provisioning block/],
      [new FakeMemory(board, provisioned.bytes), moved, /lie elsewhere/],
    ] as const) {
      const before = Buffer.from(memory.bytes);
      const { error } = await renew(memory, undefined, files);
      assert.match(String(error), message);
      assert.ok(memory.bytes.equals(before));
    }
  });
});
