import { LuaFactory } from "wasmoon";
import { testOnLua } from "./run";

/** Lua 5.4 in WebAssembly: the interpreter that is there wherever npm is. */
async function wasmoon(program: string): Promise<string[]> {
  const lines: string[] = [];
  const engine = await new LuaFactory().createEngine();
  try {
    engine.global.set("print", (text: string) => lines.push(text));
    await engine.doString(program);
  } finally {
    engine.global.close();
  }
  return lines;
}

describe("portable suites on Lua 5.4 (wasmoon)", () => {
  testOnLua(wasmoon);
});
