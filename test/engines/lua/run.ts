/** The portable suites as a Lua program. */

import path from "node:path";
import { compileLuaProgram } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { testOnEngine } from "../run-portable";

export type LuaInterpreter = (program: string) => Promise<string[]>;

/** Defines the tests; call it inside a `describe`. */
export function testOnLua(interpret: LuaInterpreter): void {
  testOnEngine(() => interpret(compileLuaProgram(path.join(REPOSITORY, "test", "engines", "portable", "program.ts"))));
}
