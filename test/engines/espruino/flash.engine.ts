/** `trialboot flash` on the real Espruino for Linux, over TCP and a serial port, and over a connection that breaks. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { readProvisioning } from "../../../core/boot/provisioning";
import { RecordType } from "../../../core/journal/record";
import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES } from "../../../hal/espruino/stub";
import { ExitCode } from "../../../tools/exit-codes";
import { bytesAsSource, createHostHash } from "../../../tools/host-hash";
import { loadBoard } from "../../../tools/boards";
import { EspruinoConsole } from "../../../tools/provision/console";
import { openPort } from "../../../tools/ports/open-port";
import { type BreakPoint, ConsoleServer } from "./console-server";
import { FlashDesk } from "./flash-support";
import { isInstalled } from "./interpreter";
import { journalRecords } from "./linux-journal";
import { hasPython, SerialBridge } from "./serial-bridge";

const { partitions } = loadBoard("linux");

const ACTIVATION = `$tW(".boot0",${ACTIVE_WORD_OFFSET_BYTES},"${ACTIVE_WORD}"`;

/** Each in another step; the last one leaves a board that was activated, whose host does not know. */
const BREAKS: readonly BreakPoint[] = [
  { text: "$tb(1,", isHeard: false },
  { text: '$tS.erase(".boot1")', isHeard: true },
  { text: "$tS.eraseAll()", isHeard: true },
  { text: '$tW("tb.flash"', isHeard: true },
  { text: "$tP(", isHeard: false },
  { text: '$tW("tb.main"', isHeard: false },
  { text: '$tR("tb.main")', isHeard: true },
  { text: ACTIVATION, isHeard: false },
  { text: ACTIVATION, isHeard: true },
];

const RENEWAL_BREAKS: readonly BreakPoint[] = [
  { text: '$tS.erase(".boot0")', isHeard: true },
  { text: '$tW("tb.keys"', isHeard: false },
  { text: '$tW(".boot0",0', isHeard: true },
  { text: ACTIVATION, isHeard: false },
];

function nameOf({ text, isHeard }: BreakPoint): string {
  return `${isHeard ? "behind" : "in"} ${text}`;
}

/** Ends of what the first start may have changed, and the block, which is every unit's own. */
function blanked(flash: Uint8Array, imageBytes: number): Buffer {
  const copy = Buffer.from(flash);
  const { boot, journal, data, slotA } = partitions;
  for (const { offsetBytes, sizeBytes } of [boot, journal, data]) {
    copy.fill(0, offsetBytes, offsetBytes + sizeBytes);
  }
  // Seals: two of 32 bytes, from the next multiple of 32 on.
  const seals = slotA.offsetBytes + Math.ceil(imageBytes / 32) * 32;
  return copy.fill(0, seals, seals + 64);
}

