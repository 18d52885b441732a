/** What an application on the real Espruino does, as text that its `task.js` or the console gets. */

import type { Action, StartStep } from "./scenario";
import { installCall } from "./tape";

/** Installs a file through `writer`, as portable/scenario.ts does. */
const INSTALL =
  "function install(writer,name,piece,announced,sent,steps){" +
  "var file=E.toUint8Array(fs.readFileSync(name)),reason=writer.begin(announced);" +
  "for(var at=0;at<sent&&reason===0;at+=piece)reason=writer.write(file.subarray(at,Math.min(at+piece,sent)));" +
  "if(reason===0&&steps>1)reason=writer.finish();" +
  'if(reason===0&&steps>2)reason=writer.requestTrial();say("say install "+reason)}';

/** Says that the process is about to hang, so that a slow start is not taken for it. */
export const HANG_LINE = "hangs";

/** File that holds the flash as it was before the interpreter restarted itself for the nth time. */
export function flashBefore(start: number): string {
  return `flash-${start}`;
}

export function taskFile(start: number): string {
  return `task-${start}.js`;
}

/** Name of the file with an image's bytes. */
export function imageFile(name: string): string {
  return `${name}.bin`;
}

interface Place {
  /** Expression for the writer, and for the object that has `readJournal`. */
  readonly writer: string;
  readonly door: string;
  /** Number of the start in its scenario, from 0. */
  readonly start: number;
}

function textOf(action: string): string {
  return JSON.stringify(action.substring(action.indexOf(" ") + 1));
}

function wordOf(action: string, index: number): string {
  return action.split(" ")[index];
}

/** As `act` and `actInRecovery` in portable/scenario.ts. */
const STATEMENTS: Readonly<Record<string, (action: string, place: Place) => string>> = {
  confirm: () => 'say("say confirm "+door.confirm())',
  announce: () => 'say("say announce "+door.announceRestart())',
  sleep: () => 'say("say sleep "+door.announceSleep())',
  reject: (action) => `say("say reject "+door.reject(${textOf(action)}))`,
  recovery: () => 'say("say recovery "+door.requestRecovery())',
  die: (action) => `door.die(${textOf(action)})`,
  throw: (action) => `throw ${textOf(action)}`,
  reboot: () => "E.reboot()",
  hang: () => `say("${HANG_LINE}");while(true){}`,
  // Not in the first turn: Espruino forgets a load() that is called while it starts because of an earlier one.
  load: (_action, { start }) =>
    `say("end load");fs.writeFileSync("${flashBefore(start)}",fs.readFileSync("espruino.flash"));` +
    `fs.writeFileSync("task.js",fs.readFileSync("${taskFile(start + 1)}"));` +
    "setTimeout(function(){load()},1)",
  store: (action) => {
    const [offset, bytes] = [Number(wordOf(action, 1)), Buffer.from(wordOf(action, 2), "hex")];
    return `door.data.erasePage(${offset}-${offset}%door.data.pageSizeBytes);` +
      `door.data.write(${offset},new Uint8Array([${[...bytes].join(",")}]))`;
  },
  recall: (action) => `say("say recall "+hex(door.data.read(${wordOf(action, 1)},${wordOf(action, 2)})))`,
  journal: (_action, { door }) => `var n=0;${door}.readJournal(function(){n++});say("say journal "+n)`,
  restart: () => "recovery.restart()",
};

function statementOf(action: Action, place: Place): string {
  const call = installCall(action);
  if (typeof call !== "string") {
    const values = [call.pieceBytes, call.announcedBytes, call.sentBytes, call.steps].join(",");
    return `install(${place.writer},"${imageFile(call.image)}",${values})`;
  }
  const statement = STATEMENTS[wordOf(call, 0)];
  if (statement === undefined) {
    throw new Error(`no action ${call}`);
  }
  return statement(call, place);
}

/** For `task.js`: runs in the application, which has `door`, `fs`, `say` and `hex`. */
export function applicationTask(step: StartStep, start: number): string {
  const place = { writer: "door.openWriter()", door: "door", start };
  return [INSTALL, ...(step.does ?? []).map((action) => statementOf(action, place))].join(";\n");
}

/** For the console, after the boot: in recovery does what the step says; then ends the process. */
export function consoleTask(step: StartStep, start: number): string {
  const place = { writer: "recovery.writer", door: "recovery", start };
  const actions = step.runs.startsWith("recovery ") ? step.does ?? [] : [];
  return 'var fs=require("fs");function say(text){fs.appendFileSync("log",text+"\\n")}' +
    `if(typeof recovery!="undefined"&&recovery){${INSTALL};say("recovery "+recovery.reason);` +
    `${actions.map((action) => statementOf(action, place)).join(";")}};setTimeout(quit,5);`;
}
