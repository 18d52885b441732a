/** The schema of a scenario's steps. */

import { DURATION_PATTERN } from "./quantities";
import { TRAILER } from "./schema-board";
import {
  choice, duration, IMAGE_NAME, list, object, PARTITIONS, percent, POSITION, SIGNED_DURATION, START_CAUSES, text, whole,
  yesOrNo,
} from "./schema-values";
import type { Schema } from "./schema-values";

/** More virtual time in one run would take minutes of real time. */
const BOOTS_MAX = 300;

/** An id of a power cut without a seed; bytes only inside an operation. */
const CUT_ID_PATTERN = "^\\d{1,7}([ba]|t\\d{0,6}[rozl]?)$";

const WHICH: Schema = {
  type: ["integer", "string"],
  minimum: 1,
  maximum: 100000,
  pattern: "^(last|100 ?%|\\d{1,2} ?%)$",
  description: "which of them: a number from 1, last, or a share such as 40 %",
};

const CUT_POWER: Schema = object(
  {
    after: duration("uptime at which power fails"),
    operation: whole(0, 1000000, "the number of the flash operation, counting erases and writes of the boot from 0,"),
    id: { type: "string", pattern: CUT_ID_PATTERN, description: "the id of a power cut, such as 7t12z" },
    whileErasing: choice(PARTITIONS),
    whileWriting: choice(PARTITIONS),
    whileRecording: text("the name of a journal record, such as confirmed", 40),
    which: WHICH,
    when: choice(["before", "inside", "after"]),
    tornBytes: whole(0, 65536),
    unstableReads: choice(["random", "ones", "zeros", "alternating"]),
    times: whole(1, 50),
    comesBackAs: choice(["power-on", "brown-out"]),
  },
  "where power fails: an object with one of after, operation, id, whileErasing, whileWriting, whileRecording",
);

/** What every step that runs the board may say. */
const RUN_FIELDS = {
  for: duration("how long the board is on"),
  boots: whole(1, BOOTS_MAX),
  times: whole(1, 50),
  cause: choice(START_CAUSES),
  cutPower: CUT_POWER,
  press: {
    type: ["string", "object"],
    pattern: DURATION_PATTERN,
    additionalProperties: false,
    properties: { after: duration("when the button goes down"), for: duration("how long it stays down") },
    required: ["for"],
    description: "how long the button is held from the start on, or an object with after and for",
  },
  reset: object(
    { after: duration("uptime of the reset"), as: choice(["watchdog", "software", "pin", "brown-out"]) },
    "an object with after and as",
    ["after", "as"],
  ),
  askForRecovery: duration("uptime at which somebody asks the application for recovery"),
};

const RUN: Schema = {
  type: ["string", "object", "null"],
  pattern: DURATION_PATTERN,
  additionalProperties: false,
  properties: RUN_FIELDS,
  description: `nothing (until the board settles), a time, or an object with ${Object.keys(RUN_FIELDS).join(", ")}`,
};

const INSTALL_FIELDS = {
  image: IMAGE_NAME,
  images: list(IMAGE_NAME, "a list of names of images"),
  after: duration("uptime of the application at which sending starts"),
  duringTrial: yesOrNo("sent also while the running image is on trial"),
  restart: yesOrNo("the board is restarted for the trial"),
  linkDrop: object(
    {
      at: percent("how much was sent before"),
      for: duration("how long the link is down"),
      then: choice(["goes on", "starts again"]),
    },
    "an object with at, for, then",
    ["at"],
  ),
  linkGarbage: object(
    { at: percent("how much was sent before"), how: choice(["changed", "extra", "lost"]) },
    "an object with at and how",
    ["at", "how"],
  ),
};

const INSTALL: Schema = {
  type: ["string", "object"],
  minLength: 1,
  maxLength: 60,
  additionalProperties: false,
  properties: { ...INSTALL_FIELDS, ...RUN_FIELDS },
  description: `the name of an image, or an object with image and ${
    Object.keys({ ...INSTALL_FIELDS, ...RUN_FIELDS }).filter((name) => name !== "image").join(", ")}`,
};

const REPAIR: Schema = {
  type: ["string", "object"],
  minLength: 1,
  maxLength: 60,
  additionalProperties: false,
  properties: { image: IMAGE_NAME, ...RUN_FIELDS },
  required: ["image"],
  description: "the name of an image, or an object with image and the fields of run",
};

const WORKS = {
  run: RUN,
  install: INSTALL,
  repair: REPAIR,
  flipBit: object(
    { partition: choice(PARTITIONS), at: POSITION, bit: whole(0, 7) },
    "an object with partition, at, bit",
    ["partition", "at"],
  ),
  wipe: {
    type: ["string", "array"],
    minItems: 1,
    items: choice(PARTITIONS),
    pattern: `^(${PARTITIONS.join("|")})$`,
    description: `one of ${PARTITIONS.join(", ")}, or a list of them`,
  },
  wearOut: object(
    { partition: choice(PARTITIONS), page: whole(0, 10000) },
    "an object with partition and page; without page all pages",
    ["partition"],
  ),
  readNoise: {
    type: ["number", "string"],
    minimum: 0,
    maximum: 1,
    pattern: "^off$",
    description: "the probability of a bad read from 0 to 1, or off",
  },
  clockJump: SIGNED_DURATION,
  button: choice(["pressed", "released"]),
  putImage: object(
    { image: IMAGE_NAME, slot: choice(["A", "B"]), trailer: TRAILER },
    "an object with image, slot, trailer",
    ["image", "slot"],
  ),
};

/** What a step can do; each step does one of these. */
export const STEP_KINDS = Object.keys(WORKS);

/** @param expect the schema of expectations */
export function stepSchema(expect: Schema): Schema {
  return object(
    { ...(WORKS as Readonly<Record<string, Schema>>), note: text("a sentence for the report"), expect },
    `a step: an object with one of ${STEP_KINDS.join(", ")}, and expect, note`,
  );
}
