/** Applications of scenarios: a list of actions as a model, which needs no interpreter. */

import type { Handover } from "../../core/boot/handover";
import { Health } from "../../firmware/health";
import { startRuntime } from "../../firmware/runtime";
import type { ApplicationHost } from "../host";
import type { ProgramModel } from "../models";
import type { Action } from "./scenario";

/** Time between two kicks. */
const KICK_INTERVAL_MS = 1000;
/** A deadline that never comes. */
const NEVER_MS = 4294967295;

type RuntimeAction = Extract<Action, { kind: "runtime" }>;
type TimedAction = Exclude<Action, RuntimeAction>;

/** Text at the start of the application's own flash, an erased page in front of it. */
function writeData(door: Handover, text: string): void {
  const { data } = door;
  const bytes = new Uint8Array(Math.ceil(text.length / data.writeUnitBytes) * data.writeUnitBytes).fill(0xff);
  bytes.set(Buffer.from(text, "latin1"));
  data.erasePage(0);
  data.write(0, bytes);
}

function perform(action: TimedAction, door: Handover, host: ApplicationHost): void {
  switch (action.kind) {
    case "confirm":
      door.confirm();
      break;
    case "reject":
      door.reject(action.text);
      break;
    case "hang":
      host.hang();
      break;
    case "throw":
      throw new Error(action.text);
    case "crash":
      host.panic();
      break;
    case "print":
      host.print(action.text);
      break;
    case "writeData":
      writeData(door, action.text);
      break;
    case "askForRecovery":
      door.requestRecovery();
      break;
    case "sleep":
      if (action.announced) {
        door.announceSleep();
      }
      host.deepSleep(action.forMs);
      break;
    case "restart":
      if (action.announced) {
        door.announceRestart();
      }
      host.reboot();
      break;
    case "stopKicking":
      break;
  }
}

function healthAt(action: RuntimeAction, uptimeMs: number): Health {
  const { failsAfterMs = Infinity, healthyAfterMs = Infinity } = action;
  if (uptimeMs >= failsAfterMs) {
    return Health.Failed;
  }
  return uptimeMs >= healthyAfterMs ? Health.Passed : Health.Pending;
}

function startRuntimeOf(action: RuntimeAction, door: Handover): void {
  startRuntime(door, {
    checks: [{ name: "scenario", deadlineMs: NEVER_MS, check: (uptimeMs) => healthAt(action, uptimeMs) }],
    minTrialMs: action.minTrialMs,
    onConfirm: undefined,
  });
}

function startKicking(actions: readonly Action[], door: Handover, host: ApplicationHost): void {
  const stop = actions.find(({ kind }) => kind === "stopKicking") as { afterMs: number } | undefined;
  const untilMs = stop?.afterMs ?? Infinity;
  if (untilMs > 0) {
    host.every(KICK_INTERVAL_MS, () => {
      if (door.uptimeMs() < untilMs) {
        door.kickWatchdog();
      }
    });
  }
}

/** An application that does this in every start. It kicks the watchdog itself unless the runtime does. */
export function behave(actions: readonly Action[]): ProgramModel {
  return (door, host) => {
    const runtime = actions.find((action) => action.kind === "runtime");
    if (runtime === undefined) {
      startKicking(actions, door, host);
    } else {
      startRuntimeOf(runtime, door);
    }
    for (const action of actions) {
      if (action.kind === "runtime") {
        continue;
      }
      if (action.afterMs === 0) {
        perform(action, door, host);
      } else {
        host.after(action.afterMs, () => perform(action, door, host));
      }
    }
  };
}
