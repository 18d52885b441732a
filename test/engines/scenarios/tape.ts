/** A scenario as the lines that portable/scenario.ts runs. */

import { ResetCause } from "../../../core/boot/reset-cause";
import { causeName } from "../../../sim/reset";
import { flashEdits } from "./flash-edits";
import { identityFor, imageNamed, keyStoreFor } from "./images";
import { addressOf, PAGE_BYTES, PARTITION_NAMES, sizeOf } from "./layout";
import type { Action, BoardWishes, Scenario, Step } from "./scenario";

const PIECE_BYTES = 1000;
const INSTALL_STEPS = { write: 1, finish: 2, trial: 3 } as const;
const CAUSES = Array.from({ length: ResetCause.WarmStart + 1 }, (_, cause) => causeName(cause));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Number of the reset cause of this name. */
export function causeNumber(name: string): ResetCause {
  const cause = CAUSES.indexOf(name);
  if (cause < 0) {
    throw new Error(`no reset cause ${name}`);
  }
  return cause;
}

/** What `install` is called with, in the order of the tape. */
export interface InstallCall {
  readonly image: string;
  readonly pieceBytes: number;
  readonly announcedBytes: number;
  readonly sentBytes: number;
  readonly steps: number;
}

/** The words as they are, if the action is no installation. */
export function installCall(action: Action): InstallCall | string {
  const short = typeof action === "string" ? /^install (\S+)$/.exec(action)?.[1] : undefined;
  if (typeof action === "string" && short === undefined) {
    return action;
  }
  const wishes = typeof action === "string" ? { install: short ?? "" } : action;
  const sizeBytes = imageNamed(wishes.install).bytes.length;
  const { pieces = PIECE_BYTES, announced = sizeBytes, sent = sizeBytes, until = "trial" } = wishes;
  return {
    image: wishes.install, pieceBytes: pieces, announcedBytes: announced, sentBytes: sent, steps: INSTALL_STEPS[until],
  };
}

function actionLine(action: Action): string {
  const call = installCall(action);
  return typeof call === "string"
    ? `do ${call}`
    : `do install ${[call.image, call.pieceBytes, call.announcedBytes, call.sentBytes, call.steps].join(" ")}`;
}

export function verifyModeOf(wishes: BoardWishes): number {
  return ["full", "seal", "seal-crc32"].indexOf(wishes.verifyMode ?? "full");
}

/** Attempts as makeBoardFiles configures them. */
function configLine(wishes: BoardWishes): string {
  const knows = wishes.knowsResetCauses ?? true;
  const { signaturePolicy } = keyStoreFor(wishes);
  const values = [hex(identityFor(wishes)), signaturePolicy, verifyModeOf(wishes), knows ? 1 : 0, knows ? 1 : 3, 8];
  return `config ${values.join(" ")}`;
}

function stepLines(step: Step, wishes: BoardWishes): string[] {
  if ("flash" in step) {
    return step.flash.flatMap((line) => flashEdits(line, wishes)).map(({ kind, partition, offsetBytes, bytes }) => {
      const offset = kind === "erase" ? "" : ` ${offsetBytes}`;
      return `${kind} ${partition}${offset}${kind === "put" ? ` ${hex(bytes)}` : ""}`;
    });
  }
  return [...(step.does ?? []).map(actionLine), `start ${causeNumber(step.start)} ${step.gesture === true ? 1 : 0}`];
}

function imageOf(action: Action): string[] {
  const call = installCall(action);
  return typeof call === "string" ? [] : [call.image];
}

/** Names of the images that are installed. */
export function installedImages(scenario: Scenario): string[] {
  const actions = scenario.steps.flatMap((step) => "start" in step ? step.does ?? [] : []);
  return [...new Set(actions.flatMap((action) => imageOf(action)))];
}

export function tapeOf(scenario: Scenario): string {
  const wishes = scenario.board;
  const lines = PARTITION_NAMES.map((name) => `partition ${name} ${addressOf(name)} ${sizeOf(name)} ${PAGE_BYTES}`);
  for (const { publicKey, keyHash } of keyStoreFor(wishes).trustedKeys) {
    lines.push(`key ${hex(publicKey)} ${hex(keyHash)}`);
  }
  for (const name of installedImages(scenario)) {
    const { bytes, head, tail } = imageNamed(name);
    lines.push(`image ${name} ${bytes.length} ${hex(head)} ${hex(tail)}`);
  }
  lines.push(configLine(wishes));
  lines.push(...scenario.steps.flatMap((step) => stepLines(step, wishes)));
  return lines.join("\n");
}
