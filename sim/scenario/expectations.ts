/** Checks what a scenario expects, and says what was found instead. */

import { SlotStatus } from "../../core/boot/state";
import { causeName } from "../reset";
import { TRACE_COLUMNS } from "../trace";
import type { ExpectationName, ExpectationValues, PerSlot } from "./expectation-values";
import type { BootRecord, Finding } from "./result";
import type { Expectation, PartitionName } from "./scenario";
import type { ScenarioWorld } from "./world";
import { startText } from "./world";

/** What expectations look at: the boots of a step, or of the whole scenario, and the board as it is now. */
export interface Facts {
  readonly world: ScenarioWorld;
  readonly boots: readonly BootRecord[];
  readonly refused: readonly string[];
  /** Whether anything was written to or erased in a partition in these boots. */
  readonly changed: (partition: PartitionName) => boolean;
}

interface Check {
  readonly passed: boolean;
  /** What was found, in words. */
  readonly found: string;
  /** What was expected, where the value alone does not say it. */
  readonly expected?: string;
}

const STATUS_NAMES: Readonly<Record<SlotStatus, string>> = {
  [SlotStatus.Unknown]: "unknown",
  [SlotStatus.Installed]: "installed",
  [SlotStatus.Trial]: "trial",
  [SlotStatus.Confirmed]: "confirmed",
  [SlotStatus.Rejected]: "rejected",
};

/** How ends are called in the trace. */
const ENDS = TRACE_COLUMNS.find(({ title }) => title === "ends")!;

/** Characters of a printed text that a message shows. */
const FOUND_LENGTH_MAX = 400;

function is(wanted: string | number, found: string | number): Check {
  return { passed: wanted === found, found: String(found) };
}

function listText(items: readonly string[]): string {
  return items.length === 0 ? "nothing" : items.join(", ");
}

function same(wanted: readonly string[], found: readonly string[]): Check {
  return { passed: wanted.join("\n") === found.join("\n"), found: listText(found) };
}

function last(facts: Facts): BootRecord["report"] | undefined {
  return facts.boots.at(-1)?.report;
}

function perSlot(wanted: PerSlot, find: (slot: "A" | "B") => string): Check {
  const slots = (["A", "B"] as const).filter((slot) => wanted[slot] !== undefined);
  const text = (words: (slot: "A" | "B") => string): string => slots.map((slot) => `${slot} ${words(slot)}`).join(", ");
  return {
    passed: slots.every((slot) => find(slot) === wanted[slot]),
    found: text(find),
    expected: text((slot) => wanted[slot] ?? ""),
  };
}

function journalOf(facts: Facts): string[] {
  return facts.boots.flatMap(({ report }) => [...report.journal]);
}

/** Whether all of `wanted` stand in `found` in this order. */
function inOrder(wanted: readonly string[], found: readonly string[]): boolean {
  let at = 0;
  for (const name of found) {
    at += name === wanted[at] ? 1 : 0;
  }
  return at === wanted.length;
}

function contains(wanted: string, lines: readonly string[]): Check {
  const text = listText(lines);
  const found = text.length > FOUND_LENGTH_MAX ? `${text.slice(0, FOUND_LENGTH_MAX)}...` : text;
  return { passed: lines.some((line) => line.includes(wanted)), found };
}

function running(facts: Facts): string {
  const report = last(facts);
  return report === undefined || report.started === "none" ? "nothing" : report.version || "recovery";
}

function reasonOf(facts: Facts): string {
  return facts.boots.map(({ report }) => report.reason).findLast((reason) => reason !== "") ?? "none";
}

function dataOf(facts: Facts, wanted: string): Check {
  if (wanted === "untouched") {
    const passed = facts.world.dataUntouched();
    return { passed, found: passed ? "untouched" : "changed" };
  }
  const text = facts.world.dataText();
  return { passed: text.startsWith(wanted), found: text };
}

const CHECKS: { readonly [Name in ExpectationName]: (wanted: ExpectationValues[Name], facts: Facts) => Check } = {
  runs: (wanted, facts) => is(wanted, running(facts)),
  slot: (wanted, facts) => is(wanted, last(facts)?.started ?? "none"),
  as: (wanted, facts) => {
    const report = last(facts);
    const standing = report?.trial === true ? "trial" : "confirmed";
    return is(wanted, (report?.version ?? "") === "" ? "nothing" : standing);
  },
  ends: (wanted, facts) => {
    const report = last(facts);
    return is(wanted, report === undefined ? "nothing" : ENDS.text(report));
  },
  boots: (wanted, facts) => is(wanted, facts.boots.length),
  bootsAtMost: (wanted, facts) => {
    return { passed: facts.boots.length <= wanted, found: String(facts.boots.length), expected: `at most ${wanted}` };
  },
  starts: (wanted, facts) => same(wanted, facts.boots.map(({ report }) => startText(report))),
  causes: (wanted, facts) => same(wanted, facts.boots.map(({ report }) => causeName(report.cause))),
  reason: (wanted, facts) => is(wanted, reasonOf(facts)),
  recovery: (wanted, facts) => {
    const report = last(facts);
    return is(wanted, report?.started === "recovery" ? report.reason : "no recovery");
  },
  journal: (wanted, facts) => {
    const found = journalOf(facts);
    const expected = `${listText(wanted)}${wanted.length > 1 ? " in this order" : ""}`;
    return { passed: inOrder(wanted, found), found: listText(found), expected };
  },
  journalExactly: (wanted, facts) => same(wanted, journalOf(facts)),
  journalLacks: (wanted, facts) => {
    const found = journalOf(facts);
    const present = wanted.filter((name) => found.includes(name));
    return { passed: present.length === 0, found: listText(found), expected: `no ${wanted.join(", no ")}` };
  },
  floor: (wanted, facts) => is(wanted, facts.world.state().floor),
  slots: (wanted, facts) => perSlot(wanted, (slot) => {
    return STATUS_NAMES[facts.world.state().slots[slot === "A" ? 0 : 1].status];
  }),
  holds: (wanted, facts) => perSlot(wanted, (slot) => facts.world.slotContent(slot)),
  data: (wanted, facts) => dataOf(facts, wanted),
  refused: (wanted, facts) => {
    const found = listText(facts.refused);
    return { passed: wanted === "nothing" ? facts.refused.length === 0 : facts.refused.includes(wanted), found };
  },
  prints: (wanted, facts) => contains(wanted, facts.boots.flatMap(({ report }) => [...report.console])),
  errors: (wanted, facts) => contains(wanted, facts.boots.flatMap(({ report }) => [...report.errors])),
  untouched: (wanted, facts) => {
    const changed = wanted.filter((name) => facts.changed(name as PartitionName));
    const found = changed.length === 0 ? listText(wanted) : `${listText(changed)} changed`;
    return { passed: changed.length === 0, found, expected: `${listText(wanted)} unchanged` };
  },
};

function valueText(wanted: unknown): string {
  return Array.isArray(wanted) ? listText(wanted.map((item) => String(item))) : String(wanted);
}

/** Checks one expectation. */
export function checkExpectation({ name, wanted, line }: Expectation, facts: Facts): Finding {
  // Name and value belong together, which the type of a union cannot say for the table.
  const check = CHECKS[name] as (wanted: unknown, facts: Facts) => Check;
  const { passed, found, expected = valueText(wanted) } = check(wanted, facts);
  return { line, name, passed, expected, found };
}
