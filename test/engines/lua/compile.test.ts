import assert from "node:assert/strict";
import path from "node:path";
import { compileLuaFiles } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { topFolder, typescriptFiles } from "../../house/project-files";

/** Made of Espruino's native functions, and of no use without them: Lua has a verifier of its own. */
const ESPRUINO_ONLY = /^(core\/crypto\/(ed25519|field)-convolve|bootloader\/espruino\/)/;

const absolute = (file: string): string => path.join(REPOSITORY, file);

describe("typescript-to-lua", function () {
  this.timeout(120_000);

  it("compiles core and bootloader without a diagnostic, but for what is made of Espruino's functions", () => {
    const files = typescriptFiles().filter(
      (file) => ["core", "bootloader"].includes(topFolder(file)) && !ESPRUINO_ONLY.test(file),
    );
    const output = compileLuaFiles(files.map(absolute));
    assert.deepEqual(output.diagnostics, []);
    const written = files.map((file) => file.replace(/\.ts$/, ".lua"));
    assert.deepEqual(written.filter((file) => !output.files.has(file)), []);
  });

  it("names file and line of what Lua cannot do", () => {
    const output = compileLuaFiles([absolute("test/fixtures/build/not-lua.ts")]);
    assert.equal(output.diagnostics.length, 1, output.diagnostics.join("\n"));
    assert.match(output.diagnostics.join(), /^test\/fixtures\/build\/not-lua\.ts:3: .*right shift/i);
  });
});
