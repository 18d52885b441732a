/**
 * A device that speaks SMP as the fact sheet and the vectors say, in memory, with every fault that a test wants. It
 * shares no code with trialboot's own server: what the client sends is read by cborg alone.
 */

import { createHash } from "node:crypto";
import { encode } from "cborg";
import { makeRecord, type RecordType, sealRecord } from "../../../core/journal/record";
import { dumpImage } from "../../../tools/image-dump";
import { createHostHash } from "../../../tools/host-hash";
import { type FakeRequest, readRequest, Refusal, writeAnswer } from "./fake-wire";

export interface FakeImage {
  version: string;
  hash: Uint8Array;
}

/** What happens to one request instead of the ordinary. */
export type Fault =
  | "lose-request"
  | "lose-answer"
  | "answer-twice"
  | "garbage"
  | "restart"
  | "hang-up"
  | { readonly frame: Uint8Array }
  | { readonly fields: unknown };

export interface FakeOptions {
  /** "smp" has no group 64, "v1" answers SMP version 1 only. */
  kind?: "trialboot" | "smp" | "v1";
  bufferBytes?: number;
  bufferCount?: number;
  /** Called for every request with its number, from 1. */
  fault?: (request: FakeRequest, number: number) => Fault | undefined;
  /** Readings of the list until a trial's verdict; -1: never. */
  readsUntilVerdict?: number;
  verdict?: "confirm" | "reject";
  /** The reason why an image that was received in full is refused. */
  refusal?: number;
  recovery?: boolean;
  /** The names (8 bytes, hexadecimal) of technician keys, and the sets that each opens. */
  technicians?: Map<string, number>;
  checkSignature?: (nonce: Uint8Array, sets: number, keyName: Uint8Array, signature: Uint8Array) => boolean;
  needsLoginToErase?: boolean;
  /** Seconds for which it takes no logins. */
  backOffSeconds?: number;
}

interface UploadSession {
  sha: string;
  lengthBytes: number;
  data: Uint8Array;
  offset: number;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const bytesIn = (fields: Map<string, unknown>, key: string): Uint8Array | undefined => {
  const value = fields.get(key);
  return value instanceof Uint8Array ? value : undefined;
};

export class FakeDevice {
  options: FakeOptions;
  slots: (FakeImage | undefined)[];
  active: number | undefined = 0;
  isTrial = false;
  pending: number | undefined;
  /** Holds an image that failed its trial and may not start again until it is uploaded again. */
  rejected: number | undefined;
  upload: UploadSession | undefined;
  readonly requests: FakeRequest[] = [];
  readonly journal: Uint8Array[] = [];
  lostRecords = 0;
  restarts = 0;
  dataErased = false;
  recovery: boolean;
  /** Called at every restart: transports end their connections. */
  onRestart: () => void = () => undefined;
  private phase = 0;
  private reason = 0;
  private loginSets = 0;
  private nonce: Uint8Array | undefined;
  private reads = 0;

  constructor(options: FakeOptions = {}) {
    this.options = options;
    const hash = new Uint8Array(Buffer.from(sha256(Buffer.from("one")), "hex"));
    this.slots = [{ version: "1.2.3", hash }, undefined];
    this.recovery = options.recovery ?? false;
    if (this.recovery) {
      this.active = undefined;
    }
  }

  /** The answers to a frame, none to several, and whether the connection ends. */
  handle(frame: Uint8Array): { answers: Uint8Array[]; hangsUp: boolean } {
    const request = readRequest(frame);
    this.requests.push(request);
    const fault = this.options.fault?.(request, this.requests.length);
    if (fault === "lose-request") {
      return { answers: [], hangsUp: false };
    }
    if (fault === "restart" || fault === "hang-up") {
      if (fault === "restart") {
        this.restart();
      }
      return { answers: [], hangsUp: true };
    }
    if (fault === "garbage") {
      const head = [9, 0, 0, 3, 0, 1, request.sequence, request.command];
      return { answers: [Uint8Array.from([...head, 0xbf, 0xff, 1])], hangsUp: false };
    }
    if (typeof fault === "object") {
      const answer = "frame" in fault ? fault.frame : writeAnswer(request, encode(fault.fields));
      return { answers: [answer], hangsUp: false };
    }
    const { answer, restarts } = this.answer(request);
    const count = fault === "lose-answer" ? 0 : fault === "answer-twice" ? 2 : 1;
    if (restarts) {
      this.restart();
    }
    return { answers: Array.from({ length: count }, () => answer), hangsUp: restarts };
  }

