import assert from "node:assert/strict";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { bootFromBundles, bootFromSource } from "../../sim/boot-chain";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import type { StoryEvent, StoryPayloads } from "../../sim/story";
import { listText, tellBadUpdates, tellUpdate } from "../../sim/story";
import { sweepFaults, tellPowerCuts } from "../../sim/story-power-cut";
import type { StorySetting } from "../../sim/story-world";
import { loadBoard } from "../../tools/boards";
import { createHostHash } from "../../tools/host-hash";
import { reasonText } from "../../tools/reason-text";
import { bootBundles, samplePayloads } from "../../tools/sim-bundles";

function setting(board: string, changes: Partial<StorySetting> = {}): StorySetting {
  return {
    board: loadBoard(board),
    boot: bootFromSource,
    hash: createHostHash(),
    verifier: createRememberingVerifier(createTweetnaclVerifier()),
    reasonName: (reason) => reasonText(reason).name,
    seed: new Uint8Array(32).fill(3),
    ...changes,
  };
}

/** A boot as one line: what started, as what, and how it ended. */
function bootsOf(events: readonly StoryEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind !== "boot") {
      return [];
    }
    const { started, version, trial, endedBy } = event.report;
    return [`${started} ${version} ${trial ? "trial" : "confirmed"} ${endedBy}`];
  });
}

const UPDATE = ["A 1.0.0 confirmed software", "B 2.0.0 trial horizon"];
const BAD_UPDATES = [
  "B 2.0.0 confirmed software",
  "A 3.0.0 trial watchdog",
  "B 2.0.0 confirmed software",
  "A 4.0.0 trial software",
  "B 2.0.0 confirmed horizon",
];

describe("stories", function () {
  this.timeout(60000);
  let payloads: StoryPayloads;
  let events: StoryEvent[] = [];
  const tell = (event: StoryEvent): void => void events.push(event);

  before(async () => {
    payloads = await samplePayloads("espruino");
  });
  beforeEach(() => {
    events = [];
  });

  it("have three applications that differ: the mistakes of the broken ones are not optimised away", () => {
    const texts = [payloads.good, payloads.hangs, payloads.throws].map((bytes) => Buffer.from(bytes).toString());
    assert.equal(new Set(texts).size, 3);
  });

  for (const board of ["esp32", "nrf52840dk"]) {
    it(`${board}: a good update is tried, confirms itself, and the bad ones after it roll back`, () => {
      const teller = tellUpdate(setting(board), payloads, tell);
      assert.deepEqual(bootsOf(events), UPDATE);
      const updated = teller.ending({ version: "2.0.0", rejected: [] });
      assert.deepEqual([updated.ok, updated.slot, updated.confirmed], [true, "B", true]);
      tellBadUpdates(setting(board), payloads, tell, teller);
      assert.deepEqual(bootsOf(events), [...UPDATE, ...BAD_UPDATES]);
      const ending = teller.ending({ version: "2.0.0", rejected: ["3.0.0", "4.0.0"] });
      assert.equal(ending.ok, true);
      assert.equal(ending.text, "Version 2.0.0 is confirmed in slot B; 3.0.0 and 4.0.0 were rejected");
    });
  }

  it("tell how the update came about, at its time", () => {
    tellUpdate(setting("esp32"), payloads, tell);
    const [first, second] = events.flatMap((event) => (event.kind === "boot" ? [event] : []));
    assert.match(first.happenings[1].text, /^the gateway sends version 2\.0\.0, \d,\d{3} bytes, in \d\d chunks$/);
    assert.equal(first.happenings[1].atMs, 60000);
    const confirmation = second.happenings.find(({ text }) => text.includes("confirms itself"));
    assert.ok(confirmation !== undefined && confirmation.atMs >= 300000 && confirmation.atMs <= 301000);
    assert.deepEqual(second.report.journal, ["settled", "attempt", "confirmed"]);
  });

  it("do not end well where the board does not", () => {
    const teller = tellUpdate(setting("esp32"), { ...payloads, good: payloads.throws }, tell);
    const ending = teller.ending({ version: "2.0.0", rejected: [] });
    assert.deepEqual([ending.ok, ending.slot, ending.text], [false, "recovery", "Nothing runs"]);
    const other = tellBadUpdates(setting("esp32"), { ...payloads, hangs: payloads.good }, tell);
    assert.equal(other.ending({ version: "2.0.0", rejected: ["3.0.0", "4.0.0"] }).ok, false);
  });

  it("repeat exactly with the same seed", () => {
    const tellTwice = [0, 1].map(() => {
      events = [];
      tellBadUpdates(setting("esp32"), payloads, tell);
      return events;
    });
    assert.deepEqual(tellTwice[0], tellTwice[1]);
  });

  it("come out the same with the bootloader's emitted files", async () => {
    const boot = bootFromBundles(await bootBundles("espruino"));
    tellBadUpdates(setting("esp32", { boot }), payloads, tell, tellUpdate(setting("esp32", { boot }), payloads, tell));
    assert.deepEqual(bootsOf(events), [...UPDATE, ...BAD_UPDATES]);
    const emitted = events;
    events = [];
    tellBadUpdates(setting("esp32"), payloads, tell, tellUpdate(setting("esp32"), payloads, tell));
    assert.deepEqual(emitted, events);
  });

  for (const board of ["esp32", "nrf52840dk"]) {
    it(`${board}: five power cuts delay the update and cannot break it`, () => {
      const teller = tellPowerCuts(setting(board), payloads, tell);
      assert.deepEqual(bootsOf(events), [
        "A 1.0.0 confirmed power-cut",
        "A 1.0.0 confirmed power-cut",
        "A 1.0.0 confirmed software",
        "none  confirmed power-cut",
        "B 2.0.0 trial power-cut",
        "B 2.0.0 trial power-cut",
        "B 2.0.0 trial horizon",
      ]);
      assert.equal(teller.ending({ version: "2.0.0", rejected: [] }).ok, true);
    });
  }

  it("name the power cuts of a sweep that went wrong", () => {
    const violations = Array.from({ length: 7 }, (_, i) => ({ id: `${i}b`, sentence: "gone" }));
    const result = { operations: [], cases: 7, boots: 7, cuts: 7, confirmed: 0, rejected: 0, violations };
    assert.deepEqual(sweepFaults(result).slice(0, 2), ["power cut 0b: gone", "power cut 1b: gone"]);
    assert.equal(sweepFaults(result).length, 5);
  });

  it("list names as people do", () => {
    const lists = [["a"], ["a", "b"], ["a", "b", "c"]];
    assert.deepEqual(lists.map(listText), ["a", "a and b", "a, b and c"]);
  });
});