describe("trialboot flash on the real Espruino", function () {
  this.timeout(300_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const desk = new FlashDesk();
  let server: ConsoleServer;
  /** Flash of a board in development that has started once. */
  let developed: Buffer;

  before(async () => {
    await desk.prepare();
    server = await ConsoleServer.start(desk.folder);
    const made = await desk.flashBy("--image", "app.bin", "--port", server.name, "--development");
    assert.equal(made.exitCode, ExitCode.Ok, made.stderr);
    assert.match(made.stdout, /journal: image confirmed/);
    assert.deepEqual(desk.log(), ["start v1 confirmed"]);
    developed = desk.flash();
  });

  after(async () => {
    await server.stop();
    desk.dispose();
  });

  /** A start that nobody disturbs. */
  async function startWith(flash: Uint8Array): Promise<void> {
    await server.powerCycle(flash);
    await server.prompt();
    desk.log();
  }

  async function breaks(breakPoint: BreakPoint, argv: readonly string[]): Promise<void> {
    server.breakPoint = breakPoint;
    const broken = await desk.flashBy(...argv);
    assert.equal(broken.exitCode, ExitCode.Link, `${breakPoint.text}: ${broken.stderr}${broken.stdout}`);
    assert.match(broken.stderr, /run this again/i);
    assert.equal(server.breakPoint, undefined, "it broke elsewhere");
  }

  // Nearly all that is written is sent again behind each break, so each has a test of its own.
  describe("goes from a board that ran to the first confirmed start", () => {
    const args = ["--image", "app.bin", "--port"];

    before(() => startWith(developed));

    for (const breakPoint of BREAKS) {
      it(`broken off ${nameOf(breakPoint)}`, async () => {
        await breaks(breakPoint, [...args, server.name]);
        assert.deepEqual(desk.log(), [], "what is half written was started");
      });
    }

    it("done to the end, with the bytes that --out writes, and then the console is closed", async () => {
      const whole = await desk.flashBy(...args, server.name);
      assert.equal(whole.exitCode, ExitCode.Ok, whole.stderr);
      assert.match(whole.stdout, /console is closed/);
      assert.deepEqual(desk.log(), ["start v1 confirmed"]);
      await equalsRendered();
      await server.powerCycle();
      const closed = await desk.flashBy(...args, server.name);
      assert.equal(closed.exitCode, ExitCode.Link);
      assert.match(closed.stderr, /No Espruino console answers/);
      assert.deepEqual(desk.log(), ["start v1 confirmed"]);
    });
  });

  async function equalsRendered(): Promise<void> {
    const out = await desk.flashBy("--image", "app.bin", "--out", "flash.bin");
    assert.equal(out.exitCode, ExitCode.Ok, out.stderr);
    const flash = desk.flash();
    const imageBytes = readFileSync(desk.path("app.bin")).length;
    const rendered = readFileSync(desk.path("flash.bin"));
    assert.ok(blanked(flash, imageBytes).equals(blanked(rendered, imageBytes)), "other bytes than the rendered ones");
    const block = flash.subarray(partitions.boot.offsetBytes, partitions.boot.offsetBytes + 64);
    assert.equal(readProvisioning(bytesAsSource(block), createHostHash()).deviceKey?.length, 32);
    const types = journalRecords(flash).map(({ type }) => type);
    assert.ok(types.length > 0 && !types.includes(RecordType.JournalLost), types.join());
  }

  describe("renews the bootloader of a board that keeps what it has", () => {
    const args = ["--keep-data", "--development", "--key", desk.testKey, "--port"];

    before(() => startWith(developed));

    for (const breakPoint of RENEWAL_BREAKS) {
      it(`broken off ${nameOf(breakPoint)}`, async () => {
        await breaks(breakPoint, [...args, server.name]);
        keepsAll();
      });
    }

    it("done to the end, with one start, and none while the bootloader was away", async () => {
      const renewed = await desk.flashBy(...args, server.name);
      assert.equal(renewed.exitCode, ExitCode.Ok, renewed.stderr);
      assert.match(renewed.stdout, /^Renewed the bootloader/);
      keepsAll();
      assert.deepEqual(desk.log(), ["start v1 confirmed"]);
      const types = journalRecords(desk.flash()).map(({ type }) => type);
      assert.ok(!types.includes(RecordType.JournalLost), types.join());
    });
  });

  function keepsAll(): void {
    const after = desk.flash();
    const { boot, slotA, slotB, data } = partitions;
    const imageBytes = readFileSync(desk.path("app.bin")).length;
    for (const [name, { offsetBytes, sizeBytes }] of Object.entries({ boot, slotA, slotB, data })) {
      const part = (flash: Buffer): Buffer =>
        (name === "slotA" ? blanked(flash, imageBytes) : flash).subarray(offsetBytes, offsetBytes + sizeBytes);
      assert.ok(part(developed).equals(part(after)), name);
    }
  }

  it("tries a board in development, and says what it cannot try", async () => {
    await startWith(developed);
    const tried = await desk.run([
      "selftest", "--board", "linux", "--port", server.name, "--yes", "--out", "tried.json",
    ]);
    assert.equal(tried.exitCode, ExitCode.Ok, tried.stdout + tried.stderr);
    assert.match(tried.stdout, /passed +flash: one page/);
    assert.match(tried.stdout, /not possible +watchdog/);
    const report = JSON.parse(readFileSync(desk.path("tried.json"), "utf8")) as { items: { item: string }[] };
    assert.deepEqual(report.items.map(({ item }) => item), ["flash-operations", "native-hash"]);
    assert.deepEqual(new Set(desk.log()), new Set(["start v1 confirmed"]));
    keepsAll();
  });

  (hasPython ? it : it.skip)("works at a serial port", async () => {
    await startWith(Buffer.alloc(developed.length, 0xff));
    const bridge = await SerialBridge.start(server.port);
    try {
      const made = await desk.flashBy("--image", "app.bin", "--port", bridge.path, "--development");
      assert.equal(made.exitCode, ExitCode.Ok, made.stderr);
      assert.ok(made.stderr.includes(`port ${bridge.path}, named by --port`), made.stderr);
      assert.match(made.stdout, /journal: image confirmed/);
      assert.deepEqual(desk.log(), ["start v1 confirmed"]);
    } finally {
      bridge.stop();
    }
  });

  it("refuses other boards, interpreters, images and test keys before it writes anything", async () => {
    await startWith(Buffer.alloc(developed.length, 0xff));
    await typed('$tS.write("mine","1")');
    const before = desk.flash();
    const port = ["--port", server.name];
    writeFileSync(desk.path("bad.bin"), readFileSync(desk.path("app.bin")).fill(1, 40, 44));
    const keyed = ["flash", "--yes", ...port, "--image", "app.bin"];
    const cases = [
      [await desk.run([...keyed, "--board", "esp32", "--key", "key.public.pem"]), ExitCode.WrongBoard, /is LINUX, not/],
      [await desk.run([...keyed, "--board", "linux", "--key", desk.testKey]), ExitCode.Usage, /private half/],
      [await desk.flashBy("--image", "bad.bin", ...port), ExitCode.Authenticity, /would not start/],
      [await desk.flashBy("--keep-data", ...port), ExitCode.DeviceRefused, /no provisioning block/],
    ] as const;
    for (const [result, exitCode, message] of cases) {
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, message);
    }
    await typed('(global.process={version:"1v00",env:process.env},1)');
    const old = await desk.flashBy("--image", "app.bin", ...port);
    assert.equal(old.exitCode, ExitCode.DeviceRefused);
    assert.match(old.stderr, /interpreter is 1v00/);
    assert.ok(before.equals(desk.flash()));
  });

  async function typed(expression: string): Promise<unknown> {
    const port = await openPort(server.name, { baudRate: 115_200, timeoutMs: 5000 });
    const console = await EspruinoConsole.open(port);
    try {
      await console.evaluate('(global.$tS=require("Storage"),1)');
      return await console.evaluate(expression);
    } finally {
      await console.close();
    }
  }
});