  private answer(request: FakeRequest): { answer: Uint8Array; restarts: boolean } {
    const restarts = { now: false };
    let fields: object;
    try {
      if (this.options.kind === "v1" && request.version !== 0) {
        throw new Refusal(0, 0, 8, 8);
      }
      fields = this.run(request, restarts);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      fields = error.answer;
    }
    return { answer: writeAnswer(request, encode(fields)), restarts: restarts.now };
  }

  private run(request: FakeRequest, restarts: { now: boolean }): object {
    const { group, command, operation } = request;
    switch (`${group}/${command}/${operation}`) {
      case "0/5/2":
        restarts.now = true;
        this.recovery = request.fields.get("boot_mode") === 1;
        return {};
      case "0/6/0":
        return { buf_size: this.options.bufferBytes ?? 512, buf_count: this.options.bufferCount ?? 2 };
      case "1/0/0":
        return this.list();
      case "1/0/2":
        return this.writeState(request);
      case "1/1/2":
        return this.takeChunk(request);
      case "1/5/2":
        return this.erase(request);
      default:
        return group === 64 && (this.options.kind ?? "trialboot") === "trialboot"
          ? this.runOwn(request, restarts)
          : this.refuse(request, 0, 8);
    }
  }

  private refuse(request: FakeRequest, v2: number, v1: number): never {
    throw new Refusal(v2 === 0 ? 0 : request.version, request.group, v2, v1);
  }

  private list(): object {
    this.passTime();
    const images = this.slots.flatMap((image, slot) => {
      const confirmed = this.isTrial ? slot !== this.active : slot === (this.active ?? 0);
      const bootable = slot !== this.rejected;
      const flags = { active: slot === this.active, confirmed, pending: slot === this.pending, bootable };
      const number = this.active === 1 ? 1 - slot : slot;
      return image === undefined ? [] : [{ slot: number, version: image.version, hash: image.hash, ...flags }];
    });
    return { images };
  }

  /** Every reading of the list brings the verdict of a trial nearer. */
  private passTime(): void {
    if (!this.isTrial || this.options.readsUntilVerdict === -1) {
      return;
    }
    this.reads++;
    if (this.reads <= (this.options.readsUntilVerdict ?? 2)) {
      return;
    }
    this.isTrial = false;
    if (this.options.verdict === "reject") {
      this.record(20, this.active ?? 0, 144);
      this.rejected = this.active;
      this.active = 1 - (this.active ?? 0);
    } else {
      this.record(19, this.active ?? 0, 0);
    }
  }

  record(type: RecordType, slot: number, detail: number, value = 0): void {
    const bytes = makeRecord(type, slot, detail, this.slots[slot]?.hash, value);
    sealRecord(bytes, this.lostRecords + this.journal.length + 1, createHostHash());
    this.journal.push(bytes);
  }

  private writeState(request: FakeRequest): object {
    const hash = bytesIn(request.fields, "hash");
    const confirm = request.fields.get("confirm") === true;
    const slot = hash === undefined ? this.active : this.slots.findIndex((image) => hashOf(image) === hexOf(hash));
    if (slot === undefined || slot < 0) {
      this.refuse(request, 8, 3);
    }
    if (confirm && slot === this.active) {
      this.isTrial = false;
    } else if (slot === this.active || slot === this.rejected) {
      this.refuse(request, slot === this.active ? 33 : 32, 6);
    } else {
      this.pending = slot;
      this.record(18, slot, 0);
    }
    return this.list();
  }

  private get freeSlot(): number {
    return this.active === 1 ? 0 : 1;
  }

  private takeChunk(request: FakeRequest): object {
    const { fields } = request;
    const data = bytesIn(fields, "data") ?? new Uint8Array(0);
    const offset = Number(fields.get("off"));
    if (offset === 0) {
      const sha = hexOf(bytesIn(fields, "sha") ?? new Uint8Array(0));
      if (this.isTrial) {
        this.phase = 4;
        this.reason = 112;
        this.refuse(request, 9, 6);
      }
      if (data[0] !== 0x3d) {
        this.refuse(request, 23, 3);
      }
      if (this.upload?.sha !== sha) {
        const lengthBytes = Number(fields.get("len"));
        this.upload = { sha, lengthBytes, data: new Uint8Array(lengthBytes), offset: 0 };
        this.phase = 1;
      }
    }
    if (this.upload === undefined) {
      return { off: 0 };
    }
    if (offset === this.upload.offset) {
      this.upload.data.set(data, offset);
      this.upload.offset += data.length;
    }
    if (this.upload.offset < this.upload.lengthBytes) {
      return { off: this.upload.offset };
    }
    this.finish(this.upload);
    return { off: this.upload.offset, match: sha256(this.upload.data) === this.upload.sha };
  }

