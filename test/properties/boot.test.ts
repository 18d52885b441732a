/** The boot decision, provisioning and rebuilding over random inputs. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decision, ResetFacts, SlotFacts, TrialBudget } from "../../core/boot/decide";
import { Action, allowedAttempts, decide } from "../../core/boot/decide";
import { encodeProvisioning, PROVISIONING_BYTES, readProvisioning } from "../../core/boot/provisioning";
import type { LostSlotFacts } from "../../core/boot/rebuild";
import { FactoryRank, stateFromFactory, stateFromLoss } from "../../core/boot/rebuild";
import { ResetCause } from "../../core/boot/reset-cause";
import { applyRecord, emptyState, setSlot, SlotStatus, StateField } from "../../core/boot/state";
import { viewState } from "../../core/boot/state-view";
import { writeU32 } from "../../core/bytes";
import { makeRecord, RecordField, RecordType } from "../../core/journal/record";
import { DEATHS_MAX } from "../../core/limits";
import { Reason } from "../../core/reasons";
import { otherSlot, Slot } from "../../core/slot";
import { createByteSource } from "../../hal/memory/byte-source";
import { createHostHash } from "../../tools/host-hash";

const HASH = createHostHash();

const digestOf = (tag: number): Uint8Array => new Uint8Array(32).fill(tag);

interface RandomSlot {
  readonly tag: number;
  readonly counter: number;
  readonly status: SlotStatus;
  /** What reading the slot will show. */
  readonly read: SlotFacts;
}

const tag = fc.nat(2);
const counter = fc.nat(3);

const randomSlot: fc.Arbitrary<RandomSlot> = fc.record({
  tag,
  counter,
  status: fc.constantFrom(0, 1, 2, 2, 3, 4),
  read: fc.record({
    known: fc.constant(true),
    reason: fc.constantFrom(Reason.None, Reason.None, Reason.None, Reason.SignatureInvalid, Reason.ImageMagic),
    digest: tag.map(digestOf),
    counter,
  }),
});

interface Situation {
  readonly slots: RandomSlot[];
  readonly active: Slot;
  readonly floor: number;
  readonly counts: number[];
  readonly announced: boolean;
  readonly deaths: number;
  readonly recovery: boolean;
  readonly reset: ResetFacts;
  readonly budget: TrialBudget;
}

/** Anything that the fold of a journal can say: the active slot is a confirmed one, at most one trial is pending. */
const situation: fc.Arbitrary<Situation> = fc.record({
  slots: fc.tuple(randomSlot, randomSlot),
  active: fc.constantFrom(Slot.A, Slot.B, Slot.None),
  floor: fc.nat(3),
  counts: fc.tuple(fc.nat(10), fc.nat(10), fc.nat(10), fc.constantFrom(0, 1, 254, 255)),
  announced: fc.boolean(),
  deaths: fc.nat(6),
  recovery: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  reset: fc.record({
    cause: fc.integer({ min: ResetCause.Unknown, max: ResetCause.WarmStart }),
    gesture: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    journalWritable: fc.integer({ min: 0, max: 4 }).map((n) => n !== 0),
  }),
  budget: fc.record({
    knowsResetCauses: fc.boolean(),
    trialAttempts: fc.integer({ min: 1, max: 3 }),
    trialForgiven: fc.nat(8),
  }),
}).map((facts) => {
  const slots = facts.slots.map((slot, i) => (i === facts.active ? { ...slot, status: SlotStatus.Confirmed } : slot));
  if (slots[0].status === SlotStatus.Trial && slots[1].status === SlotStatus.Trial) {
    slots[1] = { ...slots[1], status: SlotStatus.Installed };
  }
  return { ...facts, slots };
});

function stateOf(facts: Situation): Uint8Array {
  const state = emptyState();
  facts.slots.forEach((slot, i) => setSlot(state, i, slot.status, digestOf(slot.tag), slot.counter));
  state[StateField.Active] = facts.active;
  writeU32(state, StateField.Floor, facts.floor);
  state.set(facts.counts, StateField.Attempts);
  state[StateField.Announced] = facts.announced ? 1 : 0;
  state[StateField.Deaths] = facts.deaths;
  state[StateField.RecoveryRequested] = facts.recovery ? 1 : 0;
  return state;
}

