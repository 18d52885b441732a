/** One boot on given flash contents, as a board would do it, with everything that says why. */

import type { Provisioning } from "../core/boot/provisioning";
import { readProvisioning } from "../core/boot/provisioning";
import type { ResetCause } from "../core/boot/reset-cause";
import type { StateView } from "../core/boot/state-view";
import { viewState } from "../core/boot/state-view";
import { isFilled } from "../core/bytes";
import type { ImageVerdict } from "../core/image/image";
import type { JournalRecord } from "../core/journal/record-view";
import { openJournal } from "../core/journal/journal";
import type { ImageVerifier } from "../core/image/signatures";
import type { TrustedKey } from "../core/ports";
import type { Hash } from "../hal/hash";
import { describeBoard, placesOf } from "./board-description";
import type { PartitionPlace } from "./partition";
import { createPeekPartition } from "./partition";
import { readRecords } from "./journal-reader";
import { Machine } from "./machine";
import type { BootFunction } from "./machine-options";
import { bootConfigOf, judgeSlot } from "./provision";
import type { ProvisionedBoardFile } from "./provision";
import type { BootReport } from "./report";

export interface SingleBootSetting {
  readonly board: ProvisionedBoardFile;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly trustedKeys: readonly TrustedKey[];
  readonly reasonName: (reason: number) => string;
  readonly cause: ResetCause;
  /** The recovery gesture is being made. */
  readonly gesture: boolean;
}

/** From the start of each partition; what is not given is erased. At most as long as the partition. */
export interface FlashContents {
  readonly slotA: Uint8Array | undefined;
  readonly slotB: Uint8Array | undefined;
  readonly journal: Uint8Array | undefined;
  readonly provisioning: Uint8Array | undefined;
}

export interface SlotFinding {
  readonly erased: boolean;
  readonly verdict: ImageVerdict;
}

export interface SingleBoot {
  readonly report: BootReport;
  /** Slot A, slot B, before the boot. */
  readonly slots: readonly SlotFinding[];
  readonly provisioning: Provisioning;
  /** The state that the journal added up to; `undefined` if it says nothing. */
  readonly stateBefore: StateView | undefined;
  readonly stateAfter: StateView | undefined;
  readonly recordsBefore: readonly JournalRecord[];
  readonly appended: readonly JournalRecord[];
}

/** Bytes of the partition that holds this content, by board. */
export function contentBytesMax(board: ProvisionedBoardFile): Readonly<Record<keyof FlashContents, number>> {
  const places = placesOf(describeBoard(board));
  return {
    slotA: places.slots[0].sizeBytes,
    slotB: places.slots[1].sizeBytes,
    journal: places.journal.sizeBytes,
    provisioning: places.provisioning.sizeBytes,
  };
}

export function bootOn(setting: SingleBootSetting, contents: FlashContents): SingleBoot {
  const { board, hash, verifier } = setting;
  const config = bootConfigOf(board, setting.trustedKeys, hash);
  const description = describeBoard(board);
  const places = placesOf(description);
  const machine = new Machine({
    board: description,
    config,
    boot: setting.boot,
    hash,
    verifier,
    reasonName: setting.reasonName,
    // What the application does afterwards is another question.
    models: () => () => undefined,
    horizonMs: 0,
  });
  const install = (place: PartitionPlace, bytes: Uint8Array | undefined): void => {
    if (bytes !== undefined) {
      machine.chip.install(place.offsetBytes, bytes);
    }
  };
  install(places.slots[0], contents.slotA);
  install(places.slots[1], contents.slotB);
  install(places.journal, contents.journal);
  install(places.provisioning, contents.provisioning);

  const peek = (name: string, place: PartitionPlace) => createPeekPartition(machine.chip, name, place);
  const journal = peek("journal", places.journal);
  const provisioning = readProvisioning(peek("provisioning", places.provisioning), hash);
  const stateOf = (): StateView | undefined => {
    const opened = openJournal(journal, hash);
    return opened.usable ? viewState(opened.state) : undefined;
  };
  const stateBefore = stateOf();
  const recordsBefore = readRecords(journal, hash);
  const floor = Math.max(stateBefore?.floor ?? 0, provisioning.baseFloor, config.baseFloor);
  const slots = places.slots.map((place, i): SlotFinding => {
    const slot = peek(`slot${i}`, place);
    return {
      erased: isFilled(slot.read(0, place.sizeBytes), 0, place.sizeBytes, 0xff),
      verdict: judgeSlot(slot, config, floor, hash, verifier),
    };
  });
  machine.pins.setGesture(setting.gesture);
  const report = machine.powerOn(setting.cause);
  const last = Math.max(0, ...recordsBefore.map((record) => record.sequence));
  const appended = readRecords(journal, hash).filter((record) => record.sequence > last);
  return { report, slots, provisioning, stateBefore, stateAfter: stateOf(), recordsBefore, appended };
}
