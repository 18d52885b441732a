/** The schema of a scenario's board and images. */

import {
  choice, duration, durationOr, IMAGE_NAME, list, object, percent, POSITION, text, textAt, VERSION, whole, yesOrNo,
} from "./schema-values";
import type { Schema } from "./schema-values";

const BOARD_NAME = text("the name of a board, such as esp32 or nrf52840dk", 60);

const BOARD_FIELDS = {
  name: BOARD_NAME,
  pageSizeBytes: whole(256, 65536),
  writesPerWordMax: whole(1, 255),
  enduranceCycles: whole(1, 1000000),
  eraseTakes: duration("how long one page erase takes"),
  knowsResetCauses: yesOrNo("the board can tell why it started"),
  watchdog: duration("after how long without a kick the watchdog resets the board"),
  verifyMode: choice(["full", "seal"]),
  trialAttempts: whole(1, 10),
  baseFloor: whole(0, 4294967295),
  vendor: text("the vendor's name, such as acme.example", 60),
  class: text("the name of the kind of board, such as sensor-1", 60),
};

export const BOARD: Schema = {
  type: ["string", "object"],
  minLength: 1,
  maxLength: 60,
  additionalProperties: false,
  properties: BOARD_FIELDS,
  required: ["name"],
  description: `the name of a board, such as esp32, or an object with name and ${
    Object.keys(BOARD_FIELDS).filter((name) => name !== "name").join(", ")}`,
};

/** One thing an application does; a list of them is what it does in every start. */
const ACTION: Schema = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  description: "one thing that the application does, such as confirm: 30 s",
  properties: {
    confirm: duration("when it confirms itself"),
    reject: durationOr("when it gives itself up", { text: text("why, for the journal", 60) }),
    hang: duration("when it hangs"),
    throw: durationOr("when it throws", { text: text("the error's text") }),
    crash: duration("when it locks the chip up"),
    sleep: durationOr(
      "when it goes to deep sleep",
      { for: duration("how long it sleeps"), announced: yesOrNo("it tells the boot chain first") },
      ["for"],
    ),
    restart: durationOr("when it restarts itself", { announced: yesOrNo("it tells the boot chain first") }),
    print: textAt("what it prints"),
    writeData: textAt("what it writes into its own flash"),
    askForRecovery: duration("when it asks for recovery"),
    stopKicking: duration("when it stops kicking the watchdog; 0 s: it never kicks"),
    runtime: object(
      {
        healthyAfter: duration("when its health check passes; without it: never"),
        failsAfter: duration("when its health check fails; without it: never"),
        minTrial: duration("how long a trial lasts at least; without it 5 min"),
      },
      "the project's own runtime with one health check: an object with healthyAfter, failsAfter, minTrial",
    ),
  },
};

const DAMAGE: Schema = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  description: "one damage: flipBit, truncate or append",
  properties: {
    flipBit: object({ at: POSITION, bit: whole(0, 7) }, "an object with at and bit", ["at"]),
    truncate: percent("how much of the file is left"),
    append: whole(1, 65536, "how many bytes are put behind the file"),
  },
};

const IMAGE: Schema = object(
  {
    version: VERSION,
    counter: {
      type: ["integer", "string"],
      minimum: 0,
      maximum: 4294967295,
      pattern: "^none$",
      description: "the security counter: a whole number, or none",
    },
    signedBy: choice(["owner", "stranger", "nobody"]),
    vendor: text("the vendor's name", 60),
    class: text("the name of the kind of board", 60),
    payloadBytes: whole(100, 1048576),
    file: text("the name of an application's .js file, seen from the scenario's folder", 200),
    does: { type: "array", maxItems: 20, items: ACTION, description: "a list of what the application does" },
    damage: list(DAMAGE, "a list of damages"),
  },
  "an image: an object with version and more",
  ["version"],
);

export const IMAGES: Schema = {
  type: "object",
  minProperties: 1,
  maxProperties: 20,
  propertyNames: { pattern: "^[A-Za-z][A-Za-z0-9 _-]{0,59}$" },
  additionalProperties: IMAGE,
  description: "images by name",
};

export const TRAILER = choice(["none", "test", "confirmed"]);

export const FACTORY: Schema = {
  type: ["string", "object"],
  minLength: 1,
  maxLength: 60,
  additionalProperties: false,
  properties: { image: IMAGE_NAME, provisioned: yesOrNo("the board was provisioned"), trailer: TRAILER },
  required: ["image"],
  description: "the name of the image in slot A, or an object with image, provisioned, trailer",
};
