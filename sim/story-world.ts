/** A provisioned virtual board with a gateway at its other end: what every story is told on. */

import type { BootConfig } from "../bootloader/config";
import type { Handover } from "../core/boot/handover";
import type { StateView } from "../core/boot/state-view";
import { viewState } from "../core/boot/state-view";
import { parseVersion } from "../core/image/version";
import { openJournal } from "../core/journal/journal";
import { RECORD_DIGEST_BYTES } from "../core/journal/record";
import type { ImageVerifier } from "../core/image/signatures";
import type { TrustedKey } from "../core/ports";
import type { Hash } from "../hal/hash";
import { describeBoard, placesOf } from "./board-description";
import type { BoardDescription } from "./board-description";
import { Gateway } from "./gateway";
import type { GatewayOptions, Offer } from "./gateway";
import type { UserGlobals } from "./globals/types";
import { createJournalReader } from "./journal-reader";
import { Machine } from "./machine";
import type { BootFunction, BootOptions, MachineOptions, MachineSnapshot } from "./machine-options";
import { createPeekPartition } from "./partition";
import { bootConfigOf, createSigningKey, provision, signApplication } from "./provision";
import type { ProvisionedBoardFile, SignedImage, SigningKey } from "./provision";
import type { BootReport } from "./report";

/** What a story needs from outside the simulator. */
export interface StorySetting {
  readonly board: ProvisionedBoardFile;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly reasonName: (reason: number) => string;
  /** Keys that the board trusts beside the story's own. */
  readonly trustedKeys?: readonly TrustedKey[] | undefined;
  readonly userGlobals?: UserGlobals | undefined;
  /** Makes the story's key and the device key, 32 bytes; without it both are fresh. */
  readonly seed?: Uint8Array | undefined;
}

/** Something that happened in a boot, in words. */
export interface Happening {
  readonly atMs: number;
  readonly text: string;
}

/** The node's runtime judges once a second; looking twice as often sees everything in time. */
const LOOK_EVERY_MS = 500;
const CHUNK_BYTES = 128;
const CHUNK_INTERVAL_MS = 50;
const PATIENCE_MS = 60000;

export class StoryWorld {
  readonly machine: Machine;
  readonly key: SigningKey;
  readonly config: BootConfig;
  gateway: Gateway;
  private readonly board: BoardDescription;
  private readonly offers: Offer[] = [];
  private happenings: Happening[] = [];

  constructor(
    private readonly setting: StorySetting,
    options: Partial<MachineOptions> = {},
    private readonly gatewayOptions: Partial<GatewayOptions> = {},
  ) {
    const { board, hash } = setting;
    this.key = createSigningKey(hash, setting.seed);
    this.config = bootConfigOf(board, [this.key.trusted, ...(setting.trustedKeys ?? [])], hash);
    this.board = options.board ?? describeBoard(board);
    this.machine = new Machine({
      board: this.board,
      config: this.config,
      boot: setting.boot,
      hash,
      verifier: setting.verifier,
      userGlobals: setting.userGlobals,
      reasonName: setting.reasonName,
      journalReader: createJournalReader(hash, setting.reasonName),
      ...options,
      observe: (event) => {
        options.observe?.(event);
        if (event.kind === "start") {
          this.meet(event.door);
        }
      },
    });
    this.gateway = this.createGateway();
  }

  /** A signed image of this payload. The security counter is the major version. */
  sign(payload: Uint8Array, versionText: string): SignedImage {
    const version = parseVersion(versionText);
    if (version === undefined) {
      throw new RangeError(`${versionText} is no version`);
    }
    return signApplication({ payload, version, securityCounter: version.major }, this.key, this.setting.hash);
  }

  /** Puts an image into slot A, and with it everything that a board has when it leaves the factory. */
  provision(image: Uint8Array, earlierRecords: readonly Uint8Array[] = []): ReturnType<typeof provision> {
    const { hash, verifier, seed } = this.setting;
    const deviceKey = hash.sha256(seed ?? this.key.trusted.publicKey);
    const { board, config } = this;
    return provision(this.machine.chip, { board, config, hash, verifier, image, deviceKey, earlierRecords });
  }

  /** From now on the gateway wants the board to have this version. */
  offer(image: SignedImage, version: string): void {
    const digest = Buffer.from(image.digest.subarray(0, RECORD_DIGEST_BYTES)).toString("hex");
    this.offers.push({ version, image: image.bytes, digest });
  }

  /** Runs one boot. */
  boot(options: BootOptions = {}): { report: BootReport; happenings: readonly Happening[] } {
    this.happenings = [];
    const report = this.machine.runBoot(options);
    return { report, happenings: this.happenings };
  }

  snapshot(): MachineSnapshot {
    return this.machine.snapshot();
  }

  /** Back to a state between two boots; the gateway has forgotten what it saw since, as one that restarts. */
  restore(snapshot: MachineSnapshot): void {
    this.machine.restore(snapshot);
    this.gateway = this.createGateway();
  }

  /** The boot state that the journal adds up to. Reads without disturbing the chip; between boots. */
  state(): StateView {
    const journal = createPeekPartition(this.machine.chip, "journal", placesOf(this.board).journal);
    return viewState(openJournal(journal, this.setting.hash).state);
  }

  private meet(door: Handover): void {
    this.gateway.meet(door);
  }

  private createGateway(): Gateway {
    return new Gateway(this.machine, this.offers, {
      chunkBytes: CHUNK_BYTES,
      chunkIntervalMs: CHUNK_INTERVAL_MS,
      patienceMs: PATIENCE_MS,
      lookEveryMs: LOOK_EVERY_MS,
      reasonName: this.setting.reasonName,
      tell: (atMs, text) => this.happenings.push({ atMs, text }),
      ...this.gatewayOptions,
    });
  }
}
