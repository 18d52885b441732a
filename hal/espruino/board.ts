/** A board that runs Espruino: the part that stays in memory, and what completes it while it is needed. */

import type { ImageVerifier } from "../../core/image/signatures";
import type { Board } from "../board";
import type { Hash } from "../hash";
import type { Evaluate } from "./program";
import { EspruinoPartition, isFileInPlace } from "./flash";
import type { Interpreter } from "./interpreter";
import { builtIn } from "./interpreter";
import type { BoardPlan, Chip } from "./plan";
import { EspruinoProgram } from "./program";
import { createRandom } from "./random";
import { EspruinoSystem } from "./system";

declare const process: { readonly version: string; readonly env: { readonly BOARD: string } };
interface FlashPages {
  getPage(address: number): { readonly length: number } | undefined;
}

/** Whether interpreter and layout are those that the plan was made for. Writes nothing. */
export function isAsPlanned(interpreter: Interpreter, plan: BoardPlan): boolean {
  const file = plan.storageFile;
  const page = (builtIn("Flash") as FlashPages).getPage(plan.slotPlaces[0].address);
  return process.version === plan.interpreterVersion && process.env.BOARD === plan.interpreterBoard &&
    page !== undefined && page.length === plan.erasePageBytes &&
    (file === undefined || isFileInPlace(interpreter, file));
}

/** What an application needs of its board through the door. The journal needs no more of `hash` than CRC-32. */
export function createResidentBoard(
  interpreter: Interpreter, plan: BoardPlan, chip: Chip, evaluate: Evaluate,
): Board {
  const system = new EspruinoSystem(chip);
  const resident = {
    slots: [
      new EspruinoPartition(interpreter, plan, "slotA", plan.slotPlaces[0]),
      new EspruinoPartition(interpreter, plan, "slotB", plan.slotPlaces[1]),
    ],
    journal: new EspruinoPartition(interpreter, plan, "journal", plan.journalPlace),
    data: new EspruinoPartition(interpreter, plan, "data", plan.dataPlace),
    hash: { crc32: interpreter.crc32 },
    watchdog: system,
    reset: system,
    clock: system,
    program: new EspruinoProgram(evaluate),
  };
  return resident as unknown as Board;
}

/** The whole board. */
export function completeBoard(
  interpreter: Interpreter, plan: BoardPlan, chip: Chip, resident: Board, hash: Hash, verifier: ImageVerifier,
): Board {
  return {
    slots: resident.slots,
    journal: resident.journal,
    provisioning: new EspruinoPartition(interpreter, plan, "boot", plan.provisioningPlace),
    data: resident.data,
    hash,
    verifier,
    watchdog: resident.watchdog,
    reset: resident.reset,
    clock: resident.clock,
    random: createRandom(plan.isRandomTrusted),
    pins: {
      recoveryRequested(): boolean {
        return chip.isGestureMade();
      },
      indicate(isOn: boolean): void {
        chip.setIndicator(isOn);
      },
    },
    program: resident.program,
  };
}
