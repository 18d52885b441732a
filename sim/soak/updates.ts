/** The images of a soak: good ones and bad ones, and what the application in them does. */

import { signedSizeBytes } from "../../core/image/header";
import { IMAGE_HEADER_BYTES } from "../../core/limits";
import type { Hash } from "../../hal/hash";
import type { ProgramModel } from "../models";
import {
  confirms, crashes, hangs, ignores, kicksOnly, reboots, rejects, sleeps, throws,
} from "../models";
import type { SigningKey } from "../provision";
import { signApplication } from "../provision";
import type { SeededRandom } from "../random";
import { chance, pick } from "./climate";

/** What the board must make of an image, whatever its application does. */
export type ImageKind = "good" | "wrong-key" | "downgrade" | "damaged";

export interface SoakImage {
  readonly kind: ImageKind;
  /** What the application does, in a word. */
  readonly behaviour: string;
  readonly bytes: Uint8Array;
  /** Header, payload and protected TLVs, which the digest covers. */
  readonly signedBytes: number;
  /** The first 12 bytes of its digest, in hex. */
  readonly name: string;
  readonly version: string;
  readonly counter: number;
  readonly model: ProgramModel;
}

/** First bytes of a digest by which journal and boot info name an image. */
const NAME_BYTES = 12;

/** Sleeps until it was awake for long enough in sum, then confirms. */
function sleepsThenConfirms(awakeMs: number): ProgramModel {
  return (door, host) => {
    const { trial, elapsedMs } = door.info;
    const model = trial && elapsedMs < awakeMs ? sleeps(700, 60000) : confirms(500);
    model(door, host);
  };
}

/** Good on trial; later it ends badly in most of its starts. */
function turnsBad(random: SeededRandom): ProgramModel {
  const bad = pick(random, [hangs(400), throws("late", 300), crashes(500), reboots(600)]);
  return (door, host) => {
    const model = door.info.trial ? confirms(800) : bad;
    model(door, host);
  };
}

/** Restarts its interpreter now and then, announced or not. */
function restarts(announced: boolean): ProgramModel {
  return (door, host) => {
    host.every(1000, () => door.kickWatchdog());
    host.after(900, () => {
      if (door.info.elapsedMs > 1500 || !door.info.trial) {
        door.confirm();
      } else {
        if (announced) {
          door.announceRestart();
        }
        host.restart();
      }
    });
  };
}

/** Confirms, and uses its own flash: erases a page of it and writes what it counted. */
function writesData(): ProgramModel {
  return (door, host) => {
    confirms(1500)(door, host);
    host.every(700, () => {
      const count = door.data.read(0, 4)[0];
      door.data.erasePage(0);
      door.data.write(0, Uint8Array.of(count + 1, 0, 0, 0));
    });
  };
}

function asksForRecovery(): ProgramModel {
  return (door, host) => {
    host.every(1000, () => door.kickWatchdog());
    host.after(1200, () => door.requestRecovery());
  };
}

type Behaviour = readonly [name: string, weight: number, make: (random: SeededRandom) => ProgramModel];

const BEHAVIOURS: readonly Behaviour[] = [
  ["confirms", 8, (random) => confirms(pick(random, [0, 500, 2500]))],
  ["writes-data", 3, () => writesData()],
  ["hangs", 2, (random) => hangs(pick(random, [0, 1200]))],
  ["throws", 2, (random) => throws("soak", pick(random, [0, 900]))],
  ["crashes", 1, () => crashes(800)],
  ["rejects", 2, () => rejects(1000, "the far end does not answer")],
  ["ignores", 1, () => ignores()],
  ["kicks-only", 1, () => kicksOnly()],
  ["reboots", 1, () => reboots(1100)],
  ["sleeps", 2, () => sleepsThenConfirms(2500)],
  ["sleeps-for-ever", 1, () => sleeps(300, 3600000)],
  ["sleeps-unannounced", 1, () => sleeps(300, 60000, false)],
  ["restarts", 1, () => restarts(true)],
  ["restarts-unannounced", 1, () => restarts(false)],
  ["turns-bad", 2, (random) => turnsBad(random)],
  ["asks-for-recovery", 1, () => asksForRecovery()],
];

const WEIGHT = BEHAVIOURS.reduce((sum, [, weight]) => sum + weight, 0);

function drawBehaviour(random: SeededRandom): Behaviour {
  let rest = random.below(WEIGHT);
  return BEHAVIOURS.find(([, weight]) => (rest -= weight) < 0)!;
}

export interface ImageMaker {
  readonly hash: Hash;
  readonly key: SigningKey;
  /** A key that the board does not trust. */
  readonly stranger: SigningKey;
  readonly payloadBytes: number;
}

/** An image that no other has the version of. */
function makeImage(maker: ImageMaker, number: number, counter: number, kind: ImageKind, behaviour: Behaviour,
  random: SeededRandom): SoakImage {
  const version = { major: 1 + (number >> 16), minor: 0, revision: number % 65536, build: 0 };
  const length = Math.max(1, maker.payloadBytes + random.below(64) - 32);
  const payload = new Uint8Array(Buffer.from(`/* ${number} */`.padEnd(length, "x"), "latin1"));
  const key = kind === "wrong-key" ? maker.stranger : maker.key;
  const { bytes, digest } = signApplication({ payload, version, securityCounter: counter }, key, maker.hash);
  if (kind === "damaged") {
    const at = IMAGE_HEADER_BYTES + random.below(payload.length);
    bytes[at] ^= 1 << random.below(8);
  }
  return {
    kind,
    behaviour: behaviour[0],
    bytes,
    signedBytes: signedSizeBytes(bytes),
    name: Buffer.from(digest.subarray(0, NAME_BYTES)).toString("hex"),
    version: `${version.major}.${version.minor}.${version.revision}`,
    counter,
    model: behaviour[2](random),
  };
}

/** @param floor the board's security floor as far as it is certain: a downgrade has to be below it */
export function drawImage(maker: ImageMaker, number: number, floor: number, random: SeededRandom): SoakImage {
  const drawn = chance(random, 0.75) ? "good" : pick(random, ["wrong-key", "downgrade", "damaged"] as const);
  const kind = drawn === "downgrade" && floor === 0 ? "damaged" : drawn;
  const counter = kind === "downgrade" ? random.below(floor) : floor + (chance(random, 0.3) ? 1 : 0);
  return makeImage(maker, number, counter, kind, drawBehaviour(random), random);
}

/** An image that confirms itself at once. */
export function wellBehavedImage(maker: ImageMaker, number: number, floor: number, random: SeededRandom): SoakImage {
  return makeImage(maker, number, floor, "good", BEHAVIOURS[0], random);
}
