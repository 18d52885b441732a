/**
 * Whether the processor still runs. A reset ends a run in the middle of whatever call asked for it, so it is an
 * exception that unwinds; but an application may catch exceptions. Therefore the end is also remembered, and every
 * device and every global asks here first and throws it again: nothing that happens after the end has an effect.
 */

/** How a run of the processor ends. `hang`: the processor never returns from what it is doing. */
export type EndKind =
  | "watchdog"
  | "software"
  | "panic"
  | "power-cut"
  | "deep-sleep"
  | "warm-start"
  | "horizon"
  | "hang";

/** Unwinds the stack when the processor stops. */
export class ProcessorStopped extends Error {
  readonly kind: EndKind;

  constructor(kind: EndKind) {
    super(`the processor stopped: ${kind}`);
    this.name = "ProcessorStopped";
    this.kind = kind;
  }
}

/** One object per kind: where it was thrown says nothing, and collecting a stack costs more than a modelled boot. */
const STOPS = new Map<EndKind, ProcessorStopped>();

function stopOf(kind: EndKind): ProcessorStopped {
  const stop = STOPS.get(kind) ?? new ProcessorStopped(kind);
  STOPS.set(kind, stop);
  return stop;
}

export class Life {
  private stopped: ProcessorStopped | undefined;

  /** The processor starts. */
  begin(): void {
    this.stopped = undefined;
  }

  /** How it ended; `undefined` while it runs. */
  get ended(): EndKind | undefined {
    return this.stopped?.kind;
  }

  /** Throws if the processor has stopped. */
  check(): void {
    if (this.stopped !== undefined) {
      throw this.stopped;
    }
  }

  /** Remembers the end without throwing; the first end counts. */
  note(kind: EndKind): void {
    this.stopped ??= stopOf(kind);
  }

  /** Stops the processor here and now. */
  end(kind: EndKind): never {
    this.note(kind);
    throw this.stopped!;
  }
}
