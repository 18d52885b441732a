import assert from "node:assert/strict";
import { bootFromSource } from "../../../sim/boot-chain";
import { Reason } from "../../../core/reasons";
import { createRememberingVerifier } from "../../../sim/fast-crypto";
import type { BootFunction } from "../../../sim/machine-options";
import type { SoakSetting } from "../../../sim/soak/life";
import { SoakLife } from "../../../sim/soak/life";
import type { SoakResult } from "../../../sim/soak/soak";
import { runSoak } from "../../../sim/soak/soak";
import { loadBoard } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { nodeVerifier } from "../../core/image/mcuboot-vectors";

const SEED = 1;
const BOOTS = 1500;

function settingWith(boot: BootFunction): SoakSetting {
  return {
    boards: ["esp32", "nrf52840dk"].map(loadBoard),
    boot,
    hash: createHostHash(),
    createVerifier: () => createRememberingVerifier(nodeVerifier),
  };
}

function soak(boot: BootFunction = bootFromSource, boots = BOOTS): SoakResult {
  return runSoak(settingWith(boot), SEED, (counts) => counts.boots < boots);
}

describe("the soak", function () {
  this.timeout(60000);

  it("breaks nothing in a short run of fixed seed, in which everything happens", () => {
    const result = soak();
    assert.equal(result.failure, undefined);
    assert.equal(result.boots, BOOTS);
    assert.ok(result.confirmed > 20 && result.rejected > 20 && result.updates > 100, JSON.stringify(result));
    assert.ok(result.cuts > 150 && result.recoveries > 10, JSON.stringify(result));
  });

  it("is a function of its seed", () => {
    assert.deepEqual(soak(bootFromSource, 200), soak(bootFromSource, 200));
    const other = runSoak(settingWith(bootFromSource), SEED + 1, (counts) => counts.boots < 200);
    assert.notDeepEqual(other, soak(bootFromSource, 200));
  });

  it("finds a bootloader that forgets the trial's budget, and leads to it again by seed and step", () => {
    const generous: BootFunction = (board, config) =>
      bootFromSource(board, { ...config, trialAttempts: 9, trialForgiven: 99 });
    const { failure } = soak(generous);
    assert.match(failure?.sentences.join() ?? "", /started on trial once too often/);
    const life = new SoakLife(settingWith(generous), failure!.seed);
    while (life.counts.boots < failure!.step) {
      assert.deepEqual(life.oracle.violations, []);
      life.step();
    }
    assert.deepEqual(life.oracle.violations, failure!.sentences);
  });

  it("finds a bootloader that believes every signature", () => {
    const credulous = { ...nodeVerifier, checkSignatures: () => Reason.None };
    const careless: BootFunction = (board, config) => bootFromSource({ ...board, verifier: credulous }, config);
    const { failure } = soak(careless);
    assert.match(failure?.sentences.join() ?? "", /wrong-key/);
  });
});
