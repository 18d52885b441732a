/**
 * What the stub in `.boot0` starts, and what stays in memory beside the application: the flash drivers, the journal's
 * writer and the door. Everything else is read from its file, used and dropped, because variables are scarce.
 */

import { assert } from "../../core/assert";
import { appendRecord } from "../../core/journal/journal";
import { makeRecord, RecordType } from "../../core/journal/record";
import { Slot } from "../../core/slot";
import type { SettableClock } from "../../hal/espruino/application-guard";
import { guardStorage, guardTime } from "../../hal/espruino/application-guard";
import { createResidentBoard } from "../../hal/espruino/board";
import { captureInterpreter } from "../../hal/espruino/interpreter";
import type { Place } from "../../hal/espruino/plan";
import type { Evaluate } from "../../hal/espruino/program";
import type { Board } from "../../hal/board";
import { handOver } from "../handover";
import type { BootPart, MakeBootPart, Start } from "./boot-part";
import type { BoardConfig } from "./files";
import { BootFile } from "./files";

declare const E: {
  /** A copy of the text in one piece of RAM; `undefined` where there is none of that size. */
  toFlatString(this: void, text: string): string | undefined;
};
declare const global: {
  /** Tells `.boot1` that `.boot0` came to its end. */
  trialboot?: number;
  setTimeout(this: void, callback: () => void, delayMs: number): unknown;
};

/** A start that lasts this long is none of those that quick power cycles count. */
const LASTING_MS = 5000;

/**
 * @param configCrc CRC-32 of the configuration file
 * @param configPlace where in Storage it was written; only where Storage is not mapped
 */
export function start(evaluate: Evaluate, configCrc: number, configPlace?: Place): void {
  const interpreter = captureInterpreter();

  function load(name: string, crc32: number, place?: Place, inRam?: boolean): unknown {
    const isCopied = inRam === true;
    // Bytes from the flash driver are in one piece, and so is the text of them, which is no second copy.
    let text = isCopied && place !== undefined
      ? interpreter.toText(interpreter.flashRead(place.sizeBytes, place.address))
      : undefined;
    if (text === undefined || interpreter.crc32(text) !== crc32) {
      // As readFile does, which would take variables here.
      text = isCopied || place === undefined
        ? interpreter.storageRead(name)
        : interpreter.memoryArea(place.address, place.sizeBytes);
      if (isCopied && text !== undefined) {
        const copy = E.toFlatString(text);
        text = copy === undefined ? text : copy;
      }
      assert(text !== undefined && interpreter.crc32(text) === crc32, 950);
    }
    return evaluate(text as string);
  }

  // Functions that stay keep everything that this function's variables hold: there must be none for what is to go.
  function loadBootPart(resident: Board | undefined): BootPart {
    const config = load(BootFile.Config, configCrc, configPlace, configPlace !== undefined) as BoardConfig;
    // The interpreter reads a statement's text at each run: over a wire to the flash chip that is most of a start.
    const copy = resident === undefined ? config.copies[0] : undefined;
    const make = load(BootFile.Boot, config.crcs.bootCrc, copy, copy !== undefined) as MakeBootPart;
    return make(interpreter, config, load, createResidentBoard, evaluate, resident);
  }

  function go(found: Start | undefined): void {
    if (found === undefined) {
      return;
    }
    const chain = found.chain;
    guardTime(chain.board.clock as unknown as SettableClock);
    if (found.storageCrc !== 0) {
      guardStorage(load, BootFile.Storage, found.storageCrc, chain.board.data, interpreter.storageRead);
    }
    if (found.countsCycles) {
      global.setTimeout(() => {
        appendRecord(chain.ledger, makeRecord(RecordType.PowerCycles, Slot.None, 0, undefined, 0));
      }, LASTING_MS);
    }
    chain.loadService = () => loadBootPart(chain.board).lendService(chain);
    handOver(chain, found.slot, found.image);
  }

  go(loadBootPart(undefined).begin(go));
  global.trialboot = 1;
}
