/** Requests and their answers: numbered, waited for, sent again, told apart from late ones. */

import { randomInt } from "node:crypto";
import {
  readResponseHeader,
  SMP_HEADER_BYTES,
  type SmpHeader,
  type SmpOperation,
  writeRequestHeader,
} from "../../core/smp/frame";
import { shown } from "../arguments";
import { ConnectionEnded, linkError } from "../ports/link-error";
import { nonsense, optionalUint, mapIn } from "./answer";
import { type AnswerFields, decodeFields, encodeFields, type RequestFields } from "./cbor";
import { DeviceError } from "./device-error";
import type { Group } from "./groups";
import type { SmpLink } from "./link";

export interface SmpRequest {
  readonly operation: SmpOperation.Read | SmpOperation.Write;
  readonly group: Group;
  readonly command: number;
  readonly fields: RequestFields;
}

export interface Patience {
  /** How long to wait for the answer to one sending. */
  readonly timeoutMs: number;
  /** Sendings altogether, at least 1. */
  readonly tries: number;
}

export interface SmpClient {
  readonly link: SmpLink;
  /** Version field of requests: 1 is SMP version 2, which devices answer with errors of groups. */
  version: number;
  /**
   * Sends a request and waits for its answer.
   * Refuses: (link) no answer in time, or the connection ended; (DeviceError, refused) the device says no.
   */
  request(request: SmpRequest, patience: Patience): Promise<AnswerFields>;
  /** Waits for no answer any more; what comes late is dropped. */
  forgetAll(): void;
}

export interface ClientOptions {
  /** Where the numbers start; a random number, so that answers to an earlier client fit no request of this one. */
  readonly firstSequence?: number;
}

interface Waiting {
  readonly header: SmpHeader;
  answer(fields: AnswerFields): void;
  fail(error: Error): void;
}

const SEQUENCES = 256;

/** The bytes of a request. */
export function encodeRequest(request: SmpRequest, version: number, sequence: number): Uint8Array {
  const body = encodeFields(request.fields);
  const frame = new Uint8Array(SMP_HEADER_BYTES + body.length);
  const { operation, group, command } = request;
  writeRequestHeader(frame, { version, operation, group, sequence, command, lengthBytes: body.length });
  frame.set(body, SMP_HEADER_BYTES);
  return frame;
}

/** The error that an answer stands for, if it is one. Refuses (link) errors of a wrong form. */
export function errorIn(fields: AnswerFields): DeviceError | undefined {
  const err = fields.get("err");
  if (err !== undefined) {
    const inner = mapIn(err, '"err"');
    const code = optionalUint(inner, "rc") ?? 1;
    return code === 0 ? undefined : new DeviceError(optionalUint(inner, "group"), code);
  }
  const code = fields.get("rc") ?? 0;
  if (typeof code !== "number" || !Number.isInteger(code)) {
    throw nonsense('"rc" is not a whole number');
  }
  // Some old servers answer with the negative numbers of their operating system.
  return code === 0 ? undefined : new DeviceError(undefined, Math.abs(code));
}

class LinkClient implements SmpClient {
  readonly link: SmpLink;
  version = 1;
  private sequence: number;
  private readonly waiting = new Map<number, Waiting>();
  private garbled = false;
  private isGone = false;

  constructor(link: SmpLink, options: ClientOptions) {
    this.link = link;
    this.sequence = options.firstSequence ?? randomInt(SEQUENCES);
    link.onFrame((frame) => this.receive(frame));
    link.port.onClose(() => this.end());
  }

  async request(request: SmpRequest, patience: Patience): Promise<AnswerFields> {
    const sequence = this.nextSequence();
    const frame = encodeRequest(request, this.version, sequence);
    const { operation, group, command } = request;
    const header = { version: this.version, operation, group, sequence, command, lengthBytes: 0 };
    const fields = await new Promise<AnswerFields>((resolve, reject) => {
      let tries = 0;
      let timer: NodeJS.Timeout | undefined;
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(sequence);
        settle();
      };
      const fail = (error: Error): void => finish(() => reject(error));
      const send = (): void => {
        if (this.isGone || tries >= patience.tries) {
          fail(this.isGone ? new ConnectionEnded(this.link.port.name) : this.silence());
          return;
        }
        tries++;
        timer = setTimeout(send, patience.timeoutMs);
        this.link.send(frame).catch(fail);
      };
      this.waiting.set(sequence, { header, fail, answer: (answer) => finish(() => resolve(answer)) });
      send();
    });
    const error = errorIn(fields);
    if (error !== undefined) {
      throw error;
    }
    return fields;
  }

  forgetAll(): void {
    for (const waiting of [...this.waiting.values()]) {
      waiting.fail(linkError("No answer is waited for any more."));
    }
  }

  /** The next number that no request waits under. */
  private nextSequence(): number {
    for (let i = 0; i < SEQUENCES; i++) {
      const sequence = this.sequence;
      this.sequence = (this.sequence + 1) % SEQUENCES;
      if (!this.waiting.has(sequence)) {
        return sequence;
      }
    }
    throw linkError("Too many requests wait for an answer.");
  }

  private receive(frame: Uint8Array): void {
    const header = readResponseHeader(frame);
    if (header === undefined) {
      this.garbled = true;
      return;
    }
    const waiting = this.waiting.get(header.sequence);
    if (waiting === undefined || !answers(header, waiting.header)) {
      return;
    }
    const fields = decodeFields(frame.subarray(SMP_HEADER_BYTES));
    if (fields === undefined) {
      // As good as lost; the next sending may do better.
      this.garbled = true;
      return;
    }
    waiting.answer(fields);
  }

  private end(): void {
    this.isGone = true;
    for (const waiting of [...this.waiting.values()]) {
      waiting.fail(new ConnectionEnded(this.link.port.name));
    }
  }

  private silence(): Error {
    const name = shown(this.link.port.name);
    if (this.garbled) {
      return nonsense(`what comes from ${name} is damaged, or no SMP`);
    }
    return linkError(
      `The device at ${name} does not answer.`,
      "Check that it is on, that this is its port, and that --baud and --framing fit it.",
    );
  }
}

function answers(answer: SmpHeader, request: SmpHeader): boolean {
  return (
    answer.operation === request.operation + 1 && answer.group === request.group && answer.command === request.command
  );
}

export function createSmpClient(link: SmpLink, options: ClientOptions = {}): SmpClient {
  return new LinkClient(link, options);
}