interface Outcome {
  readonly decision: Decision;
  readonly state: Uint8Array;
  readonly verified: Slot[];
}

/** Decides as the bootloader does, reading a slot whenever it is asked to. */
function run(facts: Situation): Outcome {
  const state = stateOf(facts);
  const unread = (): SlotFacts => ({ known: false, reason: Reason.None, digest: new Uint8Array(0), counter: 0 });
  const slots = [unread(), unread()];
  const verified: Slot[] = [];
  for (let round = 0; round < 3; round++) {
    const decision = decide(slots, state, facts.reset, facts.budget);
    if (decision.action !== Action.Verify) {
      return { decision, state, verified };
    }
    assert.deepEqual(decision.append, []);
    verified.push(decision.slot);
    slots[decision.slot] = facts.slots[decision.slot].read;
  }
  assert.fail("more than two answers to verify");
}

function types(decision: Decision): RecordType[] {
  return decision.append.map((record) => record[RecordField.Type]);
}

const trialOf = (facts: Situation): Slot => facts.slots.findIndex((slot) => slot.status === SlotStatus.Trial);

describe("the boot decision over any state", () => {
  it("asks for each slot at most once, decides, and changes none of its inputs", () => {
    fc.assert(fc.property(situation, (facts) => {
      const { state, verified, decision } = run(facts);
      assert.equal(new Set(verified).size, verified.length);
      assert.deepEqual(state, stateOf(facts));
      assert.ok(decision.action === Action.Start || decision.action === Action.Recovery);
      assert.deepEqual(run(facts).decision, decision);
    }), { numRuns: 3000 });
  });

  it("starts only an image that was read, verifies, is the one the journal knows, and is not below the floor", () => {
    let starts = 0;
    fc.assert(fc.property(situation, (facts) => {
      const { decision, verified } = run(facts);
      if (decision.action === Action.Start) {
        starts++;
        const { read, tag: known } = facts.slots[decision.slot];
        assert.ok(verified.includes(decision.slot));
        assert.equal(read.reason, Reason.None);
        assert.deepEqual(read.digest, digestOf(known));
        assert.ok(read.counter >= facts.floor);
      }
    }), { numRuns: 5000 });
    assert.ok(starts > 300, `${starts} starts`);
  });

  it("starts no slot that is not on trial, active, or confirmed here", () => {
    fc.assert(fc.property(situation, (facts) => {
      const { decision } = run(facts);
      if (decision.action === Action.Start && decision.slot !== facts.active) {
        const { status } = facts.slots[decision.slot];
        assert.ok(status === SlotStatus.Trial || status === SlotStatus.Confirmed, `status ${status}`);
        if (status === SlotStatus.Confirmed) {
          assert.equal(types(decision).at(-1), RecordType.Fallback);
        }
      }
    }), { numRuns: 5000 });
  });

  it("starts a trial only with a record that counts it, within its budget, and with a journal that takes it", () => {
    let trials = 0;
    fc.assert(fc.property(situation, (facts) => {
      const { decision } = run(facts);
      const trial = trialOf(facts);
      if (decision.action === Action.Start && decision.slot === trial) {
        trials++;
        assert.equal(facts.reset.journalWritable, true);
        const record = decision.append[0];
        assert.equal(decision.append.length, 1);
        assert.ok([RecordType.Attempt, RecordType.Wake].includes(record[RecordField.Type]));
        const [attempts, failures, losses, wakes] = facts.counts;
        const after = stateOf(facts);
        applyRecord(after, record);
        const counted = viewState(after);
        assert.equal(counted.attempts + counted.wakes, attempts + wakes + 1);
        if (attempts > 0) {
          assert.ok(counted.failures === failures || counted.failures < allowedAttempts(facts.budget));
          assert.ok(counted.powerLosses === losses || counted.powerLosses <= facts.budget.trialForgiven);
          assert.ok(counted.wakes === wakes || counted.wakes <= 255);
        }
      }
    }), { numRuns: 8000 });
    assert.ok(trials > 40, `${trials} trials`);
  });

  it("passes over a pending trial in a writable journal only by rejecting it", () => {
    fc.assert(fc.property(situation, (facts) => {
      const { decision } = run(facts);
      const trial = trialOf(facts);
      if (trial >= 0 && facts.reset.journalWritable && !facts.recovery && !facts.reset.gesture) {
        const rejected = decision.append.filter((record) => record[RecordField.Type] === RecordType.Rejected);
        assert.equal(rejected.length, decision.action === Action.Start && decision.slot === trial ? 0 : 1);
        rejected.forEach((record) => assert.notEqual(record[RecordField.Detail], Reason.None));
      }
    }), { numRuns: 3000 });
  });

  it("goes to recovery exactly when asked to, after too many deaths, or with nothing to start, and says which", () => {
    fc.assert(fc.property(situation, (facts) => {
      const { decision } = run(facts);
      if (facts.reset.gesture || facts.recovery) {
        const reason = facts.reset.gesture ? Reason.RecoveryGesture : Reason.RecoveryRequested;
        assert.deepEqual([decision.action, decision.reason], [Action.Recovery, reason]);
      } else if (decision.action === Action.Recovery) {
        assert.ok([Reason.DiedRepeatedly, Reason.NothingBootable].includes(decision.reason));
        const died = types(decision).includes(RecordType.Death);
        assert.equal(decision.reason === Reason.DiedRepeatedly, died && facts.deaths + 1 >= DEATHS_MAX);
      }
      const entered = types(decision).filter((type) => type === RecordType.RecoveryEntered).length;
      assert.equal(entered, decision.action === Action.Recovery ? 1 : 0);
    }), { numRuns: 5000 });
  });

  it("does not let a death or an announcement stand on a board whose confirmed image runs", () => {
    fc.assert(fc.property(situation, (facts) => {
      const { decision } = run(facts);
      if (decision.action === Action.Start && trialOf(facts) < 0 && facts.active !== Slot.None) {
        const after = stateOf(facts);
        decision.append.forEach((record) => applyRecord(after, record));
        assert.equal(viewState(after).announced, false);
        assert.ok(viewState(after).deaths <= facts.deaths + 1);
      }
    }), { numRuns: 2000 });
  });

  it("lets no trial live for ever, whatever ends its starts", () => {
    const causes = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 600, maxLength: 600 });
    fc.assert(fc.property(causes, situation, fc.boolean(), (ends, facts, announces) => {
      const state = emptyState();
      setSlot(state, Slot.A, SlotStatus.Confirmed, digestOf(1), 0);
      state[StateField.Active] = Slot.A;
      const requested = makeRecord(RecordType.TrialRequested, Slot.B, 0, digestOf(2), 0);
      applyRecord(state, requested);
      const good = [1, 2].map((one) => ({ known: true, reason: Reason.None, digest: digestOf(one), counter: 0 }));
      const rejectedAt = ends.findIndex((cause) => {
        const reset = { cause, gesture: false, journalWritable: true };
        const { append, slot } = decide(good, state, reset, facts.budget);
        append.forEach((record) => applyRecord(state, record));
        if (announces) {
          applyRecord(state, makeRecord(RecordType.Announced, Slot.B, 0, undefined, 0));
        }
        return slot === Slot.A;
      });
      assert.ok(rejectedAt > 0 && rejectedAt <= 255 + 8 + 3 + 1);
      assert.equal(viewState(state).slots[Slot.B].status, SlotStatus.Rejected);
    }), { numRuns: 60 });
  });
});

