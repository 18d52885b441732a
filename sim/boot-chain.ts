/** The bootloader as the machine runs it: from its TypeScript modules, or from the files that a board gets. */

import vm from "node:vm";
import type { BootConfig } from "../bootloader/config";
import { boot } from "../bootloader/main";
import type { Service } from "../bootloader/service";
import { createService } from "../bootloader/service";
import type { RecoveryDoor } from "../core/boot/handover";
import type { Board } from "../hal/board";
import type { BootFunction } from "./machine-options";

/** The bootloader of bootloader/main.ts. */
export const bootFromSource: BootFunction = (board, config) => boot(board, config, createService);

/** The emitted files of one board: each the text of an expression. */
export interface BootBundles {
  readonly bootloader: string;
  readonly service: string;
}

type EmittedBoot = (board: Board, config: BootConfig, loadService: () => Service) => RecoveryDoor | undefined;

/** Evaluates an emitted file in this realm, as tweetnacl takes only byte arrays of its own. */
function evaluate(text: string, fileName: string): unknown {
  return new vm.Script(text, { filename: fileName }).runInThisContext();
}

/** The bootloader from its emitted files, evaluated anew at each boot as on a board. */
export function bootFromBundles(bundles: BootBundles): BootFunction {
  return (board, config) => {
    const emittedBoot = evaluate(bundles.bootloader, "bootloader.js") as EmittedBoot;
    let service: Service | undefined;
    return emittedBoot(board, config, () => {
      service ??= (evaluate(bundles.service, "service.js") as () => Service)();
      return service;
    });
  };
}
