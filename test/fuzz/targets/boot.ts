/**
 * The whole bootloader on flash of any content: it starts an image that a trusted key signed, as the floor allows, or
 * goes to recovery; it never fails, and breaks no rule of the chip.
 *
 * The input: what stands in slots A and B, cause and gesture, 64 bytes of provisioning, then the journal.
 */

import assert from "node:assert/strict";
import { encodeProvisioning, PROVISIONING_BYTES, readProvisioning } from "../../../core/boot/provisioning";
import { emptyState, setSlot, SlotStatus, StateField } from "../../../core/boot/state";
import { appendRecord, formatJournal, openJournal } from "../../../core/journal/journal";
import { makeRecord, RecordType, sealRecord } from "../../../core/journal/record";
import type { SeededRandom } from "../../../sim/random";
import { bytesAsSource } from "../../../tools/host-hash";
import { configWith, norBench } from "../../bootloader/bench";
import { imageDigest, makeImage } from "../../support/images";
import type { FuzzTarget } from "../target";

const BASE_FLOOR = 1;
const CONFIG = configWith({ baseFloor: BASE_FLOOR });
const HEAD = 4;
const JOURNAL = 2048;
const OFFSETS = { slots: [0, 4096], journal: 8192, provisioning: 8192 + JOURNAL };

const CHOICES = [
  { version: "1.0.0", counter: 1 }, { version: "2.0.0", counter: 2 }, { version: "3.0.0", counter: 0 },
  { version: "4.0.0", counter: 4, key: "sign-x" }, { version: "5.0.0", counter: 2, key: "sign-b" },
] as const;
const IMAGES = CHOICES.map((choices) => makeImage(choices));
/** Images that a board with this configuration may start, with their counters. */
const GOOD = new Map([0, 1, 4].map((i) => [Buffer.from(IMAGES[i]).toString("hex"), CHOICES[i].counter]));

function journalWith(status: SlotStatus): Uint8Array {
  const { bench } = norBench();
  const { flash, hash } = bench;
  const state = emptyState();
  setSlot(state, 0, SlotStatus.Confirmed, imageDigest(CHOICES[0]), 1);
  setSlot(state, 1, status, imageDigest(CHOICES[1]), 2);
  state[StateField.Active] = 0;
  state.set(CONFIG.identity, StateField.Identity);
  const journal = openJournal(flash.journal, hash);
  formatJournal(journal, state);
  appendRecord(journal, makeRecord(RecordType.Announced, 0, 0, undefined, 7));
  return flash.journal.read(0, JOURNAL);
}

function seed(head: number[], status: SlotStatus): Uint8Array {
  const { hash } = norBench().bench;
  const block = encodeProvisioning(1, new Uint8Array(32).fill(5), hash);
  return new Uint8Array([...head, ...block, ...journalWith(status)]);
}

interface Situation {
  readonly slots: (Uint8Array | undefined)[];
  readonly cause: number;
  readonly gesture: boolean;
  readonly provisioning: Uint8Array;
  readonly journal: Uint8Array;
}

function situationOf(input: Uint8Array): Situation {
  const whole = new Uint8Array(HEAD + PROVISIONING_BYTES + JOURNAL).fill(0xff);
  whole.set(input.subarray(0, whole.length));
  return {
    slots: [IMAGES[whole[0] % 8], IMAGES[whole[1] % 8]],
    cause: whole[2] % 9,
    gesture: whole[3] === 1,
    provisioning: whole.subarray(HEAD, HEAD + PROVISIONING_BYTES),
    journal: whole.subarray(HEAD + PROVISIONING_BYTES),
  };
}

export const target: FuzzTarget = {
  name: "boot",
  readsMissingAsErased: true,
  maxBytes: HEAD + PROVISIONING_BYTES + JOURNAL,
  seeds: () => [
    seed([0, 1, 1, 0], SlotStatus.Trial), seed([0, 1, 4, 0], SlotStatus.Confirmed),
    seed([7, 1, 6, 0], SlotStatus.Installed), Uint8Array.of(0, 1, 1, 0),
  ],
  run(input) {
    const { slots, cause, gesture, provisioning, journal } = situationOf(input);
    const { bench, chip } = norBench(undefined, CONFIG);
    slots.forEach((image, i) => chip.install(OFFSETS.slots[i], image ?? new Uint8Array(0)));
    chip.install(OFFSETS.journal, journal);
    chip.install(OFFSETS.provisioning, provisioning);
    const { baseFloor } = readProvisioning(bytesAsSource(provisioning.slice()), bench.hash);
    for (const next of [cause, 4, 1]) {
      const start = bench.start(next, { gesture });
      assert.equal(start.slot === undefined, start.reason !== 0, "neither an image nor recovery");
      if (start.slot !== undefined) {
        const image = slots[start.slot];
        const counter = GOOD.get(Buffer.from(image ?? []).toString("hex"));
        assert.ok(counter !== undefined, "an image was started that no trusted key signed for this board");
        assert.ok(counter >= Math.max(BASE_FLOOR, baseFloor, start.door().info.securityFloor), "below the floor");
        assert.equal(gesture, false, "the gesture was overlooked");
      }
    }
  },
  /** Puts CRCs right: of the provisioning block, of checkpoints and records. */
  repair(input, random: SeededRandom) {
    const { bench } = norBench();
    const copy = new Uint8Array(HEAD + PROVISIONING_BYTES + JOURNAL).fill(0xff);
    copy.set(input);
    const firstWord = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const block = copy.subarray(HEAD, HEAD + PROVISIONING_BYTES);
    sealRecord(block, firstWord(block), bench.hash);
    const journal = copy.subarray(HEAD + PROVISIONING_BYTES);
    for (let at = 0; at < JOURNAL; at += at % 1024 === 0 ? 96 : 32) {
      const bytes = journal.subarray(at, at + (at % 1024 === 0 ? 96 : 32));
      if (at % 1024 === 0 && random.below(16) !== 0) {
        // Most checkpoints name a slot that there is, so that more than one check is reached.
        bytes[StateField.Active] = [0, 1, 255][random.below(3)];
      }
      if (bytes.some((byte) => byte !== 0xff)) {
        sealRecord(bytes, random.below(4) === 0 ? random.below(60) : firstWord(bytes), bench.hash);
      }
    }
    return copy;
  },
};
