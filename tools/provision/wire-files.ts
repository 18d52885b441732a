/** The files that serve management over a wire: server, framing, recovery on the board's wires, serial window. */

import type { BoardFile, BoardSerial } from "../board/board-data";
import { COMMON_TARGETS } from "../build/targets";
import type { BundleTarget } from "../build/targets";
import { bundleFor, partBundle } from "./bundles";
import type { PartName } from "./file-names";
import { literalOf } from "./literal";

export type WirePart = Extract<PartName, "recovery" | "window" | "management" | "server" | "link" | "technician">;

function targetNamed(name: string): BundleTarget {
  const target = COMMON_TARGETS.find((candidate) => candidate.name === name);
  if (target === undefined) {
    throw new Error(`tools/build/targets.ts has no ${name}.`);
  }
  return target;
}

/** Device, speed and options as arguments for openSerialLink: pins are variables of the interpreter. */
function serialTexts({ device, baud, rx, tx, path }: BoardSerial): { device: string; baud: string; options: string } {
  const options = [
    ...(rx === undefined ? [] : [`rx:${rx}`]),
    ...(tx === undefined ? [] : [`tx:${tx}`]),
    ...(path === undefined ? [] : [`path:${literalOf(path)}`]),
  ];
  return { device, baud: String(baud), options: `{${options.join(",")}}` };
}

/** What recovery is called over Bluetooth. */
function recoveryName(board: BoardFile): string {
  return `${board.name} recovery`;
}

async function recoveryText(board: BoardFile): Promise<string> {
  const serve = await partBundle(board, "bootloader/espruino/recovery-wires.ts", "serveRecovery");
  const { serial, ble = false } = board.smp ?? {};
  const wires: string[] = [];
  if (serial !== undefined) {
    const { device, baud, options } = serialTexts(serial);
    const hasConsole = serial.device === board.consoleName;
    wires.push(`serial:{device:${device},baud:${baud},options:${options},hasConsole:${hasConsole}}`);
  }
  if (ble) {
    const mtuBytes = board.bleMtuBytes ?? 0;
    wires.push(`ble:{device:NRF,mtuBytes:${mtuBytes},name:${literalOf(recoveryName(board))}}`);
  }
  return `(function(f){return function(d,b,w){f(d,b,w,{${wires.join(",")}})}})(${serve})`;
}

async function windowText(board: BoardFile): Promise<string | undefined> {
  const windowMs = board.recovery?.serialWindowMs ?? 0;
  const serial = board.smp?.serial;
  if (windowMs === 0 || serial === undefined) {
    return undefined;
  }
  const open = await partBundle(board, "bootloader/espruino/serial-window.ts", "openWindow");
  const { device, baud, options } = serialTexts(serial);
  return `(function(f){return function(d){f(${device},${baud},${options},${windowMs},d)}})(${open})`;
}

/** The texts; `undefined`: the board does without. */
export async function wireFiles(board: BoardFile): Promise<Record<WirePart, string | undefined>> {
  if (board.smp === undefined) {
    return {
      recovery: undefined, window: undefined, management: undefined, server: undefined, link: undefined,
      technician: undefined,
    };
  }
  const codec = await partBundle(board, "hal/espruino/smp-codec.ts", "createSmpCodec");
  const management = await bundleFor(board, targetNamed("management"));
  return {
    recovery: await recoveryText(board),
    window: await windowText(board),
    management: `({createManagement:${management},createCodec:${codec}})`,
    server: await bundleFor(board, targetNamed("smp")),
    link: await bundleFor(board, targetNamed("smp-link")),
    technician: await bundleFor(board, targetNamed("technician")),
  };
}
