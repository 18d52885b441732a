import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyLms } from "../../core/crypto/lms";
import { createLmsKey } from "../../tools/lms/new-key";
import { LMS_PARAMETER_SETS, type LmsParameterSet, parameterSetNamed } from "../../tools/lms/parameters";
import { openLmsSigner } from "../../tools/lms/signer";
import { createOutput } from "../../tools/output";
import { hostServices } from "../core/crypto/lms-vectors";
import { contextIn } from "../tools/lms/lms-keys";
import { scratchFolder } from "../tools/run-main";

/** A Python that has pyhsslms: that of the virtual environment build/venv of this checkout, or one on the PATH. */
function findPython(): string | undefined {
  const venv = fileURLToPath(new URL("../../build/venv/", import.meta.url));
  const folders = [join(venv, "bin"), join(venv, "Scripts"), ...(process.env["PATH"] ?? "").split(delimiter)];
  const names = process.platform === "win32" ? ["python.exe"] : ["python3", "python"];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path) && spawnSync(path, ["-c", "import pyhsslms"]).status === 0);
}

/** Verifies a signature; the arguments are public key, message and signature in hexadecimal. */
const VERIFY = `
import sys
from pyhsslms import pyhsslms
key, message, signature = (bytes.fromhex(text) for text in sys.argv[1:])
print(pyhsslms.LmsPublicKey.deserialize(key).verify(message, signature))
`;

/** Makes a key and signs with it; the arguments are hash bytes, height and width, the lines key and signature. */
const SIGN = `
import sys
from pyhsslms import pyhsslms
hash_bytes, height, width, message = sys.argv[1:]
key = pyhsslms.LmsPrivateKey(
    getattr(pyhsslms, f"lms_sha256_m{hash_bytes}_h{height}"), getattr(pyhsslms, f"lmots_sha256_n{hash_bytes}_w{width}"))
print(key.publicKey().serialize().hex())
print(key.sign(bytes.fromhex(message)).hex())
`;

const MESSAGE = new Uint8Array(32).fill(9);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("pyhsslms and trialboot", () => {
  const folder = scratchFolder();
  let python = "";

  before(function () {
    const found = findPython();
    if (found === undefined) {
      process.stderr.write("not run: pyhsslms is not installed (pip install pyhsslms, or build/venv)\n");
      this.skip();
    }
    python = found;
  });
  after(() => folder.remove());

  const runPython = (program: string, ...argv: string[]): string[] => {
    const result = spawnSync(python, ["-c", program, ...argv], { encoding: "utf8" });
    assert.equal(result.status, 0, result.stderr);
    return result.stdout.trim().split(/\s+/);
  };

  async function theyVerifyOurs(set: LmsParameterSet): Promise<void> {
    const context = contextIn(folder.path("home"), () => undefined);
    const output = createOutput(context, { json: false, quiet: true });
    const path = folder.path(`${set.name}.lms`);
    const publicKey = createLmsKey(context, output, path, set, undefined);
    const signer = await openLmsSigner(context, output, path, { file: undefined });
    for (let count = 0; count < 3; count++) {
      const signature = signer.sign(MESSAGE);
      assert.deepEqual(runPython(VERIFY, hex(publicKey), hex(MESSAGE), hex(signature)), ["True"]);
      const other = hex(MESSAGE).replace("09", "08");
      assert.deepEqual(runPython(VERIFY, hex(publicKey), other, hex(signature)), ["False"]);
    }
    signer.close();
  }

  for (const set of LMS_PARAMETER_SETS.filter(({ height, width }) => height === 5 || (height === 10 && width < 8))) {
    it(`they verify our signatures with ${set.name}`, async () => theyVerifyOurs(set));
  }

  it("they verify our signatures with M24_H15_W2, of 32,768 leaves", async function () {
    this.timeout(300_000);
    const set = parameterSetNamed("M24_H15_W2");
    assert.ok(set !== undefined);
    await theyVerifyOurs(set);
  });

  for (const { name, hashBytes, height, width } of LMS_PARAMETER_SETS.filter((set) => set.height === 5)) {
    it(`we verify their signatures with ${name}`, () => {
      const numbers = [hashBytes, height, width].map(String);
      const [key = "", signature = ""] = runPython(SIGN, ...numbers, hex(MESSAGE));
      const [publicKey, bytes] = [key, signature].map((text) => new Uint8Array(Buffer.from(text, "hex")));
      assert.ok(publicKey !== undefined && bytes !== undefined);
      assert.equal(verifyLms(hostServices, publicKey, MESSAGE, bytes), true);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      assert.equal(verifyLms(hostServices, publicKey, MESSAGE, bytes), false);
    });
  }
});
