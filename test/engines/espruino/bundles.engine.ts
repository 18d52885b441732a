/**
 * The files that a board would get - bootloader, service, verifier, application, each minified ES5 - on the real
 * Espruino for Linux, with its native hashes and flash in RAM: an update is rolled back by the watchdog, installed
 * again and confirmed, and an older image is refused.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Reason } from "../../../core/reasons";
import { buildBundle } from "../../../tools/build/bundle";
import { loadBoard } from "../../../tools/boards";
import { boardTargets } from "../../../tools/build/targets";
import { keyStoreOf } from "../../../tools/key-store";
import { makeImage } from "../../support/images";
import { trustedKey } from "../../support/vectors";
import { espruinoEngine, isInstalled, runOnEspruino } from "./interpreter";

async function bundleNamed(name: string): Promise<string> {
  const target = boardTargets(loadBoard("esp32")).find((candidate) => candidate.name === name);
  assert.ok(target !== undefined, `tools/build/targets.ts has no ${name}`);
  return buildBundle(target, espruinoEngine());
}

/** A byte string as a literal that Espruino reads byte for byte. */
function byteString(bytes: Uint8Array): string {
  return `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

function byteArray(bytes: Uint8Array): string {
  return `new Uint8Array([${[...bytes].join(",")}])`;
}

/** What the board trusts, with the tables of esp32. */
function trustText(): { keys: string; baseTable: string } {
  const { trustedKeys, baseTable } = keyStoreOf(loadBoard("esp32").signatures, [trustedKey("sign-a")]);
  const keys = trustedKeys.map(
    ({ publicKey, keyHash, table }) =>
      `{publicKey:${byteArray(publicKey)},keyHash:${byteArray(keyHash)},table:${byteArray(table!)}}`,
  );
  return { keys: `[${keys.join(",")}]`, baseTable: byteArray(baseTable!) };
}

function configText(): string {
  return `{
    identity: new Uint8Array(12),
    trustedKeys: ${trustText().keys}, signaturePolicy: 0,
    baseFloor: 0, verifyMode: 0, watchdogTimeoutMs: 8000, trialDeadlineMs: 600000,
    knowsResetCauses: true, trialAttempts: 1, trialForgiven: 8
  }`;
}

async function program(): Promise<string> {
  const payload = await bundleNamed("sensor-node");
  const images = [1, 2].map((major) => makeImage({ payload, version: `${String(major)}.0.0`, counter: major }));
  return [
    `var BOOT=${await bundleNamed("bootloader")};`,
    `var SERVICE=${await bundleNamed("service")};`,
    `var VERIFIER=${await bundleNamed("verifier")};`,
    ...images.map((image, index) => `var IMAGE_${String(index + 1)}=${byteString(image)};`),
    `var BASE_TABLE=${trustText().baseTable};`,
    `var CONFIG=${configText()};`,
    readFileSync(path.join(import.meta.dirname, "bench.js"), "ascii"),
  ].join("\n");
}

describe("the board's bundles on the real Espruino", () => {
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const facts = new Map<string, string>();

  before(async function () {
    this.timeout(300_000);
    const lines = runOnEspruino(await program());
    for (const line of lines) {
      const match = /^bench (\w+)=(.*)$/.exec(line);
      if (match?.[1] !== undefined && match[2] !== undefined) {
        facts.set(match[1], match[2]);
      }
    }
    assert.ok(facts.size > 0, lines.join("\n"));
  });

  const expected: Record<string, string> = {
    factory: "slotA",
    install: "0",
    trial: "slotB",
    onTrial: "true",
    version: "2",
    afterWatchdog: "slotA",
    installAgain: "0",
    trialAgain: "slotB",
    confirm: "0",
    floor: "2",
    afterPowerOn: "slotB",
    stillOnTrial: "false",
    recordsBeyondTen: "true",
    verifierKicks: "true",
    oldImage: String(Reason.CounterBelowFloor),
  };
  for (const [what, value] of Object.entries(expected)) {
    it(`${what} is ${value}`, () => {
      assert.equal(facts.get(what), value);
    });
  }
});
