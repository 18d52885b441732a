/** Tries on a board, over its console, what can be tried without anybody's hands. */

import type { BoardFile } from "../board/board-data";
import type { TrialItem } from "../board/tried";
import { BoardMemory } from "./board-memory";
import { EspruinoConsole } from "./console";
import { type BoardFacts, checkFacts, type Reach, readFacts } from "./prepare";
import { flashCheck, hashCheck } from "./selftest-flash";
import { randomCheck, rebootCheck, watchdogCheck } from "./selftest-resets";

export interface Check {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "not possible";
  /** One sentence with the numbers. */
  readonly text: string;
  /** Names with units; what a program may want. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The item of docs/boards.md that this settles; absent: none, or not all of it. */
  readonly item?: TrialItem;
}

export interface SelftestTask {
  readonly board: BoardFile;
  readonly reach: Reach;
  /** Asked before a page is erased and the board is reset; throws to end it there. */
  confirm(facts: BoardFacts): Promise<void>;
  onCheck(check: Check): void;
}

export interface SelftestResult {
  readonly facts: BoardFacts;
  readonly checks: readonly Check[];
}

/** What a check needs; `console` changes with each start of the board. */
export interface Bench {
  readonly board: BoardFile;
  readonly reach: Reach;
  console: EspruinoConsole;
}

async function memoryCheck({ board, console }: Bench): Promise<Check> {
  const found = (await console.evaluate(
    "(function(m){return [m.usage,m.total,m.blocksize]})(process.memory())",
  )) as number[];
  const [usage = 0, total = 0, variableBytes = 0] = found;
  const { engine } = board;
  // A chip with a heap gives what is left at its start; the board file then has the most that can be.
  const fits = variableBytes === engine.variableBytes && (engine.variables === 0 || total <= engine.variables);
  return {
    name: "memory",
    outcome: fits ? "passed" : "failed",
    text: `${usage} of ${total} variables of ${variableBytes} bytes in use`,
    numbers: { usageVariables: usage, totalVariables: total, variableBytes },
  };
}

async function pagesCheck({ board, console }: Bench): Promise<Check> {
  const { pageSizeBytes, baseAddressBytes } = board.flash;
  const wrong: string[] = [];
  for (const [name, { offsetBytes }] of Object.entries(board.partitions)) {
    const found = await console.evaluate(
      `(function(p){return p?[p.addr,p.length]:0})($tF.getPage(${baseAddressBytes + offsetBytes}))`,
    );
    if (JSON.stringify(found) !== JSON.stringify([baseAddressBytes + offsetBytes, pageSizeBytes])) {
      wrong.push(name);
    }
  }
  return {
    name: "pages",
    outcome: wrong.length === 0 ? "passed" : "failed",
    text: wrong.length === 0
      ? `partitions begin with pages of ${pageSizeBytes} bytes`
      : `no page of ${pageSizeBytes} bytes begins with ${wrong.join(", ")}`,
    numbers: { pageSizeBytes },
  };
}

const CHECKS: readonly ((bench: Bench) => Promise<Check>)[] = [
  memoryCheck, pagesCheck, flashCheck, hashCheck, rebootCheck, randomCheck, watchdogCheck,
];

/**
 * Runs all checks. A check that the board's answer ends is failed; a connection that ends, ends all.
 *
 * Refuses (link): the connection. Refuses (wrong board), (device): see `checkFacts`.
 */
export async function runSelftest(task: SelftestTask): Promise<SelftestResult> {
  const { board, reach } = task;
  const bench: Bench = { board, reach, console: await EspruinoConsole.open(await reach.openPort()) };
  try {
    const facts = await readFacts(bench.console);
    checkFacts(facts, { name: board.name, board: board.engine.board, versions: board.engine.versions });
    await task.confirm(facts);
    await BoardMemory.attach(bench.console);
    const checks: Check[] = [];
    for (const check of CHECKS) {
      const result = await check(bench);
      task.onCheck(result);
      checks.push(result);
    }
    return { facts, checks };
  } finally {
    await bench.console.close();
  }
}
