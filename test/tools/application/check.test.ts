import assert from "node:assert/strict";
import fc from "fast-check";
import { type ApplicationForm, checkApplication, FINDINGS_MAX } from "../../../tools/application/check";
import type { Severity } from "../../../tools/application/findings";
import { ENGINES } from "../../../tools/build/engines";
import { MISTAKEN, REFUSED, TAKEN } from "./language-cases";

const engine = ENGINES["espruino"];

function check(text: string, board = "esp32"): ReturnType<typeof checkApplication> {
  return checkApplication(text, { engine, board });
}

/** `severity rule line:column` of each finding. */
function brief(text: string): string[] {
  return check(text).findings.map(({ severity, rule, line, column }) => `${severity} ${rule} ${line}:${column}`);
}

/** What is said of one line, if it is one thing. */
function only(text: string): string {
  const found = brief(text).filter((line) => !line.startsWith("note "));
  assert.ok(found.length <= 1, `${text}: ${found.join("; ")}`);
  return found[0] ?? "";
}

const CONFLICTS: readonly (readonly [string, string])[] = [
  ["save();", "error save 1:1"],
  ["global.save();", "error save 1:1"],
  ["E.setBootCode('x');", "error boot-code 1:1"],
  ["E.setConsole(Serial1);", "error console 1:1"],
  ["E.setConsole(null, {force: true});", ""],
  ["Serial1.setConsole();", "error console 1:1"],
  ["E.enableWatchdog(10, true);", "error watchdog 1:1"],
  ["E.kickWatchdog();", "warning watchdog 1:1"],
  ["clearInterval();", "error clear-all 1:1"],
  ["clearTimeout();", "error clear-all 1:1"],
  ["clearWatch();", "warning clear-all 1:1"],
  ["var t = setInterval(function () {}, 5); clearInterval(t);", ""],
  ["load();", "error restart 1:1"],
  ["reset();", "error restart 1:1"],
  ["E.reboot();", "error restart 1:1"],
  ["function f() { door.announceRestart(); E.reboot(); }", ""],
  ["function f() { door.announceRestart(); } E.reboot();", "error restart 1:42"],
  ["door.announceRestart(); load('other.js');", "error restart 1:25"],
  ["function load(x) { return x; } load(3);", ""],
  ["ESP32.deepSleep(1000);", "warning sleep 1:1"],
  ["require('Flash').write('abcd', 0);", "error flash 1:1"],
  ["var F = require('Flash'); F.erasePage(0);", "error flash 1:27"],
  ["poke32(0x40000000, 1);", "warning memory 1:1"],
  ["E.setFlags({unsafeFlash: 1});", "error flags 1:1"],
  ["E.setFlags({pretokenise: 1});", ""],
  ["Modules.removeAllCached();", "error modules 1:1"],
  ["process.removeAllListeners('uncaughtException');", "error listeners 1:1"],
  ["require('Storage').write('.bootcde', 'x');", "error boot-code 1:1"],
  ["require('Storage').write('.boot0', 'x');", "error boot-code 1:1"],
  ["require('Storage').write('notes', 'x');", ""],
  ["require('Storage').open('log', 'a');", "error storage 1:1"],
  ["let s = require('Storage'); s.open('log', 'a');", "error storage 1:29"],
  ["require('Storage').eraseAll();", "warning storage 1:1"],
  ["require('Storage').compact();", "warning storage 1:1"],
  ["require('Storage').hash();", "error storage 1:1"],
  ["require('Storage').read('a'); door.data.read(0, 4);", "error storage 1:31"],
  ["require('SSD1306');", "error module 1:1"],
  ["require(name);", "warning module 1:1"],
  ["require('locale');", "error module 1:1"],
  ["require('heatshrink');", ""],
  ["function tick() {} setInterval('tick()', 10);", "error string-code 1:20"],
  ["setInterval('other()', 10);", "warning string-code 1:1"],
  ["setInterval(function () { print(1); }, 10);", ""],
  ["var a = 1; print(global.a);", "warning scope 1:18"],
  ["var a = 1; print(this.a);", "warning scope 1:18"],
  ["function F() { print(this.a); } var a = 1;", ""],
  ["global.a = 1; var a; print(global.a);", ""],
  ["for (let i = 0; i < 3; i++) setTimeout(() => print(i), 1);", "warning loop-closure 1:52"],
  ["for (let i = 0; i < 3; i++) print(i);", ""],
  ["E.on('init', function () { print(1); });", ""],
  ["JSON.stringify({}, null, 2);", "warning ignored 1:1"],
];

const THREE_LEVELS =
  "class A { m() { return 1; } } class B extends A { m() { return super.m(); } } class C extends B {} new C().m();";

