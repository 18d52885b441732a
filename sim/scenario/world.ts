/** The board of a scenario with its images: what steps act on, and what expectations look at. */

import type { BootConfig } from "../../bootloader/config";
import type { Handover } from "../../core/boot/handover";
import type { StateView } from "../../core/boot/state-view";
import { viewState } from "../../core/boot/state-view";
import { isFilled } from "../../core/bytes";
import type { ImageVerifier } from "../../core/image/signatures";
import { openJournal } from "../../core/journal/journal";
import type { JournalRecord } from "../../core/journal/record-view";
import { RecordField } from "../../core/journal/record";
import { RECORD_BYTES } from "../../core/limits";
import type { FlashPartition } from "../../hal/flash";
import type { Hash } from "../../hal/hash";
import { describeBoard, placesOf } from "../board-description";
import type { BoardDescription } from "../board-description";
import type { UserGlobals } from "../globals/types";
import { createJournalReader, readRecords, recordName } from "../journal-reader";
import { Machine } from "../machine";
import type { BootFunction, BootOptions } from "../machine-options";
import { createPeekPartition } from "../partition";
import type { PartitionPlace } from "../partition";
import type { FlashOperation } from "../power";
import { bootConfigOf, judgeSlot, provision } from "../provision";
import type { ProvisionedBoardFile } from "../provision";
import { versionText } from "../report";
import type { BootReport } from "../report";
import type { Happening } from "../story-world";
import type { ImageFile, ScenarioImages } from "./images";
import { idOf, makeImages, seedBytes, slotContent } from "./images";
import type { RehearsedOperation } from "./power-cut-search";
import { FlashRecorder } from "./recorder";
import type { BootRecord } from "./result";
import type { BoardChanges, PartitionName, Scenario } from "./scenario";
import { PARTITIONS } from "./schema-values";
import type { Sender } from "./sender";

/** What scenarios need from outside the simulator. */
export interface ScenarioSetting {
  readonly loadBoard: (name: string) => ProvisionedBoardFile;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly reasonName: (reason: number) => string;
  /** Globals that applications from files find beside those of the simulator. */
  readonly userGlobals?: UserGlobals | undefined;
}

const DATA_PATTERN = 0xa5;
/** Characters of the application's data that an expectation may look at. */
const DATA_TEXT_BYTES = 1000;

/** A board file with a scenario's changes. */
function changeBoard(file: ProvisionedBoardFile, changes: BoardChanges): ProvisionedBoardFile {
  const { pageSizeBytes, writesPerWordMax, enduranceCycles, eraseDurationUs } = changes;
  const flash = Object.entries({ pageSizeBytes, writesPerWordMax, enduranceCycles, eraseDurationUs });
  return {
    ...file,
    flash: { ...file.flash, ...Object.fromEntries(flash.filter(([, value]) => value !== undefined)) },
    knowsResetCauses: changes.knowsResetCauses ?? file.knowsResetCauses,
    watchdogTimeoutMs: changes.watchdogTimeoutMs ?? file.watchdogTimeoutMs,
    verifyMode: changes.verifyMode ?? file.verifyMode,
  };
}

export class ScenarioWorld {
  machine: Machine;
  readonly board: BoardDescription;
  readonly config: BootConfig;
  readonly images: ScenarioImages;
  readonly recorder = new FlashRecorder();
  readonly reasonName: (reason: number) => string;
  /** Whoever sends to the board in this step. */
  sender: Sender | undefined;
  /** Told of every start of an application. */
  onStart: ((door: Handover) => void) | undefined;
  private readonly places: Readonly<Record<PartitionName, PartitionPlace>>;
  private readonly dataHash: string;
  private happenings: Happening[] = [];

  /** Throws RangeError where board or images do not fit together. */
  constructor(
    readonly scenario: Scenario,
    private readonly setting: ScenarioSetting,
  ) {
    const { hash, reasonName } = setting;
    const { boardChanges: changes, seed } = scenario;
    const file = changeBoard(setting.loadBoard(scenario.boardName), changes);
    this.board = describeBoard(file);
    const { journal, slots, data } = placesOf(this.board);
    this.places = { boot: this.board.partitions["boot"], journal, slotA: slots[0], slotB: slots[1], data };
    this.images = makeImages(scenario, hash);
    const { baseFloor, trialAttempts } = changes;
    this.config = bootConfigOf(file, [this.images.owner.trusted], hash, {
      vendorId: idOf(changes.vendor, hash),
      classId: idOf(changes.class, hash),
      ...(baseFloor === undefined ? {} : { baseFloor }),
      ...(trialAttempts === undefined ? {} : { trialAttempts }),
    });
    this.reasonName = reasonName;
    this.machine = this.createMachine(0);
    this.leaveFactory(seedBytes(seed, "device", hash));
    this.dataHash = this.hashOfData();
  }

  file(name: string): ImageFile {
    return this.images.files.get(name)!;
  }

  /** Runs one boot. Throws the FlashRuleError of software that broke a rule of the chip. */
  boot(options: BootOptions): BootRecord {
    this.happenings = [];
    const before = this.lastSequence();
    this.recorder.begin(this.machine.snapshot().bootNumber + 1);
    const report = this.machine.runBoot(options);
    this.recorder.end(this.machine);
    return { report, happenings: this.happenings, records: this.recordsAfter(before) };
  }

