/** A served board in this process, with time that passes as requests do, and our own client at its wire. */

import assert from "node:assert/strict";
import { ServedBoard } from "../../../sim/serve/served-board";
import type { BoardWatcher } from "../../../sim/serve/served-board";
import type { BootConfig } from "../../../bootloader/config";
import { parseVersion } from "../../../core/image/version";
import { createRememberingVerifier } from "../../../sim/fast-crypto";
import { createSigningKey, signApplication } from "../../../sim/provision";
import type { SignedImage } from "../../../sim/provision";
import { loadBoard } from "../../../tools/boards";
import type { DeviceConnection } from "../../../tools/commands/device-connection";
import { createHostHash } from "../../../tools/host-hash";
import { createHostVerifier } from "../../../tools/host-verifier";
import type { BytePort } from "../../../tools/ports/byte-port";
import { isLinkError } from "../../../tools/ports/link-error";
import { createPortListeners } from "../../../tools/ports/listeners";
import { reasonText } from "../../../tools/reason-text";
import { type DeviceSession, startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { type ImageSlot, readSlots } from "../../../tools/smp/image-group";
import type { UpdateImage } from "../../../tools/smp/update-image";

const SEED = new Uint8Array(32).fill(0x5e);
const HASH = createHostHash();
export const KEY = createSigningKey(HASH, SEED);
/** Signs what no board trusts. */
export const OTHER_KEY = createSigningKey(HASH, new Uint8Array(32).fill(0x7a));

export interface TestImage extends UpdateImage {
  readonly digest: Uint8Array;
}

export function imageOf(payload: Uint8Array | string, version: string, key = KEY, securityCounter = 1): TestImage {
  const bytes = typeof payload === "string" ? new Uint8Array(Buffer.from(payload, "latin1")) : payload;
  const parsed = parseVersion(version);
  assert.ok(parsed !== undefined);
  const signed: SignedImage = signApplication({ payload: bytes, version: parsed, securityCounter }, key, HASH);
  return { bytes: signed.bytes, version, hash: signed.digest, digest: signed.digest };
}

/** Virtual time that passes for each request: what a slow line and a slow board take together. */
const REQUEST_US = 100_000;
/** Real time-outs never matter here: the board answers before they begin. */
const TIMEOUTS = timeoutsFrom(1000);

export class ServedBench {
  readonly board: ServedBoard;
  readonly lines: string[] = [];
  /** Virtual time that passes for each request. */
  requestUs = REQUEST_US;
  /** Called before each request with its bytes; what it does happens to the board while the request is on its way. */
  beforeRequest: ((count: number) => void) | undefined;
  private requests = 0;
  private readonly receivers = new Set<(bytes: Uint8Array) => void>();

  constructor(boardName: string, factoryImage: Uint8Array, config: Partial<BootConfig> = {}) {
    const watcher: BoardWatcher = {
      sent: (bytes) => this.arrive(bytes),
      sentDatagram: (bytes) => this.arrive(bytes),
      happened: (line) => void this.lines.push(line),
    };
    this.board = new ServedBoard(
      {
        board: loadBoard(boardName),
        hash: HASH,
        verifier: createRememberingVerifier(createHostVerifier()),
        reasonName: (reason) => reasonText(reason).name,
        trustedKeys: [KEY.trusted],
        hasNetwork: true,
        config,
      },
      watcher,
    );
    this.board.provision(factoryImage);
    this.pass(1000);
  }

  pass(durationMs: number): void {
    this.board.runUntil(this.board.nowUs + durationMs * 1000);
  }

  private arrive(bytes: Uint8Array): void {
    for (const receive of this.receivers) {
      receive(bytes.slice());
    }
  }

  /** The wire: a serial line, or the network. Everybody at it hears what the board says. */
  port(kind: "serial" | "udp" = "serial"): BytePort {
    const listeners = createPortListeners();
    const receive = (bytes: Uint8Array): void => queueMicrotask(() => listeners.data(bytes));
    this.receivers.add(receive);
    return {
      kind,
      name: `${kind}:bench`,
      why: "a test",
      frameBytesMax: kind === "udp" ? 1472 : undefined,
      write: (bytes) => {
        this.beforeRequest?.(this.requests++);
        if (kind === "udp") {
          this.board.receiveDatagram(bytes.slice(), { address: "127.0.0.1", port: 40000 });
        } else {
          this.board.receive(bytes.slice());
        }
        this.board.runUntil(this.board.nowUs + this.requestUs);
        return Promise.resolve();
      },
      onData: (listener) => listeners.onData(listener),
      onClose: (listener) => listeners.onClose(listener),
      close: () => {
        listeners.closed();
        this.receivers.delete(receive);
        return Promise.resolve();
      },
    };
  }

  session(kind: "serial" | "udp" = "serial", timeouts = TIMEOUTS): Promise<DeviceSession> {
    return startSession(this.port(kind), "console", timeouts);
  }

  /** For the steps of `trialboot upgrade`. A board that restarts costs real milliseconds, no more. */
  connection(kind: "serial" | "udp" = "serial"): DeviceConnection {
    let open: Promise<DeviceSession> | undefined;
    const session = (): Promise<DeviceSession> => (open ??= this.session(kind, timeoutsFrom(20)));
    const drop = (): Promise<void> => {
      open = undefined;
      return Promise.resolve();
    };
    return {
      session,
      drop,
      poll: async (limitMs, whatFor, look) => {
        const endUs = this.board.nowUs + limitMs * 1000;
        for (;;) {
          try {
            const value = await look(await session());
            if (value !== undefined) {
              return value;
            }
          } catch (error) {
            if (!isLinkError(error)) {
              throw error;
            }
            await drop();
          }
          assert.ok(this.board.nowUs < endUs, `the board answers, but ${whatFor}\n${this.lines.join("\n")}`);
        }
      },
    };
  }

  async list(session?: DeviceSession): Promise<string[]> {
    const { client, patience } = session ?? (await this.session());
    return (await readSlots(client, patience)).map(slotText);
  }
}

/** `1 2.0.0 active confirmed` */
export function slotText(slot: ImageSlot): string {
  const flags = [
    slot.isActive ? "active" : "",
    slot.isConfirmed ? "confirmed" : "",
    slot.isPending ? "pending" : "",
    slot.isBootable ? "" : "refused",
  ];
  return [String(slot.slot), slot.version, ...flags.filter((flag) => flag !== "")].join(" ");
}

const nothing = (): void => undefined;
export const SILENT_PROGRESS = { step: nothing, say: nothing, update: nothing, end: nothing };
