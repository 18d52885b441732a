import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadGlobals } from "../../sim/globals/load";
import { machineWith, startUnwatched } from "./fake-board";

/** What the application prints within `horizonMs`. */
function prints(script: string, horizonMs = 10000): readonly string[] {
  const report = machineWith(script, { horizonMs, callCostUs: 0 }, startUnwatched).powerOn();
  assert.deepEqual(report.errors, []);
  return report.console;
}

describe("the mocked globals of Espruino", () => {
  it("setTimeout, setInterval, changeInterval and their clearing", () => {
    const script = `
      var n = 0, log = function (what) { print(what + "@" + Math.round(getTime() * 1000)); };
      setTimeout(function (a, b) { log(a + b); }, 50, "x", "y");
      setTimeout("log('text')", 60);
      var dead = setTimeout(function () { log("never"); }, 10);
      clearTimeout(dead);
      var id = setInterval(function () {
        log("tick");
        if (++n === 2) changeInterval(id, 300);
        if (n === 3) clearInterval(id);
      }, 100);
      setTimeout(log, 0, "soon");`;
    assert.deepEqual(prints(script), ["soon@1", "xy@50", "text@60", "tick@100", "tick@200", "tick@500"]);
  });

  it("clearInterval without an id ends every timer", () => {
    assert.deepEqual(prints("setInterval(print,10,'no');clearInterval()"), []);
  });

  it("console.log shows values in one line", () => {
    assert.deepEqual(prints("console.log('a', 1, true, undefined, null, {b:[1,2]}, new Error('e'))"), [
      'a 1 true undefined null {"b":[1,2]} Error: e',
    ]);
    assert.deepEqual(prints("var o={}; o.o=o; print(o, print)"), ["{ ... } function () {...}"]);
  });

  it("pins: digitalWrite, digitalRead, analogRead, LED1, BTN1 and setWatch", () => {
    const machine = machineWith(
      `digitalWrite(LED1, 1); digitalWrite([D2, D3], 2);
       print(digitalRead(LED1), digitalRead([D2, D3]), D2.read(), analogRead(A0));
       setWatch(function (e) { print("watch", e.state, getTime()); }, BTN1, { repeat: true, edge: "both" });
       setWatch(function () { print("once"); }, BTN1);
       digitalPulse(D4, 1, 20); print(digitalRead(D4)); setTimeout(function () { print(digitalRead(D4)); }, 30);`,
      { horizonMs: 5000, callCostUs: 0 },
      startUnwatched,
    );
    const report = machine.runBoot({
      stimulate: ({ clock, pins }) => {
        clock.schedule(1000000, () => pins.setGesture(true));
        clock.schedule(2000000, () => pins.setGesture(false));
        clock.schedule(3000000, () => pins.setGesture(true));
      },
    });
    assert.deepEqual(report.console, [
      "1 2 true 0", "1", "0", "watch true 1", "once", "watch false 2", "watch true 3",
    ]);
    assert.equal(report.indicated, true);
  });

  it("an unknown pin is refused", () => {
    assert.deepEqual(prints("try{digitalWrite('Z9',1)}catch(e){print(e.message)}"), ["Invalid pin"]);
  });

  it("Serial1 sends on the machine's link and hears what arrives there", () => {
    const machine = machineWith(
      `Serial1.setup(115200); Serial1.write("ab", 7, [1, 2], new Uint8Array([255])); Serial1.println({ a: 1 });
       Serial1.on("data", function (d) { Serial1.print(d.length + ":" + d.charCodeAt(0)); });`,
      { horizonMs: 1000, callCostUs: 0 },
      startUnwatched,
    );
    const report = machine.runBoot({ stimulate: ({ link }) => link.deliver(new Uint8Array([200, 3]), 250) });
    const sent = machine.link.sent.map(({ uptimeMs, bytes }) => [uptimeMs, Buffer.from(bytes).toString("latin1")]);
    assert.deepEqual(sent, [[0, "ab\x07\x01\x02\xff"], [0, '{"a":1}\r\n'], [250, "2:200"]]);
    assert.equal(report.linkBytes, 20);
  });

  it("Serial1 of an earlier start hears nothing more, and its bytes are not counted again", () => {
    const app = `Serial1.on("data", print); Serial1.write("abc"); setTimeout(load, 100)`;
    const machine = machineWith(app, {}, startUnwatched);
    machine.powerOn();
    const report = machine.runBoot({ stimulate: ({ link }) => link.deliver(new Uint8Array([65]), 50) });
    assert.deepEqual([report.console, report.linkBytes, machine.link.sent.length], [["A"], 3, 1]);
  });

  it("require('Storage') keeps files over restarts", () => {
    const script = `
      var s = require("Storage"), old = s.readJSON("log.json") || { n: 0 };
      s.writeJSON("log.json", { n: old.n + 1 }); s.write("raw", "abc"); s.write("raw", "Z", 1);
      print(old.n, s.read("raw"), s.read("raw", 1, 1), s.list().join(), s.list(/^r/).join(), s.read("none"));
      s.erase("raw"); setTimeout(E.reboot, 10);`;
    const machine = machineWith(script, {}, startUnwatched);
    assert.deepEqual(machine.powerOn().console, ["0 aZc Z log.json,raw raw undefined"]);
    assert.deepEqual(machine.runBoot().console, ["1 aZc Z log.json,raw raw undefined"]);
  });

  it("Storage refuses what does not fit, and says how much is free", () => {
    const script = `
      var s = require("Storage"), free = s.getFree();
      print(s.write("big", "", 0, free), s.write("small", "12345678"));
      print(free - s.getFree() >= 8);
      try { s.write("small", "x", 20); } catch (e) { print(e.message); }
      try { s.write("none", "x", 2); } catch (e) { print(e.message); }`;
    assert.deepEqual(prints(script), [
      "false true", "true", "Too much data for file size", "Unable to find or create file",
    ]);
  });

  it("E and process answer", () => {
    const script = `print(E.getTemperature() > 0, E.getBattery() <= 100, E.getErrorFlags().length,
      E.CRC32("123456789") === 0xCBF43926, E.toString([65, 66]), E.toUint8Array("A")[0]);
      print(process.memory().free > 0, process.env.CHIP, atob(btoa("x")), global === this);`;
    assert.deepEqual(prints(script), ["true true 0 true AB 65", "true esp32 x true"]);
  });

  it("E.enableWatchdog starts it; in automatic mode an idle application lives, a hanging one does not", () => {
    const run = (script: string): string =>
      machineWith(script, { horizonMs: 60000 }, startUnwatched).powerOn().endedBy;
    assert.equal(run("E.enableWatchdog(5, true)"), "horizon");
    assert.equal(run("E.enableWatchdog(5, false)"), "watchdog");
    assert.equal(run("E.enableWatchdog(5, false); setInterval(E.kickWatchdog, 4000)"), "horizon");
    assert.equal(run("E.enableWatchdog(5); setTimeout(function(){for(;;);}, 20000)"), "watchdog");
  });

  it("load() and reset() start the interpreter anew without a reset of the chip", () => {
    assert.equal(machineWith("load()").powerOn().endedBy, "warm-start");
    assert.equal(machineWith("reset()").powerOn().endedBy, "warm-start");
  });

  it("promises settle after the callback that made them, in order", () => {
    const script = `
      setTimeout(function () {
        new Promise(function (ok) { print(1); ok(Promise.resolve(3)); }).then(function (v) { print(v); throw 4; })
          .catch(function (e) { print(e); return 5; }).then(print);
        print(2);
      }, 10);
      setTimeout(function () { print("next"); }, 10);
      Promise.all([1, Promise.resolve(2)]).then(function (v) { print(v); });`;
    assert.deepEqual(prints(script), ["[1,2]", "1", "2", "3", "4", "5", "next"]);
  });
});

describe("a user's file of globals", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "trialboot-globals-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (text: string): string => {
    const path = join(folder, "globals.mjs");
    writeFileSync(path, text);
    return path;
  };

  it("adds its globals, made for each start if it exports a function", async () => {
    const path = file(`export const globals = (host) => ({ BME280: { temperature: () => host.devices.boardName } });
      export const modules = { Wifi: { connect: () => 7 } };`);
    const userGlobals = await loadGlobals(path);
    const report = machineWith("print(BME280.temperature(), require('Wifi').connect())", { userGlobals }).powerOn();
    assert.deepEqual(report.console, ["fake 7"]);
  });

  it("is refused with its path where it exports none", async () => {
    const path = file("export const other = 1;");
    await assert.rejects(loadGlobals(path), (error) => error instanceof TypeError && error.message.startsWith(path));
    const wrong = join(folder, "wrong.mjs");
    writeFileSync(wrong, "export const globals = {}; export const modules = 3;");
    await assert.rejects(loadGlobals(wrong), /exports "modules"/);
  });
});