  /** What the next boot would do to the flash, without doing it. */
  rehearse(options: BootOptions): RehearsedOperation[] {
    const before = this.machine.snapshot();
    const { happenings, sender } = this;
    this.happenings = [];
    this.sender = sender?.copy(this.machine);
    let rehearsed: RehearsedOperation[] = [];
    this.recorder.without(() => {
      const operations = this.machine.recordOperations(() => void this.machine.runBoot(options));
      rehearsed = operations.map((operation) => this.describe(operation));
    });
    this.machine.restore(before);
    this.sender = sender;
    this.happenings = happenings;
    return rehearsed;
  }

  /** Something worth telling happened in the boot that runs. */
  tell(atMs: number, text: string): void {
    this.happenings.push({ atMs, text });
  }

  /** The same board with a chip whose reads are disturbed with this probability. */
  setReadNoise(probability: number): void {
    const state = this.machine.snapshot();
    this.machine = this.createMachine(probability);
    this.machine.restore(state);
  }

  place(partition: PartitionName): PartitionPlace {
    return this.places[partition];
  }

  partition(name: PartitionName): FlashPartition {
    return createPeekPartition(this.machine.chip, name, this.places[name]);
  }

  /** Puts bytes into a slot as a programmer on the bench would. */
  putImage(name: string, slot: PartitionName, trailer: "none" | "test" | "confirmed"): void {
    const { offsetBytes, sizeBytes } = this.places[slot];
    this.machine.chip.install(offsetBytes, new Uint8Array(sizeBytes).fill(0xff));
    this.machine.chip.install(offsetBytes, slotContent(this.file(name), sizeBytes, trailer));
  }

  state(): StateView {
    return viewState(openJournal(this.partition("journal"), this.setting.hash).state);
  }

  /** What the board's own check says of a slot: a version, `empty`, or the reason of refusal. */
  slotContent(slot: "A" | "B"): string {
    const partition = this.partition(slot === "A" ? "slotA" : "slotB");
    const { hash, verifier } = this.setting;
    if (isFilled(partition.read(0, RECORD_BYTES), 0, RECORD_BYTES, 0xff)) {
      return "empty";
    }
    const { image, reason } = judgeSlot(partition, this.config, this.state().floor, hash, verifier);
    return image === undefined ? this.reasonName(reason) : versionText(image.header.version);
  }

  /** Whether the application's data is what it was when the scenario began. */
  dataUntouched(): boolean {
    return this.hashOfData() === this.dataHash;
  }

  /** The beginning of the application's data, up to the first byte that is erased. */
  dataText(): string {
    const bytes = this.partition("data").read(0, Math.min(DATA_TEXT_BYTES, this.places.data.sizeBytes));
    const end = bytes.indexOf(0xff);
    return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString("latin1");
  }

  partitionAt(offsetBytes: number): PartitionName | undefined {
    return PARTITIONS.find((name) => {
      const place = this.places[name];
      return offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes;
    });
  }

  private createMachine(readNoise: number): Machine {
    const { boot, hash, verifier, reasonName } = this.setting;
    const machine = new Machine({
      board: this.board,
      config: this.config,
      boot,
      hash,
      verifier,
      reasonName,
      userGlobals: this.setting.userGlobals,
      models: this.images.models,
      journalReader: createJournalReader(hash, reasonName),
      faults: { readNoise, seed: this.scenario.seed },
      seed: this.scenario.seed,
      observe: (event) => {
        if (event.kind === "start") {
          this.onStart?.(event.door);
          this.sender?.meet(event.door);
        }
      },
    });
    this.recorder.attach(machine);
    return machine;
  }

  private leaveFactory(deviceKey: Uint8Array): void {
    const { scenario, board, config, machine } = this;
    const { hash, verifier } = this.setting;
    const { image: name, provisioned, trailer } = scenario.factory;
    const { data } = this.places;
    machine.chip.install(data.offsetBytes, new Uint8Array(data.sizeBytes).fill(DATA_PATTERN));
    if (!provisioned) {
      this.putImage(name, "slotA", trailer);
      return;
    }
    const image = slotContent(this.file(name), this.places.slotA.sizeBytes, trailer);
    provision(machine.chip, { board, config, hash, verifier, image, deviceKey });
  }

  private describe(operation: FlashOperation): RehearsedOperation {
    const partition = this.partitionAt(operation.offsetBytes);
    const isRecord = partition === "journal" && operation.kind === "write";
    const type = isRecord ? this.machine.chip.peek(operation.offsetBytes, RECORD_BYTES)[RecordField.Type] : 0;
    return { ...operation, partition, record: isRecord ? recordName(type) : "" };
  }

  private hashOfData(): string {
    return this.machine.chip.contentHash(this.places.data.offsetBytes, this.places.data.sizeBytes);
  }

  private records(): JournalRecord[] {
    return readRecords(this.partition("journal"), this.setting.hash);
  }

  private lastSequence(): number {
    return this.records().reduce((last, { sequence }) => Math.max(last, sequence), -1);
  }

  private recordsAfter(sequence: number): JournalRecord[] {
    return this.records().filter((record) => record.sequence > sequence);
  }
}

/** The last boot's start in words: `B 2.0.0 trial`, `recovery`, `nothing`. */
export function startText(report: BootReport): string {
  if (report.started === "A" || report.started === "B") {
    return `${report.started} ${report.version} ${report.trial ? "trial" : "confirmed"}`;
  }
  return report.started === "recovery" ? "recovery" : "nothing";
}
