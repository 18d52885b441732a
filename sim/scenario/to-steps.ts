/** Steps of a file as steps of a scenario. */

import { parseCutId } from "../power";
import { causeOf, RECORD_NAMES } from "./names";
import { durationMs, shareOf } from "./quantities";
import type { RawCut, RawInstall, RawRun, RawStep } from "./raw-scenario";
import type { Reading } from "./reading";
import type {
  BenchWork, CutMoment, InstallWish, Position, PowerCutWish, RunWish, ScenarioStep, StepWork,
} from "./scenario";
import { STEP_KINDS } from "./schema-steps";
import type { FieldPath } from "./source-text";
import { toExpectations } from "./to-expectations";

/** More boots than a board needs to settle; one that goes on restarting must not keep the scenario going. */
const BOOTS_DEFAULT = 30;
/** How long a gateway watches a confirmed version before it sends the next. */
const INSTALL_AFTER_MS = 60000;
/** Virtual time of one run; a kick a second makes 86,400 events of it. */
const RUN_MS_MAX = 86400000;
const DROP_MS = 30000;
const MOMENTS = ["after", "operation", "id", "whileErasing", "whileWriting", "whileRecording"] as const;

export function toPosition(at: number | string): Position {
  return typeof at === "number" ? { offsetBytes: at } : { share: shareOf(at) };
}

/** A time of a run or of what happens in it. */
function timeOf(reading: Reading, path: FieldPath, text: string): number {
  const ms = durationMs(text);
  if (ms > RUN_MS_MAX) {
    reading.fault(path, `${text} is too long here; expected at most 1 d.`);
  }
  return ms;
}

function momentOf(reading: Reading, path: FieldPath, raw: RawCut): CutMoment {
  const { which = 1 } = raw;
  const share = typeof which === "string" && which !== "last" ? shareOf(which) : undefined;
  const index = typeof which === "number" ? which - 1 : -1;
  if (raw.after !== undefined) {
    return { kind: "time", afterMs: timeOf(reading, [...path, "after"], raw.after) };
  }
  if (raw.whileRecording !== undefined) {
    if (!RECORD_NAMES.includes(raw.whileRecording)) {
      reading.fault([...path, "whileRecording"], `"${raw.whileRecording}" is no journal record; expected one of ${
        RECORD_NAMES.join(", ")}.`);
    }
    return { kind: "record", record: raw.whileRecording, which: index };
  }
  if (raw.whileErasing !== undefined) {
    return { kind: "erase", partition: raw.whileErasing, which: index, share };
  }
  if (raw.whileWriting !== undefined) {
    return { kind: "write", partition: raw.whileWriting, which: index, share };
  }
  return { kind: "operation", number: raw.operation ?? 0 };
}

function toCut(reading: Reading, path: FieldPath, raw: RawCut): PowerCutWish {
  const moments = MOMENTS.filter((name) => raw[name] !== undefined);
  if (moments.length !== 1) {
    reading.fault(path, `expected exactly one of ${MOMENTS.join(", ")}${
      moments.length === 0 ? "" : `, not ${moments.join(" and ")}`}.`);
  }
  const comesBackAs = causeOf(raw.comesBackAs ?? "power-on");
  const times = raw.times ?? 1;
  if (raw.id !== undefined) {
    const plan = parseCutId(raw.id);
    const { when, tornBytes, unstableReads } = plan;
    const moment = { kind: "operation", number: plan.atOperation } as const;
    return { moment, when, tornBytes, unstableReads, times, comesBackAs };
  }
  const when = raw.when === undefined || raw.when === "inside" ? "torn" : raw.when;
  const { tornBytes, unstableReads } = raw;
  return { moment: momentOf(reading, path, raw), when, tornBytes, unstableReads, times, comesBackAs };
}

function toRun(reading: Reading, path: FieldPath, raw: RawRun): RunWish {
  const time = (name: string, text: string): number => timeOf(reading, [...path, name], text);
  const { press, reset } = raw;
  const held = typeof press === "string" ? { for: press } : press;
  return {
    forMs: raw.for === undefined ? undefined : time("for", raw.for),
    bootsMax: raw.boots ?? BOOTS_DEFAULT,
    times: raw.times ?? 1,
    cause: raw.cause === undefined ? undefined : causeOf(raw.cause),
    cutPower: raw.cutPower === undefined ? undefined : toCut(reading, [...path, "cutPower"], raw.cutPower),
    press: held === undefined
      ? undefined
      : { afterMs: time("press", held.after ?? "0 s"), forMs: time("press", held.for) },
    reset: reset === undefined ? undefined : { afterMs: time("reset", reset.after), as: causeOf(reset.as) },
    askForRecoveryAfterMs: raw.askForRecovery === undefined ? undefined : time("askForRecovery", raw.askForRecovery),
    install: undefined,
    repairWith: undefined,
  };
}

