import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES, stubText } from "../../../hal/espruino/stub";
import { ExitCode } from "../../../tools/exit-codes";
import { ToolError } from "../../../tools/errors";
import { BoardMemory, chunksOf } from "../../../tools/provision/board-memory";
import { BoardError, EspruinoConsole } from "../../../tools/provision/console";
import { bytesLiteral, findAnswer, LINE_BYTES_MAX, textLiteral } from "../../../tools/provision/console-line";
import { checkFacts, readFacts } from "../../../tools/provision/prepare";
import { FakeConsole, type FakeConsoleOptions } from "./fake-console";

/** Tests wait for what never comes no longer than this. */
const SHORT_MS = 20;

async function open(options: FakeConsoleOptions = {}): Promise<{ fake: FakeConsole; console: EspruinoConsole }> {
  const fake = new FakeConsole(options);
  return { fake, console: await EspruinoConsole.open(fake.port, SHORT_MS) };
}

function isLink(text: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ToolError && error.exitCode === ExitCode.Link && text.test(error.message);
}

describe("the console of an interpreter", () => {
  it("gives values, also in pieces and among noise", async () => {
    for (const options of [{}, { pieceCharacters: 1 }, { noise: "\x07<tb<tb1=[9];5>\r\nlog " }]) {
      const { console } = await open(options);
      assert.equal(await console.evaluate("6*7"), 42);
      assert.deepEqual(await console.evaluate('[1,"a\\n;>",{b:2}]'), [1, "a\n;>", { b: 2 }]);
    }
  });

  it("gives what an expression throws as an error", async () => {
    const { console } = await open();
    await assert.rejects(console.evaluate("nothing.there"), BoardError);
    assert.equal(await console.evaluate("1"), 1);
  });

  it("interrupts what runs there", async () => {
    const { console } = await open({ interruptsNeeded: 2 });
    assert.equal(await console.evaluate("1+1"), 2);
  });

  it("interrupts nothing where a board is awaited that starts", async () => {
    const fake = new FakeConsole({ interruptsNeeded: 1 });
    await assert.rejects(EspruinoConsole.openQuietly(fake.port, SHORT_MS), isLink(/No Espruino console/));
    assert.equal(fake.interrupts, 0);
    const ready = await EspruinoConsole.openQuietly(new FakeConsole().port, SHORT_MS);
    assert.equal(await ready.evaluate("1+1"), 2);
  });

  it("answers each question once, though lines come twice", async () => {
    const { fake, console } = await open({ runsTwice: true });
    await console.evaluate("(global.count=0,0)");
    await console.evaluate("(++global.count)");
    assert.equal(await console.evaluate("global.count"), 1);
    assert.ok(fake.lines.length >= 4);
  });

  it("says that nobody answers, that something else answers, and that a password is wanted", async () => {
    const silent = new FakeConsole({ says: "" });
    await assert.rejects(EspruinoConsole.open(silent.port, SHORT_MS), isLink(/No Espruino console/));
    assert.ok(silent.isClosed);
    await assert.rejects(open({ says: "login:\r\n" }), isLink(/says something.*login:/));
    await assert.rejects(open({ says: "\r\npassword>" }), (error) =>
      error instanceof ToolError && error.exitCode === ExitCode.DeviceRefused);
  });

  it("says that the connection ended, and that a board started anew", async () => {
    await assert.rejects(open({ linesUntilEnd: 1 }), isLink(/ended/));
    const { console } = await open({ linesUntilEnd: 2 });
    await assert.rejects(console.evaluate("1"), isLink(/ended/));
    await assert.rejects(console.evaluate("1"), isLink(/ended/));
    const restarted = await open();
    await restarted.console.evaluate("(delete global.$tb,1)");
    // The sentence of a browser's engine; Espruino says: Uncaught ReferenceError: "$tb" is not defined.
    await assert.rejects(restarted.console.evaluate("1", SHORT_MS), isLink(/started anew/));
  });

  it("takes no answer with a wrong checksum, a wrong number, or half of one", () => {
    assert.equal(findAnswer("<tb1=[1];1>", 1), undefined);
    assert.deepEqual(findAnswer("xx<tb1=[1];2422936778>", 1), { isValue: true, value: 1 });
    assert.equal(findAnswer("<tb12=[1];2422936778>", 1), undefined);
    assert.equal(findAnswer("<tb1=[1];2422936778", 1), undefined);
  });

  it("keeps no more than a bounded part of what a board prints", async () => {
    const { fake, console } = await open();
    for (let i = 0; i < 50; i++) {
      fake.print("x".repeat(10_000));
    }
    assert.equal(await console.evaluate("2"), 2);
  });

  it("writes bytes as literals that mean them, in pieces that fit into a line", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      const chunks = chunksOf(bytes);
      assert.deepEqual(Buffer.concat(chunks), Buffer.from(bytes));
      for (const [index, chunk] of chunks.entries()) {
        const literal = bytesLiteral(chunk);
        const text = runInNewContext(literal, { atob }) as string;
        assert.deepEqual(Buffer.from(text, "latin1"), Buffer.from(chunk));
        assert.ok(literal.length < LINE_BYTES_MAX && /^[ -~]*$/.test(literal));
        assert.ok(index === chunks.length - 1 || chunk.length % 16 === 0);
      }
    }), { numRuns: 60 });
    assert.equal(textLiteral('a"\\\n\xff'), '"a\\"\\\\\\x0a\\xff"');
  });
});

