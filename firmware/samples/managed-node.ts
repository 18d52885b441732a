/**
 * A node that technicians reach without recovery: it serves SMP on its serial port, on its network where it has one,
 * and confirms itself a minute after a healthy start. `trialboot sim serve` runs it.
 */

import type { Handover } from "../../core/boot/handover";
import type { ManagementDoor } from "../../core/smp/management";
import type { SerialDevice } from "../../hal/espruino/links/serial-link";
import { openSerialLink } from "../../hal/espruino/links/serial-link";
import type { DatagramModule } from "../../hal/espruino/links/udp-link";
import { openUdpLink, SMP_UDP_PORT } from "../../hal/espruino/links/udp-link";
import { mainLoopAlive } from "../checks";
import { startRuntime } from "../runtime";

/** What the sample uses of Espruino's globals. */
declare const Serial1: SerialDevice;
declare const E: { toString(this: void, bytes: Uint8Array): string };
declare function setInterval(callback: () => void, intervalMs: number): number;
declare function require(name: string): DatagramModule;

const DATAGRAMS = "dgram";
const BAUD = 115200;
const BEAT_INTERVAL_MS = 5000;
const MIN_TRIAL_MS = 60000;

/** A board without a network has no such module. */
function serveDatagrams(management: ManagementDoor): void {
  let datagrams: DatagramModule;
  try {
    datagrams = require(DATAGRAMS);
  } catch {
    return;
  }
  management.serve(openUdpLink(datagrams, SMP_UDP_PORT, E.toString), "datagram");
}

export function main(door: Handover): void {
  const loop = mainLoopAlive(3 * BEAT_INTERVAL_MS, 2 * BEAT_INTERVAL_MS, function (): number {
    return door.uptimeMs();
  });
  startRuntime(door, { checks: [loop], minTrialMs: MIN_TRIAL_MS, onConfirm: undefined });
  setInterval(function (): void {
    loop.beat();
  }, BEAT_INTERVAL_MS);
  // Asked for once: both wires share it, so that an upload can go on over the other one.
  const management = door.openManagement();
  if (management !== undefined) {
    management.serve(openSerialLink(Serial1, BAUD, {}), "console");
    serveDatagrams(management);
  }
}
