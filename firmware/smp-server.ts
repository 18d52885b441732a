/** The SMP server in the running application: technicians reach the board without recovery. */

import type { Handover } from "../core/boot/handover";
import type { ManagementServer, SmpFraming } from "../core/smp/management";
import type { Link } from "../hal/link";

/**
 * Serves SMP on `link` with the server that the bootloader has, so that flash holds one. Clients list, upload, test,
 * confirm and restart; what else they may is up to the board's policy (docs/spec-smp.md, "Authorisation").
 *
 * @param framing how frames travel: `console` beside other text on a serial port, `raw` on one of its own, `ble`, or
 * `datagram` (UDP)
 * @returns for the driver to say that a client is gone; `undefined` on a board that is not managed over a wire
 */
export function startSmpServer(door: Handover, link: Link, framing: SmpFraming): ManagementServer | undefined {
  const management = door.openManagement();
  return management === undefined ? undefined : management.serve(link, framing);
}