describe("the memory of a board over its console", () => {
  it("says a line again that lost characters", async () => {
    let spoilt = 0;
    const { fake, console } = await open({
      spoils: (line) => (line.includes("$tW(\"f\"") && spoilt++ < 2 ? line.replace("hello", "hell") : line),
    });
    const memory = await BoardMemory.attach(console);
    await memory.writeFile("f", 0, Buffer.from("hello"), 5);
    assert.equal(fake.files.get("f")?.toString(), "hello");
    assert.equal(spoilt, 3);
    assert.equal((await memory.readFile("f"))?.sizeBytes, 5);
    assert.equal(await memory.readFile("g"), undefined);
  });

  it("gives up on a line that always loses characters, and where Storage has no room", async () => {
    const { console } = await open({ spoils: (line) => line.replace("hello", "hell") });
    const memory = await BoardMemory.attach(console);
    await assert.rejects(memory.writeFile("f", 0, Buffer.from("hello"), 5), /loses characters/);
    await assert.rejects(memory.writeFile("f", 0, Buffer.from("other"), undefined), /no room/);
  });
});

describe("what is on a board", () => {
  const expected = { name: "fake", board: "FAKE", versions: ["2v29", "2v30"] };

  it("is read without a change, and compared with the board file", async () => {
    const { fake, console } = await open();
    fake.files.set(".bootcde", Buffer.from("1"));
    fake.files.set("data", Buffer.from("1"));
    const facts = await readFacts(console);
    assert.deepEqual(facts, {
      version: "2v29", board: "FAKE", files: 2, bootFiles: [".bootcde"], isProvisioned: false,
    });
    checkFacts(facts, expected);
    assert.equal(fake.files.size, 2);
  });

  it("is refused if it is another board or another interpreter", async () => {
    const other = await readFacts((await open({ board: "PUCKJS" })).console);
    assert.throws(() => checkFacts(other, expected), /is PUCKJS, not FAKE/);
    const old = await readFacts((await open({ version: "2v10" })).console);
    assert.throws(() => checkFacts(old, expected), /interpreter is 2v10; .* 2v29, 2v30/);
  });

  it("tells a bootloader that was activated", async () => {
    const { fake, console } = await open();
    const stub = Buffer.from(stubText(1, 2, false), "latin1");
    fake.files.set(".boot0", stub);
    assert.equal((await readFacts(console)).isProvisioned, false);
    stub.write(ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES, "latin1");
    assert.equal((await readFacts(console)).isProvisioned, true);
  });
});