  private finish({ data }: UploadSession): void {
    if (this.options.refusal !== undefined) {
      this.phase = 4;
      this.reason = this.options.refusal;
      return;
    }
    this.phase = 3;
    this.rejected = undefined;
    const dump = dumpImage(data);
    const hash = dump.areas.flatMap(({ entries }) => entries).find(({ type }) => type === 0x10)?.value ?? "";
    const version = dump.header?.version ?? "?";
    this.slots[this.freeSlot] = { version, hash: new Uint8Array(Buffer.from(hash, "hex")) };
  }

  private erase(request: FakeRequest): object {
    if (this.options.needsLoginToErase === true && this.loginSets % 2 === 0) {
      this.refuse(request, 0, 11);
    }
    const number = Number(request.fields.get("slot") ?? 1);
    this.slots[this.active === 1 ? 1 - number : number] = undefined;
    return {};
  }

  private runOwn(request: FakeRequest, restarts: { now: boolean }): object {
    switch (request.command) {
      case 0:
        return {
          board: "test-board",
          recovery: this.recovery,
          reason: this.recovery ? 160 : 0,
          ...(this.active === undefined ? {} : { slot: this.active }),
          trial: this.isTrial,
          left: 1,
          floor: 3,
          up: 12_345,
          dev: false,
          login: this.loginSets,
          ...(this.options.backOffSeconds === undefined ? {} : { wait: this.options.backOffSeconds }),
        };
      case 1:
        if (this.options.backOffSeconds !== undefined) {
          return this.refuse(request, 2, 10);
        }
        this.nonce = new Uint8Array(Buffer.from(sha256(Buffer.from(String(this.requests.length))), "hex"));
        return { nonce: this.nonce };
      case 2:
        return this.logIn(request);
      case 3:
        this.loginSets = 0;
        return {};
      case 4:
        return {
          off: this.upload?.offset ?? 0,
          len: this.upload?.lengthBytes ?? 0,
          phase: this.phase,
          reason: this.reason,
        };
      case 5:
        return this.readJournal(Number(request.fields.get("after") ?? 0));
      case 6:
        return this.rollBack(request, restarts);
      case 7:
        this.dataErased = true;
        return Math.floor(this.loginSets / 2) % 2 === 1 ? {} : this.refuse(request, 6, 11);
      default:
        return this.refuse(request, 0, 8);
    }
  }

  private logIn(request: FakeRequest): object {
    const keyName = bytesIn(request.fields, "key") ?? new Uint8Array(0);
    const sets = Number(request.fields.get("set"));
    const allowed = this.options.technicians?.get(hexOf(keyName));
    const signature = bytesIn(request.fields, "sig") ?? new Uint8Array(0);
    const { nonce } = this;
    this.nonce = undefined;
    if (nonce === undefined) {
      this.refuse(request, 4, 6);
    }
    if (allowed === undefined || this.options.checkSignature?.(nonce, sets, keyName, signature) !== true) {
      this.refuse(request, 3, 11);
    }
    if ((sets & ~allowed) !== 0) {
      this.refuse(request, 5, 11);
    }
    this.loginSets = sets;
    return { set: sets, s: 600 };
  }

  private readJournal(after: number): object {
    const later = this.journal.filter((record) => Buffer.from(record).readUInt32LE(0) > after);
    return { rec: later.slice(0, 3), more: later.length > 3, lost: this.lostRecords };
  }

  private rollBack(request: FakeRequest, restarts: { now: boolean }): object {
    const other = this.slots[1 - (this.active ?? 0)];
    if (other === undefined) {
      return this.refuse(request, 7, 6);
    }
    if (this.isTrial) {
      this.isTrial = false;
      this.active = 1 - (this.active ?? 0);
      restarts.now = true;
    } else {
      this.pending = 1 - (this.active ?? 0);
    }
    return {};
  }

  /** What a restart does: pending images are tried, sessions are gone. */
  restart(): void {
    this.restarts++;
    this.loginSets = 0;
    this.reads = 0;
    if (this.pending !== undefined) {
      this.active = this.pending;
      this.pending = undefined;
      this.isTrial = true;
      this.recovery = false;
    } else if (this.recovery) {
      this.active = undefined;
    }
    this.onRestart();
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function hashOf(image: FakeImage | undefined): string {
  return image === undefined ? "" : hexOf(image.hash);
}
