/**
 * Applications as plain functions: what they do to the boot chain, without an interpreter. A boot with a model costs
 * microseconds, which is what a search over states needs; whether real code behaves so is for sim/sandbox.ts.
 */

import type { Handover } from "../core/boot/handover";
import type { FlashPartition } from "../hal/flash";
import type { ApplicationHost } from "./host";

/** Does at its start what an application would, and leaves timers behind. */
export type ProgramModel = (door: Handover, host: ApplicationHost) => void;

/** Finds the model of what stands in a slot; `undefined`: none, the payload is run as a script. */
export type ModelLookup = (
  slot: FlashPartition,
  offsetBytes: number,
  lengthBytes: number,
  door: Handover,
) => ProgramModel | undefined;

/** Time between two kicks of a model that kicks. */
const KICK_INTERVAL_MS = 1000;

/** Confirms after a while and goes on kicking. */
export function confirms(afterMs = 0): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    if (afterMs === 0) {
      door.confirm();
    } else {
      host.after(afterMs, () => door.confirm());
    }
  };
}

/** Gives the trial up after a while. */
export function rejects(afterMs = 0, text = ""): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => door.reject(text));
  };
}

/** Never returns: at its start, or from a callback later. */
export function hangs(afterMs = 0): ProgramModel {
  return (door, host) => {
    if (afterMs === 0) {
      host.hang();
    }
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => host.hang());
  };
}

/** Throws: at its start, or in a callback later. */
export function throws(text: string, afterMs = 0): ProgramModel {
  return (door, host) => {
    if (afterMs === 0) {
      throw new Error(text);
    }
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => {
      throw new Error(text);
    });
  };
}

/** Locks the chip up after a while. */
export function crashes(afterMs: number): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => host.panic());
  };
}

/** Knows nothing of the door: neither kicks nor confirms. */
export function ignores(): ProgramModel {
  return () => undefined;
}

/** Kicks for ever without confirming. */
export function kicksOnly(): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
  };
}

/** Reboots by itself after a while, unannounced. */
export function reboots(afterMs: number): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => host.reboot());
  };
}

/** Sleeps deeply after a while, announced or not. */
export function sleeps(afterMs: number, durationMs: number, announced = true): ProgramModel {
  return (door, host) => {
    host.every(KICK_INTERVAL_MS, () => door.kickWatchdog());
    host.after(afterMs, () => {
      if (announced) {
        door.announceSleep();
      }
      host.deepSleep(durationMs);
    });
  };
}

/** Finds models by the image's digest: its first bytes in lower-case hex, as many as the boot info holds. */
export function modelsByDigest(models: ReadonlyMap<string, ProgramModel>): ModelLookup {
  return (_slot, _offsetBytes, _lengthBytes, door) => models.get(Buffer.from(door.info.digest).toString("hex"));
}

/** Finds models by the payload's text. */
export function modelsByPayload(models: ReadonlyMap<string, ProgramModel>): ModelLookup {
  return (slot, offsetBytes, lengthBytes) =>
    models.get(Buffer.from(slot.read(offsetBytes, lengthBytes)).toString("latin1"));
}