function toInstall(reading: Reading, path: FieldPath, raw: RawInstall): InstallWish {
  const images = raw.images ?? (raw.image === undefined ? [] : [raw.image]);
  if ((raw.image === undefined) === (raw.images === undefined)) {
    reading.fault(path, "expected either image or images.");
  }
  const { linkDrop: drop, linkGarbage: garbage } = raw;
  return {
    images,
    afterMs: raw.after === undefined ? INSTALL_AFTER_MS : timeOf(reading, [...path, "after"], raw.after),
    duringTrial: raw.duringTrial ?? false,
    restart: raw.restart ?? true,
    linkDrop: drop === undefined ? undefined : {
      share: shareOf(drop.at),
      forMs: drop.for === undefined ? DROP_MS : timeOf(reading, [...path, "linkDrop", "for"], drop.for),
      startsAgain: drop.then === "starts again",
    },
    linkGarbage: garbage === undefined ? undefined : { share: shareOf(garbage.at), how: garbage.how },
  };
}

function toBenchWork(raw: RawStep): BenchWork {
  if (raw.flipBit !== undefined) {
    const { partition, at, bit = 0 } = raw.flipBit;
    return { kind: "flipBit", partition, at: toPosition(at), bit };
  }
  if (raw.wipe !== undefined) {
    return { kind: "wipe", partitions: typeof raw.wipe === "string" ? [raw.wipe] : raw.wipe };
  }
  if (raw.wearOut !== undefined) {
    return { kind: "wearOut", partition: raw.wearOut.partition, page: raw.wearOut.page };
  }
  if (raw.readNoise !== undefined) {
    return { kind: "readNoise", probability: raw.readNoise === "off" ? 0 : raw.readNoise };
  }
  if (raw.putImage !== undefined) {
    const { image, slot, trailer = "none" } = raw.putImage;
    return { kind: "putImage", image, slot, trailer };
  }
  if (raw.clockJump !== undefined) {
    return { kind: "clockJump", byMs: durationMs(raw.clockJump) };
  }
  return { kind: "button", pressed: raw.button === "pressed" };
}

function toWork(reading: Reading, path: FieldPath, raw: RawStep): StepWork {
  if (raw.install !== undefined) {
    const place = [...path, "install"];
    const install = typeof raw.install === "string" ? { image: raw.install } : raw.install;
    // `after` of an install is the sender's; the run itself has none.
    return { kind: "run", run: { ...toRun(reading, place, install), install: toInstall(reading, place, install) } };
  }
  if (raw.repair !== undefined) {
    const repair = typeof raw.repair === "string" ? { image: raw.repair } : raw.repair;
    return { kind: "run", run: { ...toRun(reading, [...path, "repair"], repair), repairWith: repair.image } };
  }
  if (raw.run !== undefined) {
    const run = typeof raw.run === "string" ? { for: raw.run } : (raw.run ?? {});
    return { kind: "run", run: toRun(reading, [...path, "run"], run) };
  }
  return toBenchWork(raw);
}

/** What a step does, in a few words. */
function titleOf(kind: string, raw: RawStep): string {
  const value: unknown = raw[kind as keyof RawStep];
  if (typeof value === "string" || typeof value === "number") {
    return `${kind} ${value}`;
  }
  if (typeof value !== "object" || value === null) {
    return kind;
  }
  const { image, images = [], partition, slot } = value as Partial<Record<string, string>> & { images?: string[] };
  const about = Array.isArray(value) ? (value as string[]) : [image, ...images, slot, partition];
  const words = about.filter((part) => part !== undefined);
  return words.length === 0 ? kind : `${kind} ${words.join(", ")}`;
}

export function toStep(reading: Reading, path: FieldPath, raw: RawStep): ScenarioStep {
  const kinds = STEP_KINDS.filter((kind) => raw[kind as keyof RawStep] !== undefined);
  if (kinds.length !== 1) {
    const also = kinds.length === 0 ? "" : `, not ${kinds.join(" and ")}`;
    reading.fault(path, `expected exactly one of ${STEP_KINDS.join(", ")}${also}.`);
  }
  return {
    line: reading.lineOf(path),
    title: titleOf(kinds[0] ?? "nothing", raw),
    note: raw.note ?? "",
    work: toWork(reading, path, raw),
    expect: toExpectations(reading, [...path, "expect"], raw.expect),
  };
}

/** Names of images that a step speaks of, each with the field that does. */
export function imagesNamed(path: FieldPath, { work }: ScenarioStep): { path: FieldPath; name: string }[] {
  if (work.kind === "putImage") {
    return [{ path: [...path, "putImage", "image"], name: work.image }];
  }
  if (work.kind !== "run") {
    return [];
  }
  const { install, repairWith } = work.run;
  const sent = (install?.images ?? []).map((name) => ({ path: [...path, "install"], name }));
  return repairWith === undefined ? sent : [...sent, { path: [...path, "repair"], name: repairWith }];
}
