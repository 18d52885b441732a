import assert from "node:assert/strict";
import type { ProgramEvent } from "../../sim/program";
import { FAKE_BOARD, machineWith, startUnwatched } from "./fake-board";

const KICK = "setInterval(function(){door.kickWatchdog()},1000);";

/** An application that keeps its watchdog quiet and does `body`. */
function kicking(body: string): string {
  return `(function(door){${KICK}${body}})`;
}

describe("an application's script in the machine", () => {
  it("is called with the door when it is a function expression", () => {
    const report = machineWith("function(door){console.log(door.info.version.minor, typeof door.confirm)}").powerOn();
    assert.deepEqual(report.console, ["2 function"]);
    assert.equal(report.started, "A");
  });

  it("is run as a script when it is none", () => {
    const report = machineWith("var a = 2;\nif (a) { print(a + 1); }\n").powerOn();
    assert.deepEqual(report.console, ["3"]);
  });

  it("is read as latin-1, a byte string", () => {
    assert.deepEqual(machineWith('print("\xe9".length, "\xe9".charCodeAt(0))').powerOn().console, ["1 233"]);
  });

  it("with a syntax error dies of an uncaught error, like any other", () => {
    const report = machineWith("var = 3").powerOn();
    assert.deepEqual([report.started, report.endedBy], ["A", "software"]);
    assert.match(report.errors[0], /^SyntaxError: /);
  });

  it("hangs at its start: the watchdog resets, and the simulator goes on", () => {
    const report = machineWith("while(true){}", { scriptTimeoutMs: 30 }).powerOn();
    assert.deepEqual([report.endedBy, report.uptimeMs], ["watchdog", 5000]);
    assert.match(report.notes[0], /does not return/);
  });

  it("hangs in a timer: the watchdog resets after what is left of its time", () => {
    const app = kicking("setTimeout(function(){for(;;);},2500)");
    const report = machineWith(app, { scriptTimeoutMs: 30 }).powerOn();
    assert.equal(report.endedBy, "watchdog");
    assert.ok(report.uptimeMs >= 7000 && report.uptimeMs < 7010, String(report.uptimeMs));
  });

  it("hangs in a promise, and cannot catch its way out", () => {
    const app = "Promise.resolve().then(function(){try{for(;;);}finally{for(;;);}})";
    assert.equal(machineWith(app, { scriptTimeoutMs: 30 }).powerOn().endedBy, "watchdog");
  });

  it("hangs for ever without a watchdog", () => {
    const report = machineWith("for(;;);", { scriptTimeoutMs: 30 }, startUnwatched).powerOn();
    assert.equal(report.endedBy, "hang-without-watchdog");
  });

  it("waits for time in a loop as on a board: each call out costs virtual time", () => {
    const report = machineWith("var t=getTime()+0.5; while(getTime()<t); print('done')").powerOn();
    assert.deepEqual(report.console, ["done"]);
    const starved = machineWith("var t=getTime()+60; while(getTime()<t); print('done')").powerOn();
    assert.deepEqual([starved.endedBy, starved.console.length], ["watchdog", 0]);
  });

  it("throws at its start or later: the handler for uncaught errors gets the text", () => {
    const early = machineWith("(function(){throw new Error('early')})").powerOn();
    assert.deepEqual([early.errors, early.endedBy, early.uptimeMs], [["Error: early"], "software", 0]);
    const late = machineWith(kicking("setTimeout(function(){null.x},3000)")).powerOn();
    assert.match(late.errors[0], /^TypeError: /);
    assert.deepEqual([late.endedBy, late.uptimeMs], ["software", 3000]);
    const thrown = machineWith("throw {code:5}").powerOn();
    assert.deepEqual(thrown.errors, ['{"code":5}']);
  });

  it("goes on after an uncaught error nobody handles, as Espruino does, and prints it", () => {
    const app = "setTimeout(function(){throw 'x'},10);setTimeout(function(){print('still here')},20)";
    const report = machineWith(app, {}, startUnwatched).powerOn();
    assert.deepEqual([report.console, report.endedBy], [["Uncaught x", "still here"], "horizon"]);
  });

  it("tells its own listener of uncaught errors, and a promise that nobody caught", () => {
    const app = `process.on("uncaughtException",function(e){print("saw "+e)});
      setTimeout(function(){throw 1},5);
      new Promise(function(ok,no){no(2)});
      Promise.reject(3).catch(function(e){print("caught "+e)});`;
    const report = machineWith(app, {}, startUnwatched).powerOn();
    assert.deepEqual(report.errors, ["2", "1"]);
    assert.deepEqual(report.console, ["caught 3", "Uncaught 2", "saw 2", "Uncaught 1", "saw 1"]);
  });

  it("fails by name on a global or module the board's mock does not have, once", () => {
    const app = "setInterval(function(){NRF.wake()},100)";
    const report = machineWith(app, { horizonMs: 1000 }, startUnwatched).powerOn();
    assert.equal(report.errors[0], "ReferenceError: NRF is not defined");
    assert.deepEqual(report.notes, [
      "the application uses NRF, which this board's mock does not have: add it to the globals file",
    ]);
    const module = machineWith('require("Wifi")').powerOn();
    assert.match(module.notes[0], /uses Wifi,/);
  });

  it("may ask whether a global is there without being reported", () => {
    const report = machineWith("print(typeof NRF)", {}, startUnwatched).powerOn();
    assert.deepEqual([report.console, report.notes], [["undefined"], []]);
  });

  it("has no built-ins that its engine lacks", () => {
    const app = "print(typeof Map, typeof Symbol, typeof WebAssembly, typeof require, typeof JSON)";
    const report = machineWith(app).powerOn();
    assert.deepEqual(report.console, ["undefined undefined undefined function object"]);
  });

  it("gets the user's globals and modules, over those of the board", () => {
    const userGlobals = {
      globals: { NRF: { wake: () => "awake" }, getTime: () => 42 },
      modules: { Wifi: { ssid: "home" } },
    };
    const app = 'print(NRF.wake(), getTime(), require("Wifi").ssid)';
    assert.deepEqual(machineWith(app, { userGlobals }).powerOn().console, ["awake 42 home"]);
  });

  it("cannot swallow a reset: nothing it does afterwards has an effect", () => {
    const app = kicking(`
      setTimeout(function(){print("timer is alive")},10);
      try { door.reject() } catch (e) {}
      try { print("printed"); } catch (e) {}
      try { door.kickWatchdog(); } catch (e) {}
      require("Storage").write("after", "reset");`);
    const machine = machineWith(app);
    const report = machine.powerOn();
    assert.deepEqual([report.endedBy, report.console, report.uptimeMs], ["software", [], 0]);
    assert.deepEqual(machine.storage.list(), []);
    const events: ProgramEvent["kind"][] = [];
    machineWith("try{load()}catch(e){}", { observe: (event) => void events.push(event.kind) }).powerOn();
    assert.deepEqual(events, ["start"]);
  });

  it("does not outlive a reset by a loop either", () => {
    const app = "try { E.reboot() } catch (e) { while (true) { try { print(1) } catch (f) {} } }";
    const report = machineWith(app, { scriptTimeoutMs: 30 }).powerOn();
    assert.deepEqual([report.endedBy, report.console], ["software", []]);
  });

  it("starts afresh at every boot: no variable, timer or patch is left", () => {
    const app = "print(typeof left, typeof Math.mine); left = 1; Math.mine = 1; setTimeout(load, 100)";
    const machine = machineWith(app);
    const first = machine.powerOn();
    assert.equal(first.endedBy, "warm-start");
    assert.deepEqual([...first.console, ...machine.runBoot().console], Array(2).fill("undefined undefined"));
  });

  it("has time and chance of the machine only", () => {
    const app =
      "print(Date.now(), new Date().getTime(), Math.random(), new Date(5).getTime(), Date instanceof Function)";
    const [first, second] = [machineWith(app).powerOn().console, machineWith(app).powerOn().console];
    assert.deepEqual(first, second);
    assert.match(first[0], /^0 0 0\.\d+ 5 true$/);
    assert.notDeepEqual(machineWith(app, { seed: 2 }).powerOn().console, first);
  });

  it("is observed: start, return, errors", () => {
    const events: ProgramEvent["kind"][] = [];
    const observe = (event: ProgramEvent): void => void events.push(event.kind);
    machineWith("setTimeout(function(){nothing()},5)", { observe, horizonMs: 100 }, startUnwatched).powerOn();
    assert.deepEqual(events, ["start", "returned", "missing", "uncaught"]);
  });

  it("sleeps deeply on an ESP32 and can tell that it woke; other chips have no such global", () => {
    const app = "if (ESP32.getWakeupCause()) print('woke'); else ESP32.deepSleep(2000000)";
    const machine = machineWith(app);
    assert.equal(machine.powerOn().endedBy, "deep-sleep");
    const second = machine.runBoot();
    assert.deepEqual(second.console, ["woke"]);
    const other = machineWith(app, { board: { ...FAKE_BOARD, chip: "nrf52840" } }).powerOn();
    assert.match(other.notes[0], /uses ESP32,/);
  });
});
