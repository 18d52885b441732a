/** What the board and the world around it may do, story by story. */

import { ResetCause } from "../../core/boot/reset-cause";

export interface ImageSpec {
  readonly version: string;
  readonly counter: number;
}

/** A wire with the board's own SMP server at its end. */
export interface StoryWire {
  /** Erases of a slot over wires in a day; `undefined`: more than there are in the story. */
  readonly erasesMax?: number | undefined;
}

export interface ExploreStory {
  readonly name: string;
  readonly title: string;
  /** Image 0 is in slot A from the factory on and confirmed. */
  readonly images: readonly ImageSpec[];
  /** What a confirmed image does, by the number of the image. */
  readonly confirmed: readonly string[];
  /** What an image on trial does. */
  readonly trial: string;
  /** Who repairs a board in recovery. */
  readonly recovery: string;
  /** Whether the recovery gesture is made. */
  readonly gesture: boolean;
  /** Bits that may flip in slots on one path. */
  readonly flipsMax: number;
  /** Times that image 0 has died already. */
  readonly earlierDeaths?: number | undefined;
  /** Wakes that the pending trial of the first state has used up; `undefined`: there is none pending. */
  readonly earlierWakes?: number | undefined;
  /** Whether the board has run before, so that image 0 has its seals. */
  readonly sealed: boolean;
  /** Absent: the board is not managed over a wire. */
  readonly wire?: StoryWire | undefined;
  readonly causes: readonly ResetCause[];
}

/** Every cause but the wake from deep sleep, which has a story of its own. */
const AWAKE = [
  ResetCause.PowerOn, ResetCause.BrownOut, ResetCause.Pin, ResetCause.Watchdog, ResetCause.Panic, ResetCause.Software,
  ResetCause.WarmStart,
];
const ALL = [...AWAKE, ResetCause.DeepSleepWake];

/** One cause for each kind of start: power came back, the board failed, it restarted. */
const KINDS = [ResetCause.PowerOn, ResetCause.Watchdog, ResetCause.Software];

const FIRST = { version: "1.0.0", counter: 1 };
const SECOND = { version: "2.0.0", counter: 2 };
const BASE = { images: [FIRST, SECOND], recovery: "n", gesture: false, flipsMax: 0, sealed: true, causes: ALL };

export const STORIES: readonly ExploreStory[] = [
  {
    ...BASE,
    name: "update",
    title: "install, trial, confirm",
    confirmed: ["nhwdik", "nhwd"],
    trial: "nhwd",
  },
  {
    ...BASE,
    name: "rollback",
    title: "install, trial, and the new version hangs, throws, crashes or gives up; installed again afterwards",
    confirmed: ["nhdi", ""],
    trial: "nxd",
  },
  {
    ...BASE,
    name: "factory",
    title: "the first boots of a board, and its first update",
    confirmed: ["ni", "n"],
    trial: "nh",
    sealed: false,
  },
  {
    ...BASE,
    name: "replace",
    title: "two versions, each installed over the other in whatever state it is, and one that is too old",
    images: [FIRST, SECOND, { version: "2.1.0", counter: 2 }, { version: "0.9.0", counter: 0 }],
    confirmed: ["nijeo", "nj", "ni"],
    trial: "nhxj",
  },
  {
    ...BASE,
    name: "recovery",
    title: "recovery asked for by gesture, by the application and by five deaths, and repair by wire",
    confirmed: ["nhdqi", "nhq"],
    trial: "nhq",
    recovery: "nie",
    gesture: true,
    earlierDeaths: 2,
  },
  {
    ...BASE,
    name: "flips",
    title: "an update, and bits that flip in the slots",
    images: [FIRST, { version: "1.1.0", counter: 1 }],
    confirmed: ["ni", "n"],
    trial: "nh",
    recovery: "ni",
    flipsMax: 2,
  },
  {
    ...BASE,
    name: "sleep",
    title: "a trial that sleeps and restarts on purpose, up to its last wake",
    confirmed: ["naz", "naz"],
    trial: "nhaz",
    earlierWakes: 251,
  },
  {
    ...BASE,
    name: "upload",
    title: "images over wires: interrupted, gone on with, another one begun, a false name, refused at the first chunk",
    images: [FIRST, SECOND, { version: "2.1.0", counter: 2 }],
    confirmed: ["nUHOLX", "nU", "n"],
    trial: "nhU",
    recovery: "n",
    wire: {},
    causes: KINDS,
  },
  {
    ...BASE,
    name: "commands",
    title: "test, confirm, rollback, erase, factory reset, files, restart, over a wire and in every situation",
    images: [FIRST, { version: "1.1.0", counter: 1 }],
    confirmed: ["nUPTREFVA", "nREFV"],
    trial: "nCUREF",
    recovery: "nUTEFA",
    wire: {},
    causes: KINDS,
  },
  {
    ...BASE,
    name: "data",
    title: "a technician resets the data, reads the files and restarts the board into recovery",
    confirmed: ["nFVA", ""],
    trial: "",
    recovery: "nFA",
    wire: {},
    causes: KINDS,
  },
  {
    ...BASE,
    name: "limits",
    title: "the limit of erases over wires, forged logins and their waits, and the day that ends both",
    images: [FIRST, SECOND, { version: "2.1.0", counter: 2 }, { version: "0.9.0", counter: 0 }],
    confirmed: ["nHOBESD", "n", "n"],
    trial: "n",
    recovery: "nSE",
    wire: { erasesMax: 2 },
    causes: KINDS,
  },
];
