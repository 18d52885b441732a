/** A board that is managed over a wire, and a client that speaks frames with it. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { decode, encode } from "cborg";
import type { BootConfig, ManagementConfig } from "../../bootloader/config";
import { createManagement } from "../../bootloader/management";
import type { ResetCause } from "../../core/boot/reset-cause";
import { serveLink } from "../../core/smp/link-server";
import { loginMessage } from "../../core/smp/login";
import type { Management } from "../../core/smp/management";
import { createPortableCodec } from "../../core/smp/portable-codec";
import { Transport } from "../../core/smp/policy";
import type { SmpServer } from "../../core/smp/server";
import { createSmpServer } from "../../core/smp/server";
import { createTechnician } from "../../core/smp/technician";
import { Slot } from "../../core/slot";
import { signWithTestKey } from "../core/image/mcuboot-vectors";
import { makeImage } from "../support/images";
import { trustedKey } from "../support/vectors";
import type { Bench, Start, StartOptions } from "./bench";
import { configWith, memoryBench, resets } from "./bench";

export const OLD = { version: "1.2.3", counter: 1 };
export const NEW = { version: "2.0.5+7", counter: 2, payload: 9000 };

/** Images of a test key that no board trusts for images: the technician's. */
export const TECHNICIAN = "sign-x";

export type Body = Record<string, unknown>;

/** A configuration of a board that is managed. */
export function managedConfig(changes: Partial<ManagementConfig> = {}, boot: Partial<BootConfig> = {}): BootConfig {
  const management: ManagementConfig = {
    loadManagement: () => createManagement,
    loadServer: () => createSmpServer,
    loadLink: () => serveLink,
    loadTechnician: () => createTechnician,
    boardName: "bench",
    isDevelopment: false,
    technicianKeys: () => [trustedKey(TECHNICIAN)],
    policy: [],
    erasesPerDay: 24,
    recoveryTimeoutMs: 600000,
    frameBytes: 2048,
    codec: createPortableCodec(),
    openConsole: undefined,
    ...changes,
  };
  return configWith({ ...boot, management });
}

export const enum Op { Read = 0, Write = 2 }

export function makeFrame(
  op: Op, group: number, command: number, body: Body | undefined, version = 1, sequence = 66,
): Uint8Array {
  const bytes = body === undefined ? new Uint8Array(0) : encode(body);
  const head = [version * 8 + op, 0, bytes.length >> 8, bytes.length & 255, group >> 8, group & 255, sequence, command];
  return Uint8Array.of(...head, ...bytes);
}

export function readAnswer(frame: Uint8Array | undefined): Body {
  assert.ok(frame !== undefined, "no answer");
  assert.equal(frame[2] * 256 + frame[3], frame.length - 8);
  return decode(frame.subarray(8)) as Body;
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

export interface SlotEntry {
  readonly slot: number;
  readonly version: string;
  readonly hash: Uint8Array;
  readonly [flag: string]: unknown;
}

/** A client that has the server at the other end of its hands. */
export class Client {
  sequence = 0;
  version = 1;
  private readonly server: SmpServer;

  constructor(readonly management: Management, transport = Transport.Serial) {
    this.server = createSmpServer(management, { transport });
  }

  send(frame: Uint8Array): Uint8Array | undefined {
    return this.server.handle(frame.slice())?.slice();
  }

  request(op: Op, group: number, command: number, body: Body = {}): Body {
    this.sequence = (this.sequence + 1) % 256;
    return readAnswer(this.send(makeFrame(op, group, command, body, this.version, this.sequence)));
  }

  work(): boolean {
    return this.server.work();
  }

  /** Does everything that was put off. */
  workAll(): void {
    for (let i = 0; i < 1000 && this.server.work(); i++);
  }

  disconnect(): void {
    this.server.disconnect();
  }

  list(): SlotEntry[] {
    return this.request(Op.Read, 1, 0).images as SlotEntry[];
  }

  flags(): string[] {
    return this.list().map((entry) => {
      const names = ["active", "confirmed", "pending", "permanent", "bootable"].filter((name) => entry[name] === true);
      return [entry.slot, entry.version, ...names].join(" ");
    });
  }

  chunk(file: Uint8Array, offset: number, size: number, extra: Body = {}): Body {
    const first = offset === 0 ? { len: file.length, sha: sha256(file) } : {};
    return this.request(Op.Write, 1, 1, { off: offset, data: file.slice(offset, offset + size), ...first, ...extra });
  }

  /** Uploads from where the server wants it, as clients do. Gives the last answer. */
  upload(file: Uint8Array, size = 512, chunksMax = 1000): Body {
    let answer = this.chunk(file, 0, size);
    for (let i = 1; i < chunksMax && typeof answer.off === "number" && answer.off < file.length; i++) {
      this.work();
      answer = this.chunk(file, answer.off, size);
    }
    return answer;
  }

  /** A login with the technician's key, or with another. */
  logIn(set: number, key = TECHNICIAN): Body {
    const { nonce } = this.request(Op.Read, 64, 1) as { nonce: Uint8Array };
    const keyName = trustedKey(key).keyHash.slice(0, 8);
    const sig = signWithTestKey(key, loginMessage(nonce, set, keyName));
    return this.request(Op.Write, 64, 2, { key: keyName, set, sig });
  }

  status(): Body {
    return this.request(Op.Read, 64, 0);
  }

  progress(): Body {
    return this.request(Op.Read, 64, 4);
  }
}

export class ManagedBench {
  constructor(readonly bench: Bench) {}

  /** The running application's management. */
  running(cause?: ResetCause, options?: StartOptions): { start: Start; client: Client } {
    const start = this.bench.start(cause, options);
    const management = start.door().openManagement();
    assert.ok(management !== undefined);
    return { start, client: new Client(management) };
  }

  recovery(cause?: ResetCause, gesture = true): { start: Start; client: Client } {
    const start = this.bench.start(cause, { gesture });
    const { management } = start.recovery();
    assert.ok(management !== undefined);
    return { start, client: new Client(management) };
  }
}

/** Slot A holds version 1.2.3, confirmed. */
export function managedBench(config: BootConfig = managedConfig()): ManagedBench {
  const bench = memoryBench(config);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  bench.start();
  return new ManagedBench(bench);
}

/** Lets time pass until the board resets, or a second is over. */
export function resetsSoon(start: Start, client: Client): boolean {
  return resets(() => {
    for (let i = 0; i < 10; i++) {
      start.clock.advance(100);
      client.workAll();
    }
  });
}
