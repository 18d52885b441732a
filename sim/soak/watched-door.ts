/** The application's door with somebody looking over its shoulder: what is asked for may become true at any moment. */

import type { Handover } from "../../core/boot/handover";
import { Reason } from "../../core/reasons";
import type { SoakOracle } from "./oracle";
import type { SoakImage } from "./updates";

/** A door that tells the oracle what the application in `slot` is about to do, and what came of it. */
export function watchDoor(door: Handover, slot: number, image: SoakImage, oracle: SoakOracle): Handover {
  const announce = (call: () => Reason): Reason => {
    if (oracle.trial !== undefined) {
      oracle.trial.announced = true;
    }
    return call();
  };
  return {
    ...door,
    confirm: () => {
      if (door.info.trial) {
        oracle.beginsConfirming(slot, image);
      }
      const reason = door.confirm();
      if (reason === Reason.None) {
        oracle.wasConfirmed();
      }
      return reason;
    },
    reject: (text) => {
      if (oracle.trial !== undefined && door.info.trial) {
        oracle.trial.rejecting = true;
      }
      return door.reject(text);
    },
    announceRestart: () => announce(() => door.announceRestart()),
    announceSleep: () => announce(() => door.announceSleep()),
  };
}
