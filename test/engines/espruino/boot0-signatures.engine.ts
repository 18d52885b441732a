/**
 * Real signatures through the whole boot chain on the real Espruino: the board's own verifier file and key store, and
 * images signed by the command line, by Ed25519 alone and by both schemes.
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { ResetCause } from "../../../core/boot/reset-cause";
import { createLmsTrustedKey } from "../../../core/crypto/lms-spki";
import { Reason } from "../../../core/reasons";
import { createMemoryHash } from "../../../hal/memory/hash";
import { loadBoard } from "../../../tools/boards";
import { buildBundle } from "../../../tools/build/bundle";
import { verifierTarget } from "../../../tools/build/targets";
import { keyStoreOf } from "../../../tools/key-store";
import { trustedKey } from "../../support/vectors";
import { runMain, scratchFolder } from "../../tools/run-main";
import { makeBoardFiles } from "./board-files";
import { INSTALL_TASK, payload } from "./boot0-application";
import { espruinoEngine, isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";

const ED25519_KEY = "keys/TEST-ONLY-sign-a.private.pem";
const START_MS = 30_000;
/**
 * The process begins with 4,096 variables and takes more when there is none left, but not when there is no room in one
 * piece: then the native hash gives nothing. Boards have what they have, see boot0-variables.engine.ts.
 */
const GROW_TASK = "var all=[];for(var i=0;i<4096;i++)all.push(i);all=undefined;";

describe("signatures in the boot chain on the real Espruino", function () {
  this.timeout(300_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const folder = scratchFolder();
  const lmsKey = folder.path("release.lms");
  const board = new LinuxBoard();

  after(() => {
    board.dispose();
    folder.remove();
  });

  async function trialboot(...argv: readonly string[]): Promise<string> {
    const result = await runMain(argv, { env: { XDG_STATE_HOME: folder.path("state"), HOME: folder.path("home") } });
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  }

  async function sign(version: number, ...keys: readonly string[]): Promise<Uint8Array> {
    const [source, image] = [folder.path("app.js"), folder.path("app.bin")];
    writeFileSync(source, payload({ version }));
    const flags = ["-v", `${version}.0.0`, "-H", "32", "--pad-header", "-S", "0x10000", "-s", String(version)];
    await trialboot("sign", source, image, ...keys, ...flags);
    return new Uint8Array(readFileSync(image));
  }

  function install(image: Uint8Array): string | undefined {
    board.putFile("image.bin", image);
    const run = board.run({ cause: ResetCause.PowerOn, task: GROW_TASK + INSTALL_TASK, timeoutMs: START_MS });
    return run.log.find((line) => line.startsWith("install "));
  }

  function start(task = ""): readonly string[] {
    return board.run({ cause: ResetCause.Software, task, timeoutMs: START_MS }).log;
  }

  before(async () => {
    await trialboot("keys", "new", "--type", "lms", "--lms", "M24_H5_W4", "-o", lmsKey);
    const shown = JSON.parse(await trialboot("keys", "show", lmsKey, "--json")) as { publicKey: string };
    const lms = createLmsTrustedKey(createMemoryHash(), new Uint8Array(Buffer.from(shown.publicKey, "hex")));
    const description = loadBoard("linux");
    const files = await makeBoardFiles({
      verifier: await buildBundle(verifierTarget(description), espruinoEngine()),
      keyStore: keyStoreOf({ ...description.signatures, policy: "all" }, [trustedKey("sign-a"), lms]),
    });
    board.provision(files, await sign(1, "--key", ED25519_KEY, "--lms-key", lmsKey));
  });

  it("the first start runs the self-test, and the factory image with both signatures starts", () => {
    assert.deepEqual(start(), ["start v1 confirmed"]);
    assert.deepEqual(start(), ["start v1 confirmed"]);
  });

  it("an update with one of the two signatures is refused where both must hold", async () => {
    assert.equal(install(await sign(2, "--key", ED25519_KEY)), `install ${Reason.SignatureMissing}`);
    assert.equal(install(await sign(2, "--lms-key", lmsKey)), `install ${Reason.SignatureMissing}`);
  });

  it("an update with a broken signature is refused, whichever it is", async () => {
    const image = await sign(2, "--key", ED25519_KEY, "--lms-key", lmsKey);
    const edited = image.slice();
    edited[edited.length - 1] ^= 1;
    assert.equal(install(edited), `install ${Reason.SignatureInvalid}`);
  });

  it("a hybrid update is installed, tried and confirmed", async () => {
    assert.equal(install(await sign(2, "--key", ED25519_KEY, "--lms-key", lmsKey)), "install 0");
    assert.deepEqual(start('log("confirm "+door.confirm())'), ["start v2 trial", "confirm 0"]);
    assert.deepEqual(start(), ["start v2 confirmed"]);
  });
});
