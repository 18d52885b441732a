/** State blocks and provisioning blocks: what is written is read again, and damage is noticed. */

import assert from "node:assert/strict";
import { encodeProvisioning, PROVISIONING_BYTES, readProvisioning } from "../../../core/boot/provisioning";
import { applyRecord, emptyState } from "../../../core/boot/state";
import { viewState } from "../../../core/boot/state-view";
import { RECORD_BYTES, STATE_BYTES } from "../../../core/limits";
import { viewRecord } from "../../../core/journal/record-view";
import { bytesAsSource, createHostHash } from "../../../tools/host-hash";
import type { FuzzTarget } from "../target";

const HASH = createHostHash();

function crcOf(block: Uint8Array): Uint8Array {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(HASH.crc32(block.subarray(0, block.length - 4)));
  return crc;
}

/** The input is a provisioning block, a state block, and records to fold into it. */
function partsOf(input: Uint8Array): { block: Uint8Array; state: Uint8Array; records: Uint8Array[] } {
  const whole = new Uint8Array(PROVISIONING_BYTES + STATE_BYTES).fill(0xff);
  whole.set(input.subarray(0, whole.length));
  const records: Uint8Array[] = [];
  for (let at = whole.length; at + RECORD_BYTES <= input.length; at += RECORD_BYTES) {
    records.push(input.slice(at, at + RECORD_BYTES));
  }
  return { block: whole.slice(0, PROVISIONING_BYTES), state: whole.slice(PROVISIONING_BYTES), records };
}

export const target: FuzzTarget = {
  name: "provisioning",
  maxBytes: PROVISIONING_BYTES + STATE_BYTES + 12 * RECORD_BYTES,
  seeds: () => [
    new Uint8Array([...encodeProvisioning(3, new Uint8Array(32).fill(8), HASH), ...emptyState()]),
    new Uint8Array([...encodeProvisioning(0, undefined, HASH), ...emptyState(), ...new Uint8Array(32).fill(16)]),
    new Uint8Array([...new Uint8Array(PROVISIONING_BYTES).fill(255), ...emptyState(), ...new Uint8Array(96).fill(18)]),
  ],
  run(input) {
    const { block, state, records } = partsOf(input);
    const read = readProvisioning(bytesAsSource(block), HASH);
    assert.equal(read.provisioned, block.some((byte) => byte !== 0xff));
    const hasMagic = Buffer.from(block.subarray(0, 4)).toString("latin1") === "TBP1";
    const isIntact = hasMagic && Buffer.from(crcOf(block)).equals(block.subarray(60));
    assert.equal(read.deviceKey !== undefined, isIntact && Buffer.from(block).readUInt32LE(8) === 1);
    assert.equal(read.baseFloor, isIntact ? Buffer.from(block).readUInt32LE(4) : 0);
    const again = readProvisioning(bytesAsSource(encodeProvisioning(read.baseFloor, read.deviceKey, HASH)), HASH);
    assert.deepEqual([again.baseFloor, again.deviceKey], [read.baseFloor, read.deviceKey]);
    for (const record of records) {
      const before = viewState(state);
      applyRecord(state, record);
      const after = viewState(state);
      assert.equal(state.length, STATE_BYTES);
      assert.ok(after.floor >= before.floor, "the floor fell");
      assert.ok(viewRecord(record).text.length <= 20);
    }
  },
  repair(input) {
    const copy = new Uint8Array(Math.max(input.length, PROVISIONING_BYTES)).fill(0xff);
    copy.set(input);
    copy.set(crcOf(copy.subarray(0, PROVISIONING_BYTES)), 60);
    return copy;
  },
};
