/** From a file's text to a scenario, or to everything that is wrong with it. Never throws for any text. */

import { parseVersion } from "../../core/image/version";
import { durationMs, shareOf } from "./quantities";
import type { RawAction, RawBoard, RawDamage, RawImage, RawScenario } from "./raw-scenario";
import { Reading } from "./reading";
import type { ScenarioSurroundings } from "./reading";
import type { Action, BoardChanges, Damage, Factory, Scenario, ScenarioImage } from "./scenario";
import { schemaFaults } from "./schema-faults";
import type { FieldPath, ScenarioFault } from "./source-text";
import { readSource } from "./source-text";
import { toExpectations } from "./to-expectations";
import { imagesNamed, toPosition, toStep } from "./to-steps";

const PAYLOAD_BYTES = 2000;
const CONFIRM_AFTER_MS = 30000;

/** What an application does if a scenario does not say: kicks, and confirms itself. */
const WELL_BEHAVED: readonly Action[] = [{ kind: "confirm", afterMs: CONFIRM_AFTER_MS }];

function ms(text: string | undefined): number {
  return durationMs(text ?? "0 s");
}

function optionalMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationMs(text);
}

/** A time alone, or an object. */
function timed<T extends object>(value: string | T): Partial<T> & { after?: string } {
  return typeof value === "string" ? ({ after: value } as Partial<T> & { after?: string }) : value;
}

/** A text alone, or an object. */
function textAt(value: string | { readonly after?: string; readonly text: string }): { afterMs: number; text: string } {
  return typeof value === "string" ? { afterMs: 0, text: value } : { afterMs: ms(value.after), text: value.text };
}

function toAction(raw: RawAction): Action {
  const simple = (["confirm", "hang", "crash", "askForRecovery", "stopKicking"] as const).find((kind) => kind in raw);
  if (simple !== undefined) {
    return { kind: simple, afterMs: ms(raw[simple]) };
  }
  if (raw.reject !== undefined || raw.throw !== undefined) {
    const { after, text } = timed(raw.reject ?? raw.throw ?? "0 s");
    const kind = raw.reject === undefined ? "throw" : "reject";
    return { kind, afterMs: ms(after), text: text ?? (kind === "throw" ? "the scenario says so" : "") };
  }
  if (raw.print !== undefined) {
    return { kind: "print", ...textAt(raw.print) };
  }
  if (raw.writeData !== undefined) {
    return { kind: "writeData", ...textAt(raw.writeData) };
  }
  if (raw.sleep !== undefined) {
    const { after, for: forText, announced = true } = raw.sleep;
    return { kind: "sleep", afterMs: ms(after), forMs: ms(forText), announced };
  }
  if (raw.restart !== undefined) {
    const { after, announced = false } = timed(raw.restart);
    return { kind: "restart", afterMs: ms(after), announced };
  }
  const { healthyAfter, failsAfter, minTrial } = raw.runtime ?? {};
  return {
    kind: "runtime",
    healthyAfterMs: optionalMs(healthyAfter),
    failsAfterMs: optionalMs(failsAfter),
    minTrialMs: optionalMs(minTrial),
  };
}

function toDamage(raw: RawDamage): Damage {
  if (raw.flipBit !== undefined) {
    return { kind: "flipBit", at: toPosition(raw.flipBit.at), bit: raw.flipBit.bit ?? 0 };
  }
  return raw.truncate === undefined
    ? { kind: "append", bytes: raw.append ?? 0 }
    : { kind: "truncate", share: shareOf(raw.truncate) };
}

function scriptOf(reading: Reading, path: FieldPath, raw: RawImage): string | undefined {
  if (raw.file === undefined) {
    return undefined;
  }
  if (raw.does !== undefined || raw.payloadBytes !== undefined) {
    reading.fault(path, "an application from a file has no does and no payloadBytes; expected one or the other.");
  }
  const found = reading.surroundings.readScript(raw.file);
  if ("refusal" in found) {
    reading.fault([...path, "file"], found.refusal);
    return undefined;
  }
  return found.text;
}

