import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { LuaFactory } from "wasmoon";
import { REPOSITORY } from "../../../tools/build/repository";

const STAND_IN = readFileSync(path.join(REPOSITORY, "hal", "nodemcu", "uint8array.lua"), "utf8");

/** What typescript-to-lua's library does for `new`. */
const NEW = `
local function new(source)
  local instance = setmetatable({}, Uint8Array.prototype)
  instance:____constructor(source)
  return instance
end
`;

/** Runs `code`, in which `new` makes arrays; what it returns, or the text of its error. */
async function lua(code: string): Promise<unknown> {
  const engine = await new LuaFactory().createEngine();
  try {
    const standIn = STAND_IN.replace(/^return Uint8Array$/m, "");
    const run = `do\n${standIn}\nend\n${NEW}local function body()\n${code}\nend\n`;
    return await engine.doString(`${run}local ok, value = pcall(body)\nreturn tostring(value)`);
  } finally {
    engine.global.close();
  }
}

/** Where JavaScript goes on silently and the stand-in stops. */
const STOPS: [string, string, RegExp][] = [
  ["reading past the end", "return new(3)[3]", /index 3 is outside 0\.\.2/],
  ["reading before the start", "return new(3)[-1]", /index -1 is outside/],
  ["reading past the end of a view", "return new(9):subarray(2, 4)[2]", /index 2 is outside 0\.\.1/],
  ["reading at a fraction", "return new(3)[0.5]", /index 0\.5 is outside/],
  ["writing past the end", "new(3)[3] = 1", /index 3 is outside/],
  ["writing a fraction", "new(3)[0] = 0.5", /value 0\.5 is not an integer/],
  ["writing nothing", "new(3)[0] = nil", /value nil is not an integer/],
  ["writing a text", "new(3)[0] = 'x'", /value x is not an integer/],
  ["assigning a name", "new(3).name = 1", /'name' cannot be assigned/],
  ["a method that Lua does not have", "return new(3):indexOf(1)", /no 'indexOf' on Lua/],
  ["a property that Lua does not have", "return new(3).byteLength", /no 'byteLength' on Lua/],
  ["a negative length", "return new(-1)", /length -1 is negative/],
  ["making one from nothing", "return new(nil)", /cannot be made from nil/],
  ["a negative position", "return new(3):slice(-1)", /position -1 is not a non-negative integer/],
  ["setting more than fits", "new(3):set(new(2), 2)", /set of 2 bytes at 2 does not fit into 3/],
];

describe("Uint8Array on Lua", () => {
  for (const [what, code, sentence] of STOPS) {
    it(`stops at ${what}`, async () => {
      assert.match(String(await lua(code)), sentence);
    });
  }

  it("takes whole numbers that Lua holds as floats, as indices and as values", async () => {
    assert.equal(await lua("local a = new(3) a[4 / 2] = 6 / 2 return a[2.0]"), "3");
  });

  it("copies a list of numbers, which starts at 1 in Lua", async () => {
    assert.equal(await lua("local a = new({ 5, 6, 7 }) return a[0] * 100 + a[1] * 10 + a[2]"), "567");
    assert.equal(await lua("local a = new(4) a:set({ 8, 9 }, 1) return a[0] * 1000 + a[1] * 100 + a[2] * 10"), "890");
  });

  it("copies another array", async () => {
    assert.equal(await lua("local a = new({ 1, 2 }) local b = new(a) a[0] = 9 return b[0] * 10 + b.length"), "12");
  });
});