describe("the check of an application", () => {
  for (const text of [...REFUSED, ...MISTAKEN]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.ok(check(text).findings.some(({ severity }) => severity === "error"), brief(text).join());
    });
  }

  for (const text of TAKEN) {
    it(`takes ${JSON.stringify(text)}`, () => {
      assert.deepEqual(brief(text), []);
    });
  }

  for (const [text, expected] of CONFLICTS) {
    it(`says "${expected}" of ${text}`, () => {
      assert.equal(only(text), expected);
    });
  }

  it("refuses super where three classes inherit from one another", () => {
    assert.deepEqual(brief(THREE_LEVELS), ["error super-depth 1:64"]);
  });

  it("does not hold Espruino's limits against JerryScript", () => {
    const jerryscript = { engine: ENGINES["jerryscript"], board: undefined };
    assert.deepEqual(checkApplication("f(); function f() {} var {a} = {a: 1};", jerryscript).findings, []);
  });

  it("tells scripts, payloads and modules apart", () => {
    const forms: Readonly<Record<string, ApplicationForm>> = {
      "print(1);": "script",
      "(function (door) { door.confirm(); door.kickWatchdog(); })": "function",
      "import { a } from './a'; a();": "module",
      "var = 3": "unreadable",
      "": "script",
    };
    for (const [text, form] of Object.entries(forms)) {
      assert.equal(check(text).form, form, text);
    }
  });

  it("warns of a payload that never confirms itself", () => {
    assert.deepEqual(brief("(function (door) { print(1); })"), ["warning confirm 1:1"]);
  });

  it("gives a place from 1 and something to do for every error", () => {
    for (const [text] of CONFLICTS) {
      for (const { line, column, severity, next, sentence } of check(`\n  ${text}`).findings) {
        assert.ok(line === 2 && column >= 3, text);
        assert.ok(severity !== "error" || next !== "", sentence);
        assert.match(sentence, /\.$/, sentence);
      }
    }
  });

  it("knows the modules that the build links in", () => {
    const linkedModules = new Set(["SSD1306"]);
    assert.deepEqual(checkApplication("require('SSD1306');", { engine, board: "esp32", linkedModules }).findings, []);
  });

  it("is bounded: very many findings, very deep nesting, very long text", function () {
    this.timeout(20_000);
    const many = check("save();".repeat(2000) + "poke32(1,1);".repeat(2000)).findings;
    assert.equal(many.length, FINDINGS_MAX);
    assert.ok(many.filter(({ severity }) => severity === "error").length === FINDINGS_MAX - 1);
    for (const deep of ["(".repeat(50_000), `a${".b".repeat(50_000)}`, "[".repeat(2000) + "]".repeat(2000)]) {
      assert.ok(check(deep).findings.length <= FINDINGS_MAX);
    }
    assert.deepEqual(brief("x".repeat(1_048_577)), ["error size 1:1"]);
    const calls = `${"function f() { return g(); } function g() { return f(); }".repeat(500)}${"f();".repeat(5000)}`;
    assert.ok(check(calls).findings.length <= FINDINGS_MAX);
  });
});

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** Whatever the text, the check comes back with findings that lie in it. */
function mustStand(text: string): void {
  const { findings } = check(text);
  const lines = text.split("\n");
  for (const { line, column, severity, sentence } of findings) {
    assert.ok(SEVERITIES.includes(severity) && sentence !== "");
    assert.ok(line >= 1 && line <= lines.length && column >= 1, `${line}:${column} of ${JSON.stringify(text)}`);
    assert.ok(column <= (lines[line - 1] ?? "").length + 1, `${line}:${column} of ${JSON.stringify(text)}`);
  }
}

const PIECES = [...REFUSED, ...MISTAKEN, ...TAKEN, ...CONFLICTS.map(([text]) => text), THREE_LEVELS];

describe("the check of any text", () => {
  it("comes back for garbage", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => mustStand(text)), { numRuns: 500 });
  });

  it("comes back for programs put together at random", () => {
    const statements = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 });
    const nested = fc.tuple(statements, statements).map(
      ([outer, inner]) => `${outer.join("\n")}\nfunction around() {\n${inner.join("\n")}\n}`,
    );
    fc.assert(fc.property(nested, (text) => mustStand(text)), { numRuns: 300 });
  });

  it("comes back for programs cut and mixed at random", () => {
    const cut = fc.tuple(fc.constantFrom(...PIECES), fc.nat(), fc.nat()).map(([text, from, length]) => {
      const start = from % (text.length + 1);
      return text.slice(start, start + (length % 40));
    });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 20 }), (parts) => mustStand(parts.join(" "))),
      { numRuns: 1000 },
    );
  });
});
