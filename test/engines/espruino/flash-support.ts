/** What the tests of `trialboot flash` on the real Espruino share: an application, its key, and the command line. */

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runMain, type RunResult, VECTORS } from "../../tools/run-main";

/** Logs how it was started. */
const APPLICATION =
  '(function(door){var i=door.info;require("fs").appendFileSync("log","start v"+i.version.major+' +
  '(i.trial?" trial":" confirmed")+"\\n")})';

export class FlashDesk {
  /** Also the folder where Espruino's flash file is. */
  readonly folder = mkdtempSync(path.join(tmpdir(), "trialboot-flash-"));
  readonly testKey = path.join(VECTORS, "keys/sign-a.public.pem");

  /** Signs the application with a key that is nobody's. */
  async prepare(): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(this.path("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(this.path("key.public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(this.path("app.js"), APPLICATION);
    const signed = await this.run([
      "sign", "app.js", "app.bin", "--key", "key.pem", "--version", "1.0.0", "--security-counter", "1",
      "--header-size", "32", "--pad-header", "--slot-size", "0x10000",
    ]);
    if (signed.exitCode !== 0) {
      throw new Error(signed.stderr);
    }
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  flash(): Buffer {
    return readFileSync(this.path("espruino.flash"));
  }

  /** `trialboot flash` for this board, key and image. */
  async flashBy(...flags: string[]): Promise<RunResult> {
    return await this.run(["flash", "--board", "linux", "--key", "key.public.pem", "--yes", ...flags]);
  }

  async run(argv: readonly string[]): Promise<RunResult> {
    return await runMain(argv, { cwd: this.folder });
  }

  /** What the application logged since the last call. */
  log(): string[] {
    try {
      const text = readFileSync(this.path("log"), "latin1");
      rmSync(this.path("log"));
      return text.split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
