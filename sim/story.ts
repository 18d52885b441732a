/**
 * Stories: a virtual board from the factory on, told boot by boot. Each story is a function of its setting; whoever
 * tells it to people or programs gets its events.
 */

import { ResetCause } from "../core/boot/reset-cause";
import { Slot } from "../core/slot";
import type { BootOptions } from "./machine-options";
import type { BootReport } from "./report";
import type { Happening, StorySetting } from "./story-world";
import { StoryWorld } from "./story-world";

export type StoryEvent =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "boot"; readonly report: BootReport; readonly happenings: readonly Happening[] };

/** How a story ended. */
export interface StoryEnding {
  /** Whether it ended as it should. */
  readonly ok: boolean;
  readonly text: string;
  /** The version that runs at the end; empty if none does. */
  readonly version: string;
  readonly slot: BootReport["started"];
  readonly confirmed: boolean;
  /** Versions that were tried and given up. */
  readonly rejected: readonly string[];
  readonly boots: number;
}

export type Tell = (event: StoryEvent) => void;

/** Application payloads as boards get them. */
export interface StoryPayloads {
  readonly good: Uint8Array;
  readonly hangs: Uint8Array;
  readonly throws: Uint8Array;
}

/** More boots than any story needs; a board that goes on restarting must not keep the story going. */
const BOOTS_MAX = 30;

/** What the report of a boot means, in words that need no legend. */
function comments(report: BootReport): Happening[] {
  const said: Happening[] = [];
  const start = (text: string): number => said.push({ atMs: 0, text });
  const end = (text: string): number => said.push({ atMs: report.uptimeMs, text });
  if (report.journal.includes("rejected")) {
    start(`the version on trial is rejected (${report.reason}), the confirmed one starts`);
  }
  if (report.trial) {
    start("on trial: if it does not show that it is healthy, the watchdog ends it");
  }
  switch (report.endedBy) {
    case "watchdog":
      end("nobody kicks the watchdog any more: it resets the board");
      break;
    case "power-cut":
      end("power fails");
      break;
    case "software":
      if (report.errors.length > 0) {
        end("the error goes into the journal, then the board restarts");
      }
      break;
    default:
      break;
  }
  return said;
}

export class StoryTeller {
  lastReport: BootReport | undefined;
  /** Versions by digest that were given up. */
  readonly rejected: string[] = [];
  boots = 0;
  private trialVersion = "";

  constructor(
    readonly world: StoryWorld,
    private readonly tell: Tell,
  ) {}

  say(text: string): void {
    this.tell({ kind: "say", text });
  }

  /** Runs and tells one boot. */
  boot(options: BootOptions = {}): BootReport {
    const { report, happenings } = this.world.boot(options);
    const all = [...happenings, ...comments(report)].sort((a, b) => a.atMs - b.atMs);
    this.tell({ kind: "boot", report, happenings: all });
    this.boots++;
    this.lastReport = report;
    if (report.journal.includes("rejected") && !this.rejected.includes(this.trialVersion)) {
      this.rejected.push(this.trialVersion);
    }
    this.trialVersion = report.trial ? report.version : this.trialVersion;
    return report;
  }

  /** Boots until the board runs on by itself and the gateway has nothing left to send. */
  bootUntilSettled(): void {
    for (let boots = 0; boots < BOOTS_MAX; boots++) {
      const { endedBy, bootloaderError } = this.boot();
      if (endedBy === "horizon" || endedBy === "hang-without-watchdog" || bootloaderError !== "") {
        return;
      }
    }
  }

  /** What the board is left with. */
  ending(wanted: { version: string; rejected: readonly string[] }): StoryEnding {
    const report = this.lastReport!;
    const { active } = this.world.state();
    const slot = report.started;
    const confirmed = active !== Slot.None && slot === (active === Slot.A ? "A" : "B");
    const { rejected, boots } = this;
    const ok = confirmed && report.version === wanted.version && rejected.join() === wanted.rejected.join();
    const were = rejected.length > 1 ? "were" : "was";
    const given = rejected.length === 0 ? "" : `; ${listText(rejected)} ${were} rejected`;
    const state = confirmed ? "is confirmed" : "runs unconfirmed";
    const starts = slot === "A" || slot === "B";
    const running = starts ? `Version ${report.version} ${state} in slot ${slot}` : "Nothing runs";
    return { ok, text: `${running}${given}`, version: report.version, slot, confirmed, rejected, boots };
  }
}

/** a, b and c */
export function listText(words: readonly string[]): string {
  const [last, ...before] = [...words].reverse();
  return before.length === 0 ? last : `${before.reverse().join(", ")} and ${last}`;
}

export function introduction(world: StoryWorld, setting: StorySetting, version: string): string {
  const keys = world.config.trustedKeys.length > 1 ? "keys" : "key";
  return (
    `A new ${setting.board.name} leaves the factory with version ${version} in slot A, ` +
    `signed with a key made just now, and with that ${keys} in its bootloader.`
  );
}

/** A good update: installed, tried under the watchdog, confirmed. @returns the teller, for stories that go on */
export function tellUpdate(setting: StorySetting, payloads: StoryPayloads, tell: Tell): StoryTeller {
  const world = new StoryWorld(setting);
  const teller = new StoryTeller(world, tell);
  world.provision(world.sign(payloads.good, "1.0.0").bytes);
  teller.say(introduction(world, setting, "1.0.0"));
  teller.say("After a minute its gateway sends version 2.0.0.");
  world.offer(world.sign(payloads.good, "2.0.0"), "2.0.0");
  teller.bootUntilSettled();
  return teller;
}

/**
 * Two bad updates, one that hangs and one that throws: both roll back by themselves.
 *
 * @param earlier the teller of a story that this one goes on with; otherwise a board from the factory
 */
export function tellBadUpdates(
  setting: StorySetting,
  payloads: StoryPayloads,
  tell: Tell,
  earlier?: StoryTeller,
): StoryTeller {
  const teller = earlier ?? new StoryTeller(new StoryWorld(setting), tell);
  const { world } = teller;
  if (earlier === undefined) {
    world.provision(world.sign(payloads.good, "2.0.0").bytes);
    teller.say(introduction(world, setting, "2.0.0"));
  } else {
    teller.say("Now two bad updates. The board is switched off and on again.");
  }
  teller.say("Version 3.0.0 will hang in its fourth sample, version 4.0.0 throws at its first line.");
  world.offer(world.sign(payloads.hangs, "3.0.0"), "3.0.0");
  world.offer(world.sign(payloads.throws, "4.0.0"), "4.0.0");
  world.machine.nextCause = ResetCause.PowerOn;
  teller.bootUntilSettled();
  return teller;
}
