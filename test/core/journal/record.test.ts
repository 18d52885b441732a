import assert from "node:assert/strict";
import { makeRecord, recordIsValid, RecordType, sealRecord } from "../../../core/journal/record";
import { viewRecord } from "../../../core/journal/record-view";
import { RECORD_BYTES, STATE_BYTES } from "../../../core/limits";
import { Slot } from "../../../core/slot";
import { createHostHash } from "../../../tools/host-hash";

const HASH = createHostHash();
const DIGEST = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

describe("a journal record", () => {
  it("has on flash the bytes that docs/SPEC.md gives", () => {
    const record = makeRecord(RecordType.Confirmed, Slot.B, 0x0102, DIGEST, 0xdeadbeef);
    sealRecord(record, 0x01020304, HASH);
    const head = "04030201" + "13" + "01" + "0201" + "0102030405060708090a0b0c" + "efbeadde" + "00000000";
    assert.equal(Buffer.from(record.subarray(0, 28)).toString("hex"), head);
    assert.equal(Buffer.from(record).readUInt32LE(28), HASH.crc32(record.subarray(0, 28)));
    assert.equal(record.length, RECORD_BYTES);
  });

  it("keeps the numbers of the types that stand on flash", () => {
    const numbers: [RecordType, number][] = [
      [RecordType.Checkpoint, 1],
      [RecordType.Settled, 2],
      [RecordType.InstallBegin, 16],
      [RecordType.Installed, 17],
      [RecordType.TrialRequested, 18],
      [RecordType.Confirmed, 19],
      [RecordType.Rejected, 20],
      [RecordType.Fallback, 21],
      [RecordType.Attempt, 32],
      [RecordType.Wake, 33],
      [RecordType.Announced, 34],
      [RecordType.Death, 35],
      [RecordType.Healthy, 36],
      [RecordType.RecoveryRequested, 37],
      [RecordType.RecoveryEntered, 38],
      [RecordType.Refusal, 39],
      [RecordType.ErrorReport, 40],
      [RecordType.ErrorText, 41],
      [RecordType.JournalLost, 42],
      [RecordType.IdentityChanged, 43],
    ];
    numbers.forEach(([type, number]) => assert.equal(type, number));
  });

  it("is not valid with any one bit changed, nor as erased or zeroed flash", () => {
    for (const length of [RECORD_BYTES, STATE_BYTES]) {
      const record = new Uint8Array(length).fill(7);
      sealRecord(record, 9, HASH);
      assert.equal(recordIsValid(record, HASH), true);
      for (let bit = 0; bit < length * 8; bit++) {
        record[bit >> 3] ^= 1 << (bit & 7);
        assert.equal(recordIsValid(record, HASH), false, `bit ${bit}`);
        record[bit >> 3] ^= 1 << (bit & 7);
      }
      assert.equal(recordIsValid(new Uint8Array(length), HASH), false);
      assert.equal(recordIsValid(new Uint8Array(length).fill(255), HASH), false);
    }
  });

  it("without a digest has zeros there", () => {
    assert.deepEqual(makeRecord(RecordType.Healthy, Slot.A, 0, undefined, 0).subarray(8, 20), new Uint8Array(12));
  });

  it("shows its fields by name, and text only where it is text", () => {
    const text = makeRecord(RecordType.ErrorText, Slot.A, 5, undefined, 0);
    text.set(Buffer.from("hello, and more text"), 8);
    assert.equal(viewRecord(text).text, "hello");
    text[6] = 200;
    assert.equal(viewRecord(text).text, "hello, and more text", "a length beyond the record is cut");
    const record = makeRecord(RecordType.Attempt, Slot.B, 2, DIGEST, 4);
    sealRecord(record, 77, HASH);
    const expected = { sequence: 77, type: RecordType.Attempt, slot: Slot.B, detail: 2, value: 4, text: "" };
    assert.deepEqual(viewRecord(record), { ...expected, digest: DIGEST.slice(0, 12) });
  });
});