describe("the provisioning block over any bytes", () => {
  it("gives an answer: provisioned unless all bytes are erased, a key only from an intact block", () => {
    const erased = new Uint8Array(PROVISIONING_BYTES).fill(255);
    const bytes = fc.oneof(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.constant(erased));
    fc.assert(fc.property(bytes, (block) => {
      const read = readProvisioning(createByteSource(block), HASH);
      assert.equal(read.provisioned, !block.every((byte) => byte === 255));
      assert.deepEqual([read.baseFloor, read.deviceKey], [0, undefined]);
    }));
  });

  it("gives floor and key back, and neither after any change of any bit", () => {
    const key = fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined });
    fc.assert(fc.property(fc.nat(0xffffffff), key, fc.nat(511), (floor, deviceKey, bit) => {
      const block = encodeProvisioning(floor, deviceKey, HASH);
      assert.equal(block.length, PROVISIONING_BYTES);
      const read = readProvisioning(createByteSource(block), HASH);
      assert.deepEqual(read, { provisioned: true, baseFloor: floor, deviceKey });
      block[bit >> 3] ^= 1 << (bit & 7);
      const spoiled = readProvisioning(createByteSource(block), HASH);
      assert.deepEqual(spoiled, { provisioned: true, baseFloor: 0, deviceKey: undefined });
    }));
  });
});

