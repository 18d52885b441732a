/** Runs a scenario from its factory to its last expectation. */

import { isFilled } from "../../core/bytes";
import { FlashRuleError } from "../flash-rules";
import { workOnBench } from "./bench-work";
import type { Facts } from "./expectations";
import { checkExpectation } from "./expectations";
import type { BootRecord, Failure, Finding, FlashResult, PageResult, ScenarioResult, StepResult } from "./result";
import { StepRun } from "./run-step";
import type { PartitionName, Scenario, ScenarioStep } from "./scenario";
import { PARTITIONS } from "./schema-values";
import type { ScenarioSetting } from "./world";
import { ScenarioWorld } from "./world";

/** Boots of a whole scenario; a report of more helps nobody. */
const BOOTS_MAX = 1000;

/** Something in a scenario that cannot be done on its board, or a rule of the chip that software broke. */
function problemOf(error: unknown, line: number): Finding {
  if (error instanceof FlashRuleError) {
    const expected = "software that keeps the rules of the flash chip";
    return { line, name: "", passed: false, expected, found: error.message };
  }
  if (error instanceof RangeError) {
    return { line, name: "", passed: false, expected: "a step that can be done", found: error.message };
  }
  throw error;
}

/** What each partition's pages have been through. */
export function flashResult(world: ScenarioWorld): FlashResult {
  const { chip } = world.machine;
  const { pageSizeBytes, enduranceCycles, sizeBytes } = chip.geometry;
  const wear = chip.wear();
  const pageOf = (number: number): PageResult => {
    const offset = number * pageSizeBytes;
    return {
      number,
      erases: wear[number],
      blank: isFilled(chip.peek(offset, pageSizeBytes), 0, pageSizeBytes, 0xff),
      unstable: chip.hasUnstableBits(offset, pageSizeBytes),
      lastWrite: world.recorder.lastWrites.get(number),
    };
  };
  const partitions = PARTITIONS.map((name) => {
    const { offsetBytes, sizeBytes: size } = world.place(name);
    const first = offsetBytes / pageSizeBytes;
    const pages = Array.from({ length: size / pageSizeBytes }, (_, i) => pageOf(first + i));
    return { name, offsetBytes, sizeBytes: size, pages };
  }).sort((a, b) => a.offsetBytes - b.offsetBytes);
  const pages = partitions.reduce((sum, partition) => sum + partition.pages.length, 0);
  return { pageSizeBytes, enduranceCycles, partitions, otherPages: sizeBytes / pageSizeBytes - pages };
}

class ScenarioRun {
  private readonly steps: StepResult[] = [];
  private readonly boots: BootRecord[] = [];
  private readonly refused: string[] = [];
  private readonly changed = new Set<PartitionName>();

  constructor(
    private readonly world: ScenarioWorld,
    private readonly scenario: Scenario,
  ) {}

  /** Every step until one cannot go on, then what is expected at the end. */
  run(): StepResult[] {
    for (const [i, step] of this.scenario.steps.entries()) {
      if (!this.runStep(step, i + 1)) {
        return this.steps;
      }
    }
    const { expect } = this.scenario;
    if (expect.length > 0) {
      const { world, boots, refused, changed } = this;
      const facts: Facts = { world, boots, refused, changed: (name) => changed.has(name) };
      const findings = expect.map((expectation) => checkExpectation(expectation, facts));
      this.steps.push({ number: 0, line: expect[0].line, title: "the end", note: "", boots: [], findings });
    }
    return this.steps;
  }

  /** @returns false where the scenario cannot go on */
  private runStep(step: ScenarioStep, number: number): boolean {
    const { line, title, note } = step;
    let boots: readonly BootRecord[] = [];
    let findings: Finding[];
    let goesOn = true;
    try {
      const done = this.perform(step);
      boots = done.boots;
      findings = done.findings;
    } catch (error) {
      findings = [problemOf(error, line)];
      goesOn = false;
    }
    this.steps.push({ number, line, title, note, boots, findings });
    return goesOn;
  }

  private perform({ work, expect, line }: ScenarioStep): { boots: readonly BootRecord[]; findings: Finding[] } {
    const { world } = this;
    world.recorder.forget();
    let boots: readonly BootRecord[] = [];
    let refused: readonly string[] = [];
    let missed: readonly string[] = [];
    if (work.kind === "run") {
      ({ boots, refused, missed } = new StepRun(world, work.run, BOOTS_MAX - this.boots.length).run());
      this.boots.push(...boots);
      this.refused.push(...refused);
    } else {
      workOnBench(world, work);
    }
    const changed = (name: PartitionName): boolean => world.recorder.changed(world.machine.chip, world.place(name));
    PARTITIONS.filter(changed).forEach((name) => this.changed.add(name));
    const facts: Facts = { world, boots, refused, changed };
    const findings = expect.map((expectation) => checkExpectation(expectation, facts));
    const absent = missed.map((found) => ({ line, name: "", passed: false, expected: "a step that is done", found }));
    return { boots, findings: [...absent, ...findings] };
  }
}

function failureOf(steps: readonly StepResult[]): Failure | undefined {
  for (const step of steps) {
    const finding = step.findings.find(({ passed }) => !passed);
    if (finding !== undefined) {
      const { line, name, expected, found } = finding;
      const where = step.number === 0 ? "at the end" : `after step ${step.number} (${step.title})`;
      const what = name === "" ? "" : `${name}: `;
      return { line, where, sentence: `${what}expected ${expected}, found ${found}` };
    }
  }
  return undefined;
}

/** Runs the scenario. Whatever a board does is a result; only defects of the simulator are thrown. */
export function runScenario(scenario: Scenario, setting: ScenarioSetting): ScenarioResult {
  const startMs = performance.now();
  let steps: StepResult[];
  let world: ScenarioWorld | undefined;
  try {
    world = new ScenarioWorld(scenario, setting);
    steps = new ScenarioRun(world, scenario).run();
  } catch (error) {
    steps = [{ number: 1, line: 1, title: "board", note: "", boots: [], findings: [problemOf(error, 1)] }];
  }
  const failure = failureOf(steps);
  return {
    scenario,
    passed: failure === undefined,
    failure,
    steps,
    flash: world === undefined ? undefined : flashResult(world),
    durationMs: performance.now() - startMs,
  };
}
