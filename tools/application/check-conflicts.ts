/** What of an application does not go together with signed updates. */

import type { AnyNode, CallExpression } from "acorn";
import { propertyName } from "../build/syntax-tree";
import { type Call, CallPaths } from "./calls";
import {
  BOOT_FILE,
  BUILT_IN_MODULES,
  CLEARS,
  CONFLICTS,
  DEEP_SLEEPS,
  MODULES_OF_BOARDS,
  RESTARTS,
  STORAGE_MEMBERS,
} from "./conflict-rules";
import { error, note, type Say, warning } from "./findings";
import type { ProgramNames } from "./scopes";

export interface ConflictSetting {
  readonly names: ProgramNames;
  /** Name of the board, for the modules that it has; undefined: any. */
  readonly board: string | undefined;
  /** Modules that the build links in from files. */
  readonly linkedModules: ReadonlySet<string>;
  /** Names that the build makes local to the application's function. */
  readonly localNames: ReadonlySet<string>;
}

/** A table of remarks, asked for a path that anybody may have written. */
function remarkOf<T>(table: Readonly<Record<string, T>>, path: string): T | undefined {
  return Object.hasOwn(table, path) ? table[path] : undefined;
}

function textOf(node: AnyNode | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

function firstArgument(node: CallExpression): AnyNode | undefined {
  return node.arguments[0];
}

/** Whether one of the calls named so stands in the same function, before the other. */
function isAnnounced(call: Call, announcements: readonly Call[]): boolean {
  return announcements.some(({ node, scope }) => scope.owner === call.scope.owner && node.start < call.node.start);
}

class ConflictCheck {
  private usesStorage: CallExpression | undefined;

  constructor(
    private readonly setting: ConflictSetting,
    private readonly say: Say,
  ) {}

  run(program: AnyNode): void {
    const paths = new CallPaths(program, this.setting.names);
    const calls = paths.calls(program);
    const named = (end: string): Call[] => calls.filter(({ path }) => path.endsWith(`.${end}`));
    const restarts = named("announceRestart");
    const sleeps = named("announceSleep");
    for (const call of calls) {
      this.checkTable(call, restarts, sleeps);
      this.checkConsole(call);
      this.checkTimer(call);
      this.checkStorage(call);
      this.checkModule(call);
      this.checkMemory(call);
    }
    this.sayStorage();
  }

  private checkTable(call: Call, restarts: readonly Call[], sleeps: readonly Call[]): void {
    const { node, path } = call;
    const remark = remarkOf(CONFLICTS, path);
    if (remark !== undefined) {
      this.say(node.start, remark);
    }
    const clear = remarkOf(CLEARS, path);
    if (clear !== undefined && node.arguments.length === 0) {
      this.say(node.start, clear);
    }
    const restart = remarkOf(RESTARTS, path);
    if (path === "load" && node.arguments.length > 0) {
      this.say(node.start, error(
        "restart",
        "load(file) runs a file that nobody signed, and the boot chain starts its image instead.",
        "Put the code into the application, or read data with require(\"Storage\").read.",
      ));
    } else if (restart !== undefined && !isAnnounced(call, restarts)) {
      this.say(node.start, restart);
    }
    const sleep = remarkOf(DEEP_SLEEPS, path);
    if (sleep !== undefined && !isAnnounced(call, sleeps)) {
      this.say(node.start, sleep);
    }
  }

  private checkConsole({ node, path }: Call): void {
    const isConsole = path === "E.setConsole" || /^\w+\.setConsole$/.test(path);
    const first = firstArgument(node);
    const isClosing = path === "E.setConsole" && first?.type === "Literal" && first.value === null;
    if (isConsole && !isClosing) {
      this.say(node.start, error(
        "console",
        `${path}() opens the console, from which anybody can replace the boot chain.`,
        "Remove it; provision with --development to have a console while you work.",
      ));
    }
  }

  private checkTimer({ node, path }: Call): void {
    const first = firstArgument(node);
    const text = textOf(first);
    const isText = text !== undefined || first?.type === "TemplateLiteral";
    if (!isText || !["setInterval", "setTimeout", "setWatch"].includes(path)) {
      return;
    }
    const known = (text ?? "").match(/[A-Za-z_$][\w$]*/g)?.find((name) => this.setting.localNames.has(name));
    const next = "Give it a function: function () { ... }.";
    if (known === undefined) {
      const sentence = `${path}() with code in a string sees global variables only.`;
      this.say(node.start, warning("string-code", sentence, next));
    } else {
      const sentence = `${path}() with code in a string does not see ${known}, which belongs to the application.`;
      this.say(node.start, error("string-code", sentence, next));
    }
  }

  private checkStorage({ node, path }: Call): void {
    const member = /^Storage\.(\w+)$/.exec(path)?.[1];
    if (member === undefined) {
      return;
    }
    this.usesStorage ??= node;
    const file = textOf(firstArgument(node)) ?? "";
    if (!STORAGE_MEMBERS.has(member)) {
      const sentence = `require("Storage").${member}() does not exist on a board with signed updates.`;
      const members = [...STORAGE_MEMBERS].filter((name) => !["open", "compact"].includes(name)).join(", ");
      this.say(node.start, error("storage", sentence, `There are: ${members}.`));
    } else if (/^(?:write|writeJSON|erase)$/.test(member) && BOOT_FILE.test(file)) {
      const sentence = `${file} is only data here: the board starts its signed image, and no file.`;
      this.say(node.start, error("boot-code", sentence, "Put the code into the application."));
    }
  }

  private checkModule({ node, path }: Call): void {
    if (path !== "require") {
      return;
    }
    const name = textOf(firstArgument(node));
    const { board, linkedModules } = this.setting;
    if (name === undefined) {
      const sentence = "Which module this loads cannot be seen from here.";
      this.say(node.start, warning("module", sentence, "Write the name: require(\"Name\")."));
      return;
    }
    if (linkedModules.has(name)) {
      return;
    }
    const boards = remarkOf(MODULES_OF_BOARDS, name);
    const isOnBoard = board === undefined || (boards ?? []).includes(board);
    const isThere = boards === undefined ? BUILT_IN_MODULES.has(name) : isOnBoard;
    if (!isThere) {
      const where = boards === undefined ? "into Espruino" : `into Espruino for ${board ?? "this board"}`;
      this.say(node.start, error(
        "module",
        `require("${name.slice(0, 60)}") is not built ${where}; the Web IDE fetches such modules at upload, ` +
          "the build does not.",
        /^[\w-]+$/.test(name)
          ? `Save https://www.espruino.com/modules/${name}.js as modules/${name}.js beside the application.`
          : "Save the module as modules/NAME.js beside the application, and require(\"NAME\").",
      ));
    }
  }

  private checkMemory({ node, path }: Call): void {
    if (/^poke(?:8|16|32)$/.test(path)) {
      this.say(node.start, warning(
        "memory",
        `${path}() reaches flash, page locks and watchdog as well.`,
        "Be sure that the address is one of your peripheral's.",
      ));
    }
    const first = firstArgument(node);
    if (path === "E.setFlags" && first?.type === "ObjectExpression") {
      const flag = first.properties
        .map((property) => (property.type === "Property" ? (propertyName(property) ?? "") : ""))
        .find((name) => name === "unsafeFlash" || name === "jitDebug");
      if (flag !== undefined) {
        const why = flag === "jitDebug" ? "by which the boot chain knows a load()" : "that protects the interpreter";
        this.say(node.start, error("flags", `E.setFlags() changes ${flag}, ${why}.`, "Leave that flag alone."));
      }
    }
  }

  /** Said once: where the files of the application go. */
  private sayStorage(): void {
    if (this.usesStorage === undefined) {
      return;
    }
    this.say(this.usesStorage.start, note(
      "storage",
      "require(\"Storage\") keeps its files in the data partition, half of which is usable.",
      "",
    ));
    const found = this.setting.names.references.find(
      ({ node, parent }) =>
        node.name === "door" && parent.type === "MemberExpression" && propertyName(parent) === "data",
    );
    if (found !== undefined) {
      this.say(found.node.start, error(
        "storage",
        "door.data and require(\"Storage\") are the same pages and destroy each other's content.",
        "Use one of them.",
      ));
    }
  }
}

export function checkConflicts(program: AnyNode, setting: ConflictSetting, say: Say): void {
  new ConflictCheck(setting, say).run(program);
}