describe("the state of a board without a journal, over any slots", () => {
  const lostSlot: fc.Arbitrary<LostSlotFacts> = fc.record({
    known: fc.constant(true),
    reason: fc.constantFrom(Reason.None, Reason.None, Reason.SignatureInvalid),
    digest: tag.map(digestOf),
    counter,
    version: fc.record({ major: fc.nat(2), minor: fc.nat(1), revision: fc.nat(1), build: fc.nat(9) }),
    factoryRank: fc.constantFrom(
      FactoryRank.FailedTrial, FactoryRank.Unasked, FactoryRank.Trial, FactoryRank.Confirmed,
    ),
    sealedConfirmed: fc.boolean(),
  });
  const slots: fc.Arbitrary<LostSlotFacts[]> = fc.tuple(lostSlot, lostSlot);

  for (const [name, rebuild] of [["factory", stateFromFactory], ["lost", stateFromLoss]] as const) {
    it(`${name}: adopts nothing that does not verify, and something whenever anything does`, () => {
      fc.assert(fc.property(slots, counter, (facts, floor) => {
        const state = viewState(rebuild(facts, floor));
        const good = facts.map((slot) => slot.reason === Reason.None);
        assert.equal(state.active === Slot.None, !good.includes(true));
        assert.ok(state.floor >= floor);
        facts.forEach((slot, i) => {
          assert.equal(state.slots[i].status === SlotStatus.Unknown, !good[i]);
          assert.deepEqual(state.slots[i].digest, good[i] ? slot.digest.slice(0, 12) : new Uint8Array(12));
          assert.equal(state.slots[i].counter, good[i] ? slot.counter : 0);
        });
        if (state.active !== Slot.None) {
          assert.equal(state.slots[state.active].status, SlotStatus.Confirmed);
          assert.equal(state.floor, Math.max(floor, facts[state.active].counter));
        }
      }), { numRuns: 1000 });
    });
  }

  it("lost: takes the seal of a confirmed image before the counter, and the counter before the version", () => {
    fc.assert(fc.property(slots, (facts) => {
      const { active } = viewState(stateFromLoss(facts, 0));
      if (facts.every((slot) => slot.reason === Reason.None)) {
        const [taken, left] = [facts[active], facts[otherSlot(active)]];
        assert.ok(taken.sealedConfirmed || !left.sealedConfirmed);
        if (taken.sealedConfirmed === left.sealedConfirmed) {
          const rank = ({ counter: c, version: v }: LostSlotFacts): number =>
            ((c * 8 + v.major) * 8 + v.minor) * 8 + v.revision;
          assert.ok(rank(taken) > rank(left) || (rank(taken) === rank(left) && active === Slot.A));
        }
      }
    }), { numRuns: 1000 });
  });

  it("factory: a trial has an image to go back to, and no failed trial is preferred to another image", () => {
    fc.assert(fc.property(slots, (facts) => {
      const state = viewState(stateFromFactory(facts, 0));
      const trial = state.slots.findIndex((slot) => slot.status === SlotStatus.Trial);
      if (trial >= 0) {
        assert.equal(state.active, otherSlot(trial));
        assert.equal(facts[trial].factoryRank, FactoryRank.Trial);
        assert.notEqual(facts[state.active].factoryRank, FactoryRank.FailedTrial);
      }
      const allGood = facts.every((slot) => slot.reason === Reason.None);
      if (allGood && facts[state.active].factoryRank === FactoryRank.FailedTrial) {
        assert.equal(facts[otherSlot(state.active)].factoryRank, FactoryRank.FailedTrial);
      }
    }), { numRuns: 1000 });
  });
});
