import assert from "node:assert/strict";
import { createImageVerifier } from "../../../core/image/signatures";
import { runScenario } from "../../../sim/scenario/run-scenario";
import type { ScenarioResult } from "../../../sim/scenario/result";
import { loadShipped, SCENARIO_FILES, SCENARIO_SETTING, scenarioOf } from "./shipped";

const HEAD = `title: Test
board: { name: nrf52840dk }
images:
  old: { version: 1.0.0 }
  new: { version: 2.0.0 }
`;

function run(steps: string, head = HEAD): ScenarioResult {
  return runScenario(scenarioOf(`${head}steps:\n${steps}`), SCENARIO_SETTING);
}

function bootsOf(result: ScenarioResult): unknown[] {
  return result.steps.flatMap(({ boots }) => [...boots]);
}

describe("running a scenario", () => {
  it("says what was expected, what was found, after which step and at which line", () => {
    const { failure, passed } = run("  - run: 1 s\n  - install: new\n    expect: { boots: 3 }\n");
    assert.equal(passed, false);
    assert.deepEqual(failure, { line: 9, where: "after step 2 (install new)", sentence: "boots: expected 3, found 2" });
  });

  it("gives the same boots, happenings and records each time", () => {
    for (const file of ["power-cut-in-erase.yaml", "flash-read-noise.yaml", "worn-out-journal.yaml"]) {
      const [first, second] = [0, 1].map(() => bootsOf(runScenario(loadShipped(file), SCENARIO_SETTING)));
      assert.deepEqual(first, second, file);
    }
  });

  it("fails where a fault that is asked for never happens", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["  - run: { cutPower: { whileRecording: rejected } }", /power was to fail while the record rejected is written/],
      ["  - run: { for: 1 s, cutPower: { after: 2 s } }", /power was to fail after 2 s in 1 boots, and did in 0/],
      ["  - run: { for: 1 s, reset: { after: 2 s, as: watchdog } }", /the board was to be reset/],
      ["  - run: { for: 1 s, askForRecovery: 2 s }", /somebody was to ask for recovery/],
      ["  - repair: new", /the board was to be repaired, and never went to recovery/],
      ["  - install: { image: new, for: 5 s }", /an image was to be sent/],
      ["  - install: { image: new, for: 60500 ms, linkDrop: { at: 99 % } }", /the link was to drop, and never did/],
      [
        "  - install: { image: new, for: 60500 ms, linkGarbage: { at: 99 %, how: lost } }",
        /the link was to be disturbed/,
      ],
    ];
    for (const [step, message] of cases) {
      const { failure } = run(`${step}\n    expect: { bootsAtMost: 30 }\n`);
      assert.match(failure?.sentence ?? "", message, step);
    }
  });

  it("fails, without a stack trace, where a board cannot do what a step says", () => {
    const worn = run("  - wearOut: { partition: journal }\n  - run:\n    expect: { boots: 1 }\n");
    assert.match(worn.failure?.sentence ?? "", /a page wears out only on a board with enduranceCycles/);
    const odd = HEAD.replace("nrf52840dk", "nrf52840dk, pageSizeBytes: 5000");
    const pages = run("  - run:\n    expect: { boots: 1 }\n", odd);
    assert.match(pages.failure?.sentence ?? "", /found /);
    assert.equal(pages.flash, undefined);
  });

  it("cuts power in the places that it is asked to, and comes back as it is told", () => {
    const cut = (place: string): unknown[] => {
      const { steps } = run(`  - install: { image: new, boots: 2, cutPower: { ${place}, comesBackAs: brown-out } }
    expect: { boots: 2, causes: [power-on, brown-out], journal: [install-begin] }\n`);
      assert.deepEqual(steps[0].findings.map(({ found, passed }) => passed || found), [true, true, true], place);
      return steps[0].boots.map(({ report }) => `${report.endedBy} ${report.journal.join()}`);
    };
    assert.match(String(cut("whileErasing: slotB, which: 2")[0]), /^power-cut install-begin$/);
    assert.match(String(cut("whileRecording: installed, when: before")[0]), /^power-cut install-begin$/);
    assert.match(String(cut("whileRecording: installed, when: after")[0]), /^power-cut install-begin,installed$/);
    assert.match(String(cut("after: 61 s")[0]), /^power-cut install-begin/);
    assert.match(String(cut("id: 5t3z")[0]), /^power-cut install-begin$/);
  });

  it("tells of a chip's page when it was written last, and leaves rehearsals out", () => {
    const { flash } = run("  - install: { image: new, cutPower: { whileErasing: slotB, which: 3 } }\n"
      + "    expect: { boots: 3, refused: nothing }\n");
    const slotB = flash?.partitions.find(({ name }) => name === "slotB");
    assert.deepEqual(slotB?.pages.slice(0, 4).map(({ erases }) => erases), [2, 2, 2, 1]);
    // The first page gets the seal of a confirmed image in the third boot.
    assert.deepEqual(slotB?.pages.slice(0, 2).map(({ lastWrite }) => lastWrite?.bootNumber), [3, 2]);
    assert.ok(slotB?.pages.slice(1).every(({ lastWrite }) => lastWrite?.bootNumber === 2));
    assert.ok(slotB?.pages.every(({ unstable }) => !unstable));
  });

  it("notices a signature check that accepts everything", () => {
    const setting = { ...SCENARIO_SETTING, verifier: createImageVerifier(() => true, () => true) };
    assert.equal(runScenario(loadShipped("changed-image.yaml"), setting).passed, false);
  });

  it("notices a bootloader that is told nothing of watchdog resets", () => {
    const setting = { ...SCENARIO_SETTING, loadBoard: (name: string) => {
      return { ...SCENARIO_SETTING.loadBoard(name), knowsResetCauses: false };
    } };
    const failed = SCENARIO_FILES.filter((file) => !runScenario(loadShipped(file), setting).passed);
    for (const file of ["watchdog-in-trial.yaml", "crash-in-trial.yaml", "brown-out-of-confirmed.yaml"]) {
      assert.ok(failed.includes(file), file);
    }
  });
});
