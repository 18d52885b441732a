import assert from "node:assert/strict";
import fc from "fast-check";
import { type CommandLine, helpText, integerOf, nearest, readArguments, shown } from "../../tools/arguments";
import { ToolError } from "../../tools/errors";

const LINE: CommandLine = {
  name: "trialboot try",
  summary: "Tries.",
  positionals: ["INPUT"],
  flags: [
    { name: "size", short: "S", value: "BYTES", help: "A size" },
    { name: "pair", value: "TAG", secondValue: "VALUE", multiple: true, help: "A pair" },
    { name: "order", short: "e", value: "ORDER", choices: ["little"], help: "An order" },
    { name: "pad", help: "A switch" },
  ],
  refused: [
    { name: "order", short: "e", hasValue: true, allowed: ["little"], because: "no big ones.", next: "Leave it out." },
    { name: "clear", short: "c", hasValue: false, because: "nothing is clear.", next: "Leave it out." },
  ],
};

describe("command lines", () => {
  it("are read in any order, long and short, joined and apart", () => {
    for (const argv of [["-S", "5", "--pad", "in"], ["in", "--pad", "--size=5"], ["--pad", "-S5", "in"]]) {
      const args = readArguments(LINE, argv);
      assert.deepEqual(args.positionals, ["in"]);
      assert.equal(args.text("size"), "5");
      assert.equal(args.has("pad"), true);
      assert.equal(args.text("order"), undefined);
    }
  });

  it("keep the pairs of flags with two values, also when these look like flags", () => {
    const args = readArguments(LINE, ["--pair", "1", "--pad", "in", "--pair=2", "b=c"]);
    assert.deepEqual(args.pairs("pair"), [["1", "--pad"], ["2", "b=c"]]);
    assert.equal(args.has("pad"), false);
  });

  it("leave what stands behind -- alone", () => {
    assert.deepEqual(readArguments(LINE, ["--", "--pad"]).positionals, ["--pad"]);
  });

  it("name what is refused as it was written, and the whole flag", () => {
    assert.throws(() => readArguments(LINE, ["-e", "big", "in"]), /^ToolError: -e big \(--order of imgtool\) is not/);
    assert.throws(() => readArguments(LINE, ["--clear", "in"]), /^ToolError: --clear .*nothing is clear/);
    assert.equal(readArguments(LINE, ["-e", "little", "in"]).text("order"), "little");
  });

  it("need no arguments when help is asked for", () => {
    assert.equal(readArguments(LINE, ["--help"]).wantsHelp, true);
  });

  it("are refused as usage errors and nothing else, whatever they hold", () => {
    const known = fc.constantFrom("--size", "-S", "--pair", "-e", "--pad", "-", "--", "-Spe", "--=x");
    const word = fc.oneof(known, fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          readArguments(LINE, argv);
        } catch (error) {
          assert.ok(error instanceof ToolError && error.exitCode === 2, String(error));
        }
      }),
    );
  });
});

describe("numbers on command lines", () => {
  it("are decimal, or hexadecimal, octal and binary by prefix", () => {
    const read = (text: string): number => integerOf(text, "size", 0, 0xffffffff);
    const texts = ["0", "12", "0x20", "0X2a", "0o17", "0b101", " +7 ", "00"];
    assert.deepEqual(texts.map(read), [0, 12, 32, 42, 15, 5, 7, 0]);
  });

  it("are nothing else", () => {
    for (const text of ["", " ", "1.5", "1e3", "012", "0x", "-1", "five", "1_000", "0xg", "1 2", "\u0661"]) {
      assert.throws(() => integerOf(text, "size", 0, 100), /is not a whole number for --size/, text);
    }
  });

  it("stay within their range, both ends included", () => {
    assert.equal(integerOf("32", "size", 32, 64), 32);
    assert.equal(integerOf("64", "size", 32, 64), 64);
    assert.throws(() => integerOf("31", "size", 32, 64), /out of range/);
    assert.throws(() => integerOf("65", "size", 32, 64), /out of range/);
    assert.throws(() => integerOf("9".repeat(400), "size", 0, 64), /out of range/);
  });
});

describe("help with typing errors", () => {
  it("finds the nearest word, and none that is far away", () => {
    const known = ["--slot-size", "--slot-address", "--key", "--json"];
    assert.equal(nearest("--slotsize", known), "--slot-size");
    assert.equal(nearest("--slot-adress", known), "--slot-address");
    assert.equal(nearest("--jsno", known), "--json");
    assert.equal(nearest("--slot", known), "--slot-size");
    assert.equal(nearest("--entirely-different", known), undefined);
  });

  it("shows arguments on one line, short and without control characters", () => {
    assert.equal(shown("a\u001b[31m\nb"), "a\\u001b[31m b");
    assert.equal(shown("x".repeat(500)).length, 120);
  });
});

describe("help texts", () => {
  it("list every flag with its short form, values and choices", () => {
    const text = helpText(LINE);
    assert.match(text, /^Usage: trialboot try INPUT \[flags\]\n\nTries\.\n/);
    assert.match(text, / {2}-S, --size BYTES +A size\n/);
    assert.match(text, / {6}--pair TAG VALUE +A pair; may be given several times\n/);
    assert.match(text, /An order \(little\)\n/);
    assert.match(text, / {2}-h, --help +Show this help$/);
  });
});
