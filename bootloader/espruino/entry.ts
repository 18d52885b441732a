/**
 * What the stub in `.boot0` starts, and what stays in memory beside the application: the flash drivers, the journal's
 * writer and the door. Everything else is read from its file, used and dropped, because variables are scarce.
 */

import { assert } from "../../core/assert";
import type { SettableClock } from "../../hal/espruino/application-guard";
import { guardStorage, guardTime } from "../../hal/espruino/application-guard";
import { createResidentBoard } from "../../hal/espruino/board";
import { captureInterpreter } from "../../hal/espruino/interpreter";
import type { BoardPlan, Chip } from "../../hal/espruino/plan";
import type { Evaluate } from "../../hal/espruino/program";
import type { Board } from "../../hal/board";
import { handOver } from "../handover";
import type { Service } from "../service";
import type { BootPart, MakeBootPart } from "./boot-part";
import type { BoardConfig } from "./files";
import { BootFile } from "./files";

declare const global: {
  /** Tells `.boot1` that `.boot0` came to its end. */
  trialboot?: number;
};

/** @param configCrc CRC-32 of the configuration file */
export function start(evaluate: Evaluate, configCrc: number): void {
  const interpreter = captureInterpreter();

  function load(name: string, crc32: number): unknown {
    const text = interpreter.storageRead(name);
    assert(text !== undefined && interpreter.crc32(text) === crc32, 950);
    return evaluate(text as string);
  }

  function makeResident(plan: BoardPlan, chip: Chip): Board {
    return createResidentBoard(interpreter, plan, chip, evaluate);
  }

  // Functions that stay keep everything that this function's variables hold: there must be none for what is to go.
  function loadBootPart(resident: Board | undefined): BootPart {
    const config = load(BootFile.Config, configCrc) as BoardConfig;
    const make = load(BootFile.Boot, config.crcs.bootCrc) as MakeBootPart;
    return make(interpreter, config, load, makeResident, resident);
  }

  const found = loadBootPart(undefined).begin();
  if (found !== undefined) {
    const chain = found.chain;
    guardTime(chain.board.clock as unknown as SettableClock);
    if (found.storageCrc !== 0) {
      guardStorage(load, BootFile.Storage, found.storageCrc, chain.board.data, interpreter.storageRead);
    }
    chain.loadService = function (): Service {
      return loadBootPart(chain.board).lendService(chain);
    };
    handOver(chain, found.slot, found.image);
  }
  global.trialboot = 1;
}
