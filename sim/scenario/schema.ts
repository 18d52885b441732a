/**
 * The JSON Schema of scenario files. `sim/scenarios/scenario.schema.json` is the same for editors; a test holds the two
 * together.
 */

import { BOARD, FACTORY, IMAGES } from "./schema-board";
import { stepSchema } from "./schema-steps";
import { choice, ENDS, list, object, PARTITIONS, REASON, START_CAUSES, text, whole } from "./schema-values";
import type { Schema } from "./schema-values";

const STATUS = choice(["unknown", "installed", "trial", "confirmed", "rejected"]);
const CONTENT = text("a version such as 2.0.0, empty, or the name of the reason why the board refuses it", 60);
const RECORDS = { type: "string", minLength: 1, maxLength: 40, description: "the name of a journal record" };

function perSlot(item: Schema, what: string): Schema {
  return { ...object({ A: item, B: item }, `an object with A, B or both: ${what}`), minProperties: 1 };
}

const EXPECT_REFERENCE: Schema = { $ref: "#/definitions/expect" };

const EXPECT: Schema = {
  ...object(
    {
      runs: text("a version such as 2.0.0, or recovery, or nothing", 60),
      slot: choice(["A", "B"]),
      as: choice(["trial", "confirmed"]),
      ends: choice(ENDS),
      boots: whole(0, 1000),
      bootsAtMost: whole(0, 1000),
      starts: list(
        {
          type: "string",
          pattern: "^(recovery|nothing|[AB] \\d[\\d.+]* (trial|confirmed))$",
          description: "a start such as B 2.0.0 trial, or recovery, or nothing",
        },
        "a list of starts such as B 2.0.0 trial",
      ),
      causes: list(choice(START_CAUSES), "a list of causes of starts"),
      reason: REASON,
      recovery: REASON,
      journal: list(RECORDS, "a list of journal records"),
      journalExactly: list(RECORDS, "a list of journal records"),
      journalLacks: list(RECORDS, "a list of journal records"),
      floor: whole(0, 4294967295),
      slots: perSlot(STATUS, "unknown, installed, trial, confirmed or rejected"),
      holds: perSlot(CONTENT, "a version, empty, or why the board refuses what is there"),
      data: text("untouched, or the text with which the data begins"),
      refused: text("the name of a reason, or nothing", 60),
      prints: text("a text that the application prints"),
      errors: text("a text within an error that the application did not catch"),
      untouched: list(choice(PARTITIONS), "a list of partitions"),
    },
    "what is expected: an object with runs, slot, as, ends and more",
  ),
  minProperties: 1,
};

export const SCENARIO_SCHEMA: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "A scenario of the trialboot simulator",
  definitions: { expect: EXPECT },
  ...object(
    {
      $schema: text("the place of this schema, for editors"),
      title: text("one line that says what happens", 120),
      why: text("a sentence for the report"),
      board: BOARD,
      seed: whole(0, 4294967295),
      images: IMAGES,
      factory: FACTORY,
      steps: list(stepSchema(EXPECT_REFERENCE), "a list of steps"),
      expect: EXPECT_REFERENCE,
    },
    "a scenario: an object with title, board, images, steps and expect",
    ["title", "board", "images", "steps"],
  ),
};
