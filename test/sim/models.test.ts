import assert from "node:assert/strict";
import type { Handover } from "../../core/boot/handover";
import type { BootFunction } from "../../sim/machine-options";
import * as models from "../../sim/models";
import type { ProgramModel } from "../../sim/models";
import { fakeDoor, fakeMachine, machineWith, startUnwatched } from "./fake-board";

/** Boots `model` and lists the calls of the door it makes besides kicks, with the uptime. */
function calls(model: ProgramModel): string[] {
  const seen: string[] = [];
  const boot: BootFunction = (board) => {
    const door = fakeDoor(board, 0, true);
    const note = (name: string): number => seen.push(`${name}@${board.clock.uptimeMs()}`) * 0;
    const noting: Handover = {
      ...door,
      confirm: () => note("confirm"),
      reject: (text) => note(`reject(${text})`),
      announceRestart: () => note("announceRestart"),
      announceSleep: () => note("announceSleep"),
    };
    board.program.start(board.slots[0], 0, 4, noting);
    return undefined;
  };
  fakeMachine(boot, { models: () => model, horizonMs: 20000 }).powerOn();
  return seen;
}

describe("models of applications", () => {
  it("confirm, reject and sleep when they say", () => {
    assert.deepEqual(calls(models.confirms()), ["confirm@0"]);
    assert.deepEqual(calls(models.confirms(7000)), ["confirm@7000"]);
    assert.deepEqual(calls(models.rejects(7000, "sensor")), ["reject(sensor)@7000"]);
    assert.deepEqual(calls(models.sleeps(500, 1000)), ["announceSleep@500"]);
    assert.deepEqual(calls(models.sleeps(500, 1000, false)), []);
    assert.deepEqual(calls(models.kicksOnly()), []);
  });

  it("are found by what stands in the slot, everything else runs as a script", () => {
    const lookup = models.modelsByPayload(new Map([["#model", models.throws("modelled")]]));
    const modelled = machineWith("#model", { models: lookup }, startUnwatched).powerOn();
    assert.deepEqual(modelled.errors, ["Error: modelled"]);
    assert.deepEqual(machineWith("print(1)", { models: lookup }, startUnwatched).powerOn().console, ["1"]);
  });

  it("are found by the first bytes of the image's digest", () => {
    const lookup = models.modelsByDigest(new Map([["ab00", models.throws("modelled")]]));
    const modelled = machineWith("print(1)", { models: lookup }, startUnwatched).powerOn();
    assert.deepEqual([modelled.errors, modelled.console], [["Error: modelled"], ["Uncaught Error: modelled"]]);
    const other = models.modelsByDigest(new Map([["ab01", models.throws("modelled")]]));
    assert.deepEqual(machineWith("print(1)", { models: other }, startUnwatched).powerOn().console, ["1"]);
  });
});
