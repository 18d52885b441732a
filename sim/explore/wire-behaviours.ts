/**
 * What a gateway or a technician does over a wire in one boot: one capital letter each. Everything goes as requests
 * through the board's own SMP server and management.
 */

import { RESTART_DELAY_MS } from "../../core/limits";
import type { Management } from "../../core/smp/management";
import { CommandSet, Transport } from "../../core/smp/policy";
import type { SigningKey } from "../provision";
import type { Behaviour, Scene } from "./scene";
import type { KnownImage } from "./slot-form";
import type { TechnicianKeys } from "./technician-key";
import type { SentFile } from "./wire-client";
import { WireClient } from "./wire-client";

/** What a client of the board's management works with. */
export interface WireScene {
  readonly management: Management;
  readonly keys: TechnicianKeys;
  sha256(bytes: Uint8Array): Uint8Array;
  /** Lets time pass while the board idles. */
  wait(milliseconds: number): void;
  /** Told of what the client learns, and of what it is about to ask for. */
  readonly facts: WireFacts;
}

/** What an outsider at the wire knows. */
export interface WireFacts {
  /** A first chunk is about to be sent by somebody who may not erase beyond the limit. */
  begins(): void;
  /** The board wants the file from here on. */
  goesOnAt(startBytes: number): void;
  /** The board says that it holds this file, byte for byte. */
  holds(bytes: Uint8Array): void;
  /** A command that needs a login is about to be sent. */
  mayErase(): void;
  mayResetData(): void;
  /** A login is about to succeed, or was refused as a forgery. */
  logsIn(): void;
  loginRefused(): void;
  /** 24 hours are over. */
  dayIsOver(): void;
  /** What a technician is told to wait. */
  toldToWait(seconds: number): void;
}

const DAY_MS = 86400000;
const MS_PER_SECOND = 1000;

function connect({ management }: WireScene, transport = Transport.Serial): WireClient {
  return new WireClient(management, transport);
}

function fileOf(wire: WireScene, image: KnownImage, named = image): SentFile {
  return { bytes: image.bytes, sha: wire.sha256(named.bytes) };
}

/** Sends an image under its own name or another's. @returns whether the board says that it has what was named */
function sendImage(scene: Scene, number: number, nameNumber = number): boolean {
  const wire = scene.wire!;
  const client = connect(wire);
  const named = scene.images[nameNumber];
  wire.facts.begins();
  const file = fileOf(wire, scene.images[number], named);
  const { isMatch } = client.upload(file, (startBytes) => wire.facts.goesOnAt(startBytes));
  if (isMatch) {
    wire.facts.holds(named.bytes);
    scene.installed(scene.images.indexOf(named));
  }
  client.workAll();
  return isMatch;
}

function restart(wire: WireScene, client: WireClient, intoRecovery = false): void {
  client.restart(intoRecovery);
  wire.wait(RESTART_DELAY_MS);
  client.workAll();
}

function uploadAndTry(scene: Scene): void {
  const wire = scene.wire!;
  if (sendImage(scene, 1)) {
    const client = connect(wire);
    client.test(scene.images[1].digest);
    restart(wire, client);
  }
}

/** The client is killed in the middle, and another one goes on over another wire. */
function uploadOverTwoWires(scene: Scene): void {
  const wire = scene.wire!;
  const file = fileOf(wire, scene.images[1]);
  wire.facts.begins();
  connect(wire).upload(file, (startBytes) => wire.facts.goesOnAt(startBytes), file.bytes.length / 2);
  const other = connect(wire, Transport.Ble);
  if (other.upload(file, () => undefined).isMatch) {
    wire.facts.holds(file.bytes);
    scene.installed(1);
  }
  other.workAll();
}