function toImage(reading: Reading, name: string, raw: RawImage): ScenarioImage {
  const path = ["images", name];
  const version = parseVersion(raw.version);
  if (version === undefined) {
    reading.fault([...path, "version"], `"${raw.version}" is no version; expected one such as 2.0.0 or 2.0.0+17.`);
  }
  const counter = raw.counter ?? version?.major ?? 0;
  return {
    name,
    version: raw.version,
    counter: counter === "none" ? undefined : counter,
    signedBy: raw.signedBy ?? "owner",
    vendor: raw.vendor,
    class: raw.class,
    payloadBytes: raw.payloadBytes ?? PAYLOAD_BYTES,
    script: scriptOf(reading, path, raw),
    does: raw.does?.map(toAction) ?? WELL_BEHAVED,
    damage: (raw.damage ?? []).map(toDamage),
  };
}

function toBoardChanges(raw: RawBoard): BoardChanges {
  const { eraseTakes, watchdog } = raw;
  return {
    pageSizeBytes: raw.pageSizeBytes,
    writesPerWordMax: raw.writesPerWordMax,
    enduranceCycles: raw.enduranceCycles,
    eraseDurationUs: eraseTakes === undefined ? undefined : durationMs(eraseTakes) * 1000,
    knowsResetCauses: raw.knowsResetCauses,
    watchdogTimeoutMs: optionalMs(watchdog),
    verifyMode: raw.verifyMode,
    trialAttempts: raw.trialAttempts,
    baseFloor: raw.baseFloor,
    vendor: raw.vendor,
    class: raw.class,
  };
}

function toFactory(raw: RawScenario): Factory {
  const { factory = Object.keys(raw.images)[0] } = raw;
  const { image, provisioned = true, trailer = "none" } = typeof factory === "string" ? { image: factory } : factory;
  return { image, provisioned, trailer };
}

function checkImageNames(reading: Reading, scenario: Scenario): void {
  const check = (path: FieldPath, name: string): void => {
    if (!scenario.images.has(name)) {
      const known = [...scenario.images.keys()].join(", ");
      reading.fault(path, `there is no image "${name}"; expected one of ${known}.`);
    }
  };
  check(["factory"], scenario.factory.image);
  scenario.steps.forEach((step, i) => {
    imagesNamed(["steps", i], step).forEach(({ path, name }) => check(path, name));
  });
}

function checkSense(reading: Reading, scenario: Scenario): void {
  checkImageNames(reading, scenario);
  const { boardNames } = reading.surroundings;
  if (!boardNames.includes(scenario.boardName)) {
    reading.fault(["board"], `there is no board "${scenario.boardName}"; expected one of ${boardNames.join(", ")}.`);
  }
  if (!scenario.steps.some(({ work }) => work.kind === "run")) {
    reading.fault(["steps"], "the board never runs; expected at least one run, install or repair.");
  }
  if ([...scenario.expect, ...scenario.steps.flatMap(({ expect }) => expect)].length === 0) {
    reading.fault([], "nothing is expected; expected at least one expect, at a step or at the end.");
  }
}

export type ScenarioReading =
  | { readonly scenario: Scenario; readonly faults: readonly [] }
  | { readonly scenario: undefined; readonly faults: readonly ScenarioFault[] };

/**
 * Reads a scenario.
 *
 * @param text of the file, YAML or JSON, SCENARIO_CHARACTERS_MAX at most
 * @param file its name, for reports
 */
export function readScenario(text: string, file: string, surroundings: ScenarioSurroundings): ScenarioReading {
  const source = readSource(text);
  const refusals = source.faults.length > 0 ? source.faults : schemaFaults(source);
  if (refusals.length > 0) {
    return { scenario: undefined, faults: refusals };
  }
  const raw = source.value as RawScenario;
  const reading = new Reading(source, surroundings);
  const board: RawBoard = typeof raw.board === "string" ? { name: raw.board } : raw.board;
  const scenario: Scenario = {
    file,
    title: raw.title,
    why: raw.why ?? "",
    seed: raw.seed ?? 1,
    boardName: board.name,
    boardChanges: toBoardChanges(board),
    images: new Map(Object.entries(raw.images).map(([name, image]) => [name, toImage(reading, name, image)])),
    factory: toFactory(raw),
    steps: raw.steps.map((step, i) => toStep(reading, ["steps", i], step)),
    expect: toExpectations(reading, ["expect"], raw.expect),
  };
  checkSense(reading, scenario);
  const { faults } = reading;
  return faults.length > 0 ? { scenario: undefined, faults } : { scenario, faults: [] };
}
