/**
 * A virtual board that lives as long as somebody lets its time pass: it boots, restarts when its software says so or
 * its power comes back, and has a serial port and, if wanted, a network. Whoever owns it moves its clock.
 */

import type { BootConfig } from "../../bootloader/config";
import type { RecoveryDoor } from "../../core/boot/handover";
import type { TrustedKey } from "../../core/ports";
import type { ImageVerifier } from "../../core/image/signatures";
import type { ImageVerdict } from "../../core/image/image";
import type { Hash } from "../../hal/hash";
import { bootFromSource } from "../boot-chain";
import { describeBoard, placesOf } from "../board-description";
import type { BoardDescription } from "../board-description";
import { FlashRuleError } from "../flash-rules";
import { createJournalReader } from "../journal-reader";
import { Machine } from "../machine";
import type { OpenBoot } from "../open-boot";
import { createPeekPartition } from "../partition";
import type { CutPlan } from "../power";
import type { ProgramEvent } from "../program";
import { bootConfigOf, provision } from "../provision";
import type { ProvisionedBoardFile } from "../provision";
import type { BootReport, JournalEntry } from "../report";
import { versionText } from "../report";
import { causeName } from "../reset";
import { Network } from "./datagrams";
import type { DatagramPeer } from "./datagrams";
import { simulatedManagement } from "./management";

export interface ServedBoardSetting {
  readonly board: ProvisionedBoardFile;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly reasonName: (reason: number) => string;
  /** Keys of images. */
  readonly trustedKeys: readonly TrustedKey[];
  readonly technicianKeys?: readonly TrustedKey[] | undefined;
  /** Whether the board has a network. */
  readonly hasNetwork?: boolean | undefined;
  /** Changes of the configuration that follows from the board file. */
  readonly config?: Partial<BootConfig> | undefined;
}

/** What a board tells of itself, each at a time of its own clock. */
export interface BoardWatcher {
  /** Bytes leave the serial port. */
  sent?(bytes: Uint8Array, atUs: number): void;
  /** A datagram leaves. */
  sentDatagram?(bytes: Uint8Array, peer: DatagramPeer, atUs: number): void;
  /** Something happened, in one line. */
  happened?(line: string, atUs: number): void;
}

/** Real time in which an application has to return; generous, since a busy host would make a healthy one hang. */
const SCRIPT_TIMEOUT_MS = 5000;
/** From a reset to the bootloader's first statement: the chip's own start, which no software shortens. */
const START_US = 50_000;
/** How long a board is dark after a power cut before somebody gives it power again. */
const DARK_US = 500_000;

export class ServedBoard {
  readonly machine: Machine;
  readonly config: BootConfig;
  private readonly description: BoardDescription;
  private readonly network: Network | undefined;
  private readonly journalReader: ReturnType<typeof createJournalReader>;
  private boot: OpenBoot | undefined;
  /** When the processor starts next; `undefined`: it runs, or has no power. */
  private startUs: number | undefined = 0;
  private lastSequence = -1;
  private writesSeen = -1;

  constructor(
    private readonly setting: ServedBoardSetting,
    private readonly watcher: BoardWatcher,
  ) {
    const { board, hash, reasonName } = setting;
    this.description = describeBoard(board);
    this.config = bootConfigOf(board, setting.trustedKeys, hash, {
      management: simulatedManagement(board.name, setting.technicianKeys ?? []),
      ...setting.config,
    });
    this.network = setting.hasNetwork === true
      ? new Network((bytes, peer) => watcher.sentDatagram?.(bytes, peer, this.machine.clock.nowUs))
      : undefined;
    this.journalReader = createJournalReader(hash, reasonName);
    this.machine = new Machine({
      board: this.description,
      config: this.config,
      boot: bootFromSource,
      hash,
      verifier: setting.verifier,
      reasonName,
      scriptTimeoutMs: SCRIPT_TIMEOUT_MS,
      userGlobals: this.network === undefined ? undefined : { globals: {}, modules: this.network.modules },
      observe: (event) => this.observe(event),
    });
  }

  /** What a board has when it leaves the factory, with this image in slot A. */
  provision(image: Uint8Array): ImageVerdict {
    const { hash, verifier, trustedKeys } = this.setting;
    const deviceKey = hash.sha256(trustedKeys[0]?.publicKey ?? new Uint8Array(32));
    const { description: board, config } = this;
    return provision(this.machine.chip, { board, config, hash, verifier, image, deviceKey });
  }

  /** Everything in flash. */
  readFlash(): Uint8Array {
    return this.machine.chip.peek(0, this.description.geometry.sizeBytes);
  }

  /** Puts back what `readFlash` gave. Throws RangeError for flash of another size. */
  writeFlash(bytes: Uint8Array): void {
    const { sizeBytes } = this.description.geometry;
    if (bytes.length !== sizeBytes) {
      throw new RangeError(`the flash of ${this.description.name} has ${sizeBytes} bytes, not ${bytes.length}`);
    }
    this.machine.chip.install(0, bytes);
  }

  get nowUs(): number {
    return this.machine.clock.nowUs;
  }

  /** Whether the board has power. */
  get hasPower(): boolean {
    return this.boot !== undefined || this.startUs !== undefined;
  }

  /** When the board does something next without anybody; `undefined`: never. */
  get nextUs(): number | undefined {
    return this.boot === undefined ? this.startUs : this.machine.clock.nextEventUs() ?? this.watchdogUs;
  }

