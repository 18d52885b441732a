/**
 * What an application does in one boot, or whoever repairs the board: one letter each. All of it happens at once; how
 * long it takes changes nothing but times in the audit log (docs/explore.md, R8). An application that hangs, crashes or
 * is switched off leaves the flash as one that does nothing: the cause of the next start is what tells them apart (R9).
 */

import type { SlotWriter } from "../../core/boot/handover";
import { Reason } from "../../core/reasons";
import type { Behaviour, Scene } from "./scene";
import { WIRE_BEHAVIOURS } from "./wire-behaviours";

/** Neither a divisor nor a multiple of what the slot writer writes at a time. */
const CHUNK_BYTES = 600;

function writerOf(scene: Scene): SlotWriter {
  return scene.recovery?.writer ?? scene.door!.openWriter();
}

/** @returns whether the board took the file */
function send(writer: SlotWriter, bytes: Uint8Array): boolean {
  let reason = writer.begin(bytes.length);
  for (let done = 0; reason === Reason.None && done < bytes.length; done += CHUNK_BYTES) {
    reason = writer.write(bytes.slice(done, done + CHUNK_BYTES));
  }
  return reason === Reason.None && writer.finish() === Reason.None;
}

function install(image: number, asksForTrial: boolean): (scene: Scene) => void {
  return (scene) => {
    const writer = writerOf(scene);
    if (send(writer, scene.images[image].bytes)) {
      scene.installed(image);
      if (asksForTrial) {
        writer.requestTrial();
      }
    }
  };
}

function sendDamaged(scene: Scene): void {
  const bytes = scene.images[1].bytes.slice();
  bytes[100] ^= 1;
  send(writerOf(scene), bytes);
}

function writeData(scene: Scene): void {
  const { data } = scene.door!;
  scene.changesData();
  data.erasePage(0);
  data.write(0, new Uint8Array(data.writeUnitBytes).fill(0x42));
}

function confirm(scene: Scene): void {
  if (scene.door!.confirm() === Reason.None) {
    scene.confirmed();
  }
}

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  n: { title: "does nothing", run: () => undefined },
  h: { title: "confirms, or says that it is healthy", run: confirm },
  x: { title: "gives its trial up", run: (scene) => void scene.door!.reject("no sensor") },
  d: { title: "throws", run: (scene) => scene.door!.die("Error: exploded") },
  a: { title: "announces a restart", run: (scene) => void scene.door!.announceRestart() },
  z: { title: "announces deep sleep", run: (scene) => void scene.door!.announceSleep() },
  q: { title: "asks for recovery", run: (scene) => void scene.door!.requestRecovery() },
  w: { title: "writes its own data", run: writeData },
  i: { title: "installs image 1 and asks for its trial", run: install(1, true) },
  j: { title: "installs image 2 and asks for its trial", run: install(2, true) },
  o: { title: "is sent image 3, an old one", run: install(3, true) },
  k: { title: "installs image 1 and asks for no trial", run: install(1, false) },
  e: { title: "is sent image 1 with a wrong bit", run: sendDamaged },
  ...WIRE_BEHAVIOURS,
};
