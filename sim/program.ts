/**
 * hal/program.ts of the simulated machine: runs what stands in a slot, as a model where one is registered, otherwise
 * as a script in a sandbox, and notes what the machine's report needs to know.
 */

import type { Handover } from "../core/boot/handover";
import type { FlashPartition } from "../hal/flash";
import type { Program } from "../hal/program";
import { ABSENT_BUILTINS, espruinoGlobals, espruinoModules } from "./globals/espruino";
import { errorText } from "./globals/text";
import { makeGlobals } from "./globals/types";
import type { Globals, UserGlobals } from "./globals/types";
import { guardCalls } from "./guard";
import type { ApplicationHost } from "./host";
import type { ModelLookup } from "./models";
import { HangDetected, Sandbox } from "./sandbox";

/** What an observer is told, in order. */
export type ProgramEvent =
  | { readonly kind: "start"; readonly slot: FlashPartition; readonly door: Handover }
  | { readonly kind: "returned" }
  | { readonly kind: "uncaught"; readonly text: string }
  | { readonly kind: "missing"; readonly name: string }
  | { readonly kind: "hang" };

export interface ProgramOptions {
  /** Models by slot contents; `undefined`: everything is run as a script. */
  readonly models?: ModelLookup | undefined;
  readonly userGlobals?: UserGlobals | undefined;
  /** Real milliseconds a callback of a script may take before it counts as hanging. */
  readonly scriptTimeoutMs: number;
  /** Virtual time that each call of a global or of the door costs a script. */
  readonly callCostUs: number;
  readonly observe: (event: ProgramEvent) => void;
}

/** The global that an uncaught error says is missing. */
function missingName(text: string): string | undefined {
  const match = /^ReferenceError: (\S+) is not defined$/.exec(text) ?? /^Error: Module "([^"]*)" not found$/.exec(text);
  return match?.[1];
}

export class SimulatedProgram implements Program {
  private handler: ((text: string) => void) | undefined;
  private sandbox: Sandbox | undefined;

  constructor(
    private readonly host: ApplicationHost,
    private readonly options: ProgramOptions,
  ) {}

  /** The processor starts. */
  begin(): void {
    this.handler = undefined;
    this.sandbox = undefined;
  }

  onUncaughtError(handler: (text: string) => void): void {
    this.host.devices.life.check();
    this.handler = handler;
  }

  start(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: object): void {
    const { life } = this.host.devices;
    life.check();
    const handover = door as Handover;
    this.options.observe({ kind: "start", slot, door: handover });
    try {
      this.launch(slot, offsetBytes, lengthBytes, handover);
    } catch (error) {
      this.noteHang(error);
      life.check();
      this.uncaught(error);
    }
    // An application may have caught the reset it asked for; nothing goes on after it.
    life.check();
    this.options.observe({ kind: "returned" });
  }

  /** Runs a callback of the application or of its runtime. Throws if the processor stopped in it. */
  invoke(callback: () => void): void {
    const { life } = this.host.devices;
    try {
      if (this.sandbox === undefined) {
        callback();
      } else {
        this.sandbox.call(callback);
      }
    } catch (error) {
      life.check();
      this.uncaught(error);
    }
    life.check();
  }

  /** Repeats `step` while it returns true; a script that does not come back ends the processor with a hang. */
  runEvents(step: () => boolean): void {
    try {
      if (this.sandbox === undefined) {
        while (step()) {
          // Models return by themselves.
        }
      } else {
        this.sandbox.guardRepeated(step);
      }
    } catch (error) {
      this.noteHang(error);
      this.host.devices.life.check();
      throw error;
    }
  }

  private launch(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: Handover): void {
    const model = this.options.models?.(slot, offsetBytes, lengthBytes, door);
    if (model === undefined) {
      this.startScript(slot, offsetBytes, lengthBytes, door);
    } else {
      model(door, this.host);
    }
  }

  private startScript(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: Handover): void {
    const text = Buffer.from(slot.read(offsetBytes, lengthBytes)).toString("latin1");
    const sandbox = this.createSandbox();
    this.sandbox = sandbox;
    sandbox.guard(() =>
      sandbox.call(() => {
        const value = sandbox.evaluate(text, slot.name);
        if (typeof value === "function") {
          (value as (door: Handover) => void)(guardCalls(door, this.charge));
        }
      }),
    );
  }

  private createSandbox(): Sandbox {
    const { clock, random } = this.host.devices;
    const evaluate = (text: string): unknown => this.sandbox?.evaluate(text, "text");
    const modules = { ...espruinoModules(this.host), ...makeGlobals(this.options.userGlobals?.modules, this.host) };
    const globals: Globals = {
      ...espruinoGlobals(this.host, evaluate),
      require: (name: string) => {
        if (!Object.hasOwn(modules, name)) {
          throw new Error(`Module "${name}" not found`);
        }
        return guardCalls(modules[name], this.charge);
      },
      ...makeGlobals(this.options.userGlobals?.globals, this.host),
    };
    return new Sandbox({
      globals: guardCalls(globals, this.charge),
      absentBuiltins: ABSENT_BUILTINS.filter((name) => !Object.hasOwn(globals, name)),
      timeoutMs: this.options.scriptTimeoutMs,
      nowMs: () => Math.floor(clock.nowUs / 1000),
      fraction: () => random.fraction(),
      onUnhandledRejection: (reason) => this.uncaught(reason),
    });
  }

  /** Before each call out of a script: the processor must run, and time passes. */
  private readonly charge = (): void => {
    this.host.devices.life.check();
    this.host.devices.clock.elapse(this.options.callCostUs);
  };

  private uncaught(error: unknown): void {
    const text = errorText(error);
    this.noteMissing(text);
    this.options.observe({ kind: "uncaught", text });
    this.host.print(`Uncaught ${text}`);
    this.handler?.(text);
    for (const listener of this.host.uncaughtListeners) {
      listener(error);
    }
  }

  private noteMissing(text: string): void {
    const name = missingName(text);
    if (name !== undefined) {
      this.options.observe({ kind: "missing", name });
    }
  }

  private noteHang(error: unknown): void {
    if (error instanceof HangDetected) {
      this.host.devices.life.note("hang");
    }
    if (this.host.devices.life.ended === "hang") {
      this.options.observe({ kind: "hang" });
    }
  }
}