  /** Lets time pass up to there. Code that takes time of its own may go beyond. */
  runUntil(untilUs: number): void {
    while (this.nowUs < untilUs || (this.startUs !== undefined && this.startUs <= untilUs)) {
      if (this.boot === undefined) {
        if (this.startUs === undefined || this.startUs > untilUs) {
          this.machine.clock.jumpTo(Math.max(this.nowUs, untilUs));
          return;
        }
        this.start(this.startUs);
      }
      this.step(untilUs);
    }
    // What was due at this very moment: bytes that have just been delivered.
    this.step(untilUs);
  }

  /** Bytes arrive at the serial port. Without power they are lost. */
  receive(bytes: Uint8Array): void {
    if (this.boot !== undefined) {
      this.machine.link.deliver(bytes);
    }
  }

  receiveDatagram(bytes: Uint8Array, peer: DatagramPeer): void {
    if (this.boot !== undefined) {
      this.network?.deliver(bytes, peer);
    }
  }

  powerOff(): void {
    if (this.boot !== undefined) {
      this.tell("power off");
      this.finish(this.boot, "power-cut");
    }
    this.startUs = undefined;
  }

  powerOn(): void {
    if (!this.hasPower) {
      this.startUs = this.nowUs;
    }
  }

  /** Power goes, and comes back a moment later. */
  cutPower(): void {
    this.powerOff();
    this.startUs = this.nowUs + DARK_US;
  }

  /** Power goes at a flash operation, and comes back a moment later. */
  cutPowerAt(plan: CutPlan): void {
    this.machine.arm(plan);
  }

  /** Somebody makes the recovery gesture, or ends it. */
  setGesture(active: boolean): void {
    this.machine.pins.setGesture(active);
  }

  private get watchdogUs(): number | undefined {
    return this.machine.watchdog.atUs();
  }

  private start(atUs: number): void {
    this.startUs = undefined;
    const { clock, nextCause } = this.machine;
    clock.jumpTo(Math.max(this.nowUs, atUs));
    this.tell(`the board starts: ${causeName(nextCause)}`);
    this.boot = this.machine.openBoot({
      repair: (door) => {
        this.tell(`recovery: ${this.setting.reasonName(door.reason)}`);
        this.serveRecovery(door);
      },
    });
    this.drain();
  }

  private observe(event: ProgramEvent): void {
    if (event.kind === "start") {
      const { version, trial } = event.door.info;
      const slot = event.slot.addressBytes === this.machine.hal.slots[0].addressBytes ? "A" : "B";
      this.tell(`slot ${slot} starts: version ${versionText(version)}, ${trial ? "on trial" : "confirmed"}`);
    } else if (event.kind === "uncaught") {
      this.tell(`the application throws ${event.text}`);
    } else if (event.kind === "hang") {
      this.tell("the application does not return");
    }
  }

  /** What a board's driver does in recovery; there is no network there, since an application makes it. */
  private serveRecovery(door: RecoveryDoor): void {
    door.management?.serve(this.machine.link, "console");
  }

  private step(untilUs: number): void {
    const { boot } = this;
    if (boot === undefined) {
      return;
    }
    const runs = boot.runUntil(untilUs);
    this.drain();
    if (!runs) {
      this.finish(boot, "power-cut");
    }
  }

  private finish(boot: OpenBoot, end: "power-cut"): void {
    this.boot = undefined;
    this.network?.end();
    const { endedBy, uptimeMs } = this.close(boot, end);
    this.tell(`the board stops: ${endedBy} after ${(uptimeMs / 1000).toFixed(1)} s`);
    const pause = endedBy === "power-cut" ? DARK_US : START_US;
    this.startUs = endedBy === "hang-without-watchdog" ? undefined : this.nowUs + pause;
  }

  private close(boot: OpenBoot, end: "power-cut"): Pick<BootReport, "endedBy" | "uptimeMs"> {
    try {
      return boot.close(end);
    } catch (error) {
      if (error instanceof FlashRuleError) {
        this.tell(`a rule of the flash was broken, a defect of the boot chain: ${error.message}`);
      }
      throw error;
    }
  }

  /** Hands over what was sent, so that nothing piles up, and tells what the journal has got. */
  private drain(): void {
    const { link, clock } = this.machine;
    const sentUs = clock.nowUs - clock.uptimeUs;
    const { sent } = link;
    if (sent.length > 0) {
      link.sent = [];
      link.sentBytes = 0;
      for (const { bytes, uptimeMs } of sent) {
        this.watcher.sent?.(bytes, sentUs + uptimeMs * 1000);
      }
    }
    this.tellJournal();
  }

  private tellJournal(): void {
    const { writes } = this.machine.chip.counters;
    if (this.watcher.happened === undefined || writes === this.writesSeen) {
      return;
    }
    this.writesSeen = writes;
    for (const { sequence, name, reason } of this.newRecords()) {
      this.lastSequence = sequence;
      this.tell(`journal: ${name}${reason === undefined ? "" : ` (${reason})`}`);
    }
  }

  private newRecords(): JournalEntry[] {
    const view = createPeekPartition(this.machine.chip, "journal", placesOf(this.description).journal);
    const isFirst = this.lastSequence < 0;
    const entries = this.journalReader(view).filter(({ sequence }) => sequence > this.lastSequence);
    // What an earlier run has told already.
    if (isFirst && entries.length > 0) {
      this.lastSequence = Math.max(...entries.map(({ sequence }) => sequence));
      return [];
    }
    return entries;
  }

  private tell(line: string): void {
    this.watcher.happened?.(line, this.nowUs);
  }
}
