import assert from "node:assert/strict";
import { createHostHash } from "../../../tools/host-hash";
import { loadBoard } from "../../../tools/boards";
import { BoardMemory } from "../../../tools/provision/board-memory";
import { EspruinoConsole } from "../../../tools/provision/console";
import { erasedStretches, runSteps } from "../../../tools/provision/run-steps";
import type { ProvisioningStep } from "../../../tools/provision/steps";
import { FakeConsole, type FakeConsoleOptions } from "./fake-console";

const board = loadBoard("linux");
const hash = createHostHash();
const text = Buffer.from("x".repeat(3000));

/** A file, its verification, and the word. */
const STEPS: readonly ProvisioningStep[] = [
  { kind: "write-file", name: "f", offsetBytes: 0, bytes: text.subarray(0, 2000), fileBytes: 3000 },
  { kind: "write-file", name: "f", offsetBytes: 2000, bytes: text.subarray(2000), fileBytes: 3000 },
  { kind: "write-file", name: ".boot0", offsetBytes: 0, bytes: Buffer.from("if(\""), fileBytes: 8 },
  { kind: "verify-file", name: "f", fileBytes: 3000, crc32: hash.crc32(text) },
  { kind: "activate", name: ".boot0", offsetBytes: 4, word: "boot" },
];

async function run(options: FakeConsoleOptions, steps = STEPS): Promise<{ fake: FakeConsole; error: unknown }> {
  const fake = new FakeConsole(options);
  try {
    const memory = await BoardMemory.attach(await EspruinoConsole.open(fake.port, 50));
    await runSteps(memory, board, steps);
    return { fake, error: undefined };
  } catch (error) {
    return { fake, error };
  }
}

const isActive = (fake: FakeConsole): boolean => fake.files.get(".boot0")?.toString("latin1").endsWith("boot") === true;

describe("provisioning steps on a board", () => {
  it("are done in their order, and the activating word comes last", async () => {
    const { fake, error } = await run({});
    assert.equal(error, undefined);
    assert.ok(fake.files.get("f")?.equals(text));
    assert.ok(isActive(fake));
  });

  it("end before the activating word wherever the connection ends, and can be done again", async () => {
    const whole = (await run({})).fake.lines.length;
    for (let lines = 1; lines < whole; lines++) {
      const { fake, error } = await run({ linesUntilEnd: lines });
      assert.match(String(error), /connection to fake ended/, String(lines));
      assert.equal(isActive(fake), false);
    }
  });

  it("end before the activating word where a file does not read back", async () => {
    const { fake, error } = await run({
      spoils: (line) => (line.includes("$tR(\"f\")") ? line.replace("\x10", '$tS.write("f","y",9);') : line),
    });
    assert.match(String(error), /Read back, the file f is not what was written/);
    assert.equal(isActive(fake), false);
  });

  it("leave no byte of a partition unseen", () => {
    const address = board.flash.baseAddressBytes + board.partitions.slotA.offsetBytes;
    const written: ProvisioningStep[] = [
      { kind: "write-flash", address, bytes: new Uint8Array(100) },
      { kind: "write-flash", address: address + 2000, bytes: new Uint8Array(48) },
    ];
    const stretches = erasedStretches(board, written);
    const seen = stretches.reduce((sum, { lengthBytes }) => sum + lengthBytes, 148);
    assert.equal(seen, Object.values(board.partitions).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    assert.deepEqual(stretches.filter(({ address: at }) => at >= address).slice(0, 2), [
      { address: address + 100, lengthBytes: 1900 },
      { address: address + 2048, lengthBytes: board.partitions.slotA.sizeBytes - 2048 },
    ]);
  });
});