/** Two files that the first chunk gives away: one without a header, and one that is not newer than what runs. */
function sendRefused(scene: Scene): void {
  const wire = scene.wire!;
  const garbage = new Uint8Array(scene.images[0].bytes.length).fill(0x5a);
  connect(wire).upload({ bytes: garbage, sha: wire.sha256(garbage) }, () => undefined);
  connect(wire).upload({ ...fileOf(wire, scene.images[0]), upgrade: true }, () => undefined);
}

function confirm(scene: Scene): void {
  if (connect(scene.wire!).confirm()) {
    scene.confirmed();
  }
}

function askForTrial(scene: Scene, isPermanent: boolean): void {
  const wire = scene.wire!;
  const client = connect(wire);
  client.test(scene.images[1].digest, isPermanent);
  restart(wire, client);
}

function rollBack(scene: Scene): void {
  const wire = scene.wire!;
  const client = connect(wire);
  client.rollBack();
  wire.wait(RESTART_DELAY_MS);
  client.workAll();
}

/** Waits as long as the board says, then tries. */
function logIn(wire: WireScene, sets: number, key: SigningKey): WireClient | undefined {
  const client = connect(wire);
  const seconds = wire.management.loginWaitSeconds();
  wire.facts.toldToWait(seconds);
  wire.wait(seconds * MS_PER_SECOND);
  if (key === wire.keys.known) {
    wire.facts.logsIn();
  }
  return client.logIn(sets, key) ? client : undefined;
}

function eraseFreeSlot({ wire }: Scene): void {
  const client = logIn(wire!, CommandSet.Erase, wire!.keys.known);
  wire!.facts.mayErase();
  client?.eraseSlot();
  client?.workAll();
}

function resetData({ wire }: Scene): void {
  const client = logIn(wire!, CommandSet.FactoryReset, wire!.keys.known);
  wire!.facts.mayResetData();
  if (client?.resetData() === true) {
    client.workAll();
    wire!.wait(RESTART_DELAY_MS);
    client.workAll();
  }
}

function failToLogIn({ wire }: Scene): void {
  if (logIn(wire!, CommandSet.Erase, wire!.keys.stranger) === undefined) {
    wire!.facts.loginRefused();
  }
}

function readAll({ wire }: Scene): void {
  connect(wire!).list();
  const client = logIn(wire!, CommandSet.Files, wire!.keys.known);
  client?.readFile("/journal");
  client?.readFile("/crash");
}

function letDayPass({ wire }: Scene): void {
  wire!.facts.dayIsOver();
  wire!.wait(DAY_MS);
  connect(wire!).workAll();
}

export const WIRE_BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  U: { title: "is sent image 1 over a wire, asked to try it, and restarted", run: uploadAndTry },
  H: { title: "is sent one half of image 1 over one wire, the other over another", run: uploadOverTwoWires },
  O: { title: "is sent image 2 over a wire", run: (scene) => void sendImage(scene, 2) },
  L: { title: "is sent image 2 over a wire under the name of image 1", run: (scene) => void sendImage(scene, 2, 1) },
  B: { title: "is sent image 3 over a wire, an old one", run: (scene) => void sendImage(scene, 3) },
  X: { title: "is sent files over a wire that their first chunk gives away", run: sendRefused },
  C: { title: "is told over a wire to confirm", run: confirm },
  T: { title: "is asked over a wire to try image 1, and restarted", run: (scene) => askForTrial(scene, false) },
  P: { title: "is told over a wire to confirm image 1, and restarted", run: (scene) => askForTrial(scene, true) },
  R: { title: "is told over a wire to roll back", run: rollBack },
  V: { title: "is restarted into recovery over a wire", run: ({ wire }) => restart(wire!, connect(wire!), true) },
  E: { title: "has a technician erase the free slot", run: eraseFreeSlot },
  F: { title: "has a technician reset it to the factory", run: resetData },
  S: { title: "has a stranger try to log in", run: failToLogIn },
  A: { title: "has a technician read everything", run: readAll },
  D: { title: "runs for 24 hours", run: letDayPass },
};
