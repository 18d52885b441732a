/**
 * NOR flash as chips behave. The fault model (the same table stands in docs/faults.md):
 *
 * | event | what the chip does | knob |
 * |---|---|---|
 * | erase | all bits of one page become 1 | pageSizeBytes |
 * | write | bits only go from 1 to 0; a 1 over a 0 throws `sets-bit`, or is ANDed in silence | strict |
 * | write off its unit, erase off a page's start | throws `unaligned`, or is done as far as it goes | writeUnitBytes |
 * | access outside the chip or the partition | throws `out-of-range`, always | sizeBytes |
 * | unit programmed again | throws `programmed-too-often`, or is ANDed in silence | writesPerWordMax |
 * | power fails before an operation | nothing of it happens | cut `before` |
 * | power fails inside a write: bytes before the tear | are programmed | cut `torn` |
 * | power fails inside a write: torn unit | the bits that were being cleared become unstable | cut `torn` |
 * | power fails inside a write: the rest | is untouched | cut `torn` |
 * | power fails inside an erase: bytes before the tear | are erased (default: none) | cut `torn` |
 * | power fails inside an erase: the rest | the bits that were 0 become unstable | cut `torn` |
 * | power fails after an operation | it is complete, nothing later happens | cut `after` |
 * | read of an unstable bit | differs from read to read, or hides the tear as an adversary would | unstableReads |
 * | 0 programmed over an unstable bit, complete erase | the bit is stable again | - |
 * | read noise | a read has one bit flipped, the cell is unharmed | readNoise |
 * | wear | each erase beyond the endurance leaves one more bit of the page stuck at 0 | enduranceCycles |
 * | erasing takes time | a watchdog that fires inside tears it | eraseDurationUs |
 * | writing takes time | a watchdog that fires inside tears it | writeDurationUs |
 *
 * Not modelled: retention loss, read disturb, erase or program suspend, ECC that reports, faults of address lines.
 */

import { createHash } from "node:crypto";
import { checkGeometry } from "./flash-geometry";
import type { FlashFaults, FlashGeometry, UnstableReads } from "./flash-geometry";
import { FlashPage, stuckBits } from "./flash-page";
import { checkBits, checkPrograms, checkRange, checkUnits, FlashRuleError } from "./flash-rules";
import { PowerCut } from "./power";
import type { CutPlan, FlashOperation } from "./power";
import { SeededRandom } from "./random";

export interface FlashCounters {
  reads: number;
  writes: number;
  erases: number;
  bytesWritten: number;
}

/** The chip's whole state, cheap to keep: unchanged pages are shared. */
export interface FlashSnapshot {
  readonly pages: readonly FlashPage[];
  readonly readState: number;
  readonly alternatingPhase: boolean;
  readonly unstableReads: UnstableReads;
}

/** Owner numbers are never given twice, so that a page of one chip can be restored into another. */
let ownersGiven = 0;

/** Where an operation tears if nobody says: a write anywhere, an erase from its first byte on. */
function tornDefault(operation: FlashOperation, random: SeededRandom): number {
  return operation.kind === "write" ? random.below(operation.lengthBytes) : 0;
}

export class NorFlash {
  readonly geometry: FlashGeometry;
  readonly counters: FlashCounters = { reads: 0, writes: 0, erases: 0, bytesWritten: 0 };
  /** How unstable bits read; a cut plan may change it. */
  unstableReads: UnstableReads;
  /** Told of every erase and write before it happens. */
  onOperation: ((operation: FlashOperation) => void) | undefined;
  /** Told of every read of the software; what it changes in `bytes`, the software gets changed. */
  onRead: ((offsetBytes: number, bytes: Uint8Array) => void) | undefined;
  /** Where the bytes of a read come from, for those who know when they are no longer needed. */
  takeBytes = (lengthBytes: number): Uint8Array => new Uint8Array(lengthBytes);
  /** Told when an armed cut has happened, just before PowerCut is thrown. */
  onPowerCut: ((cut: PowerCut) => void) | undefined;
  /** Lets an operation's time pass; what it throws tears the operation and is thrown on. */
  elapse: ((durationUs: number) => void) | undefined;

  private readonly strict: boolean;
  private readonly readNoise: number;
  private readonly readRandom: SeededRandom;
  private pages: FlashPage[];
  private owner: number;
  private alternatingPhase = false;
  private plan: CutPlan | undefined;
  private operationsSinceArmed = 0;
  private cut: PowerCut | undefined;

  constructor(geometry: FlashGeometry, faults: FlashFaults = {}) {
    checkGeometry(geometry);
    this.geometry = geometry;
    this.strict = faults.strict ?? true;
    this.unstableReads = faults.unstableReads ?? "random";
    this.readNoise = faults.readNoise ?? 0;
    this.readRandom = new SeededRandom(faults.seed ?? 1);
    this.owner = ++ownersGiven;
    const blank = FlashPage.erased(geometry, 0, 0);
    this.pages = new Array<FlashPage>(geometry.sizeBytes / geometry.pageSizeBytes).fill(blank);
  }

  /** A copy of the bytes as they read now, with unstable bits and noise. */
  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    this.checkPower();
    checkRange(this.geometry, offsetBytes, lengthBytes);
    this.counters.reads++;
    const bytes = this.peek(offsetBytes, lengthBytes);
    this.spreadUnstable(offsetBytes, bytes);
    if (this.readNoise > 0 && lengthBytes > 0 && this.readRandom.fraction() < this.readNoise) {
      const at = this.readRandom.below(lengthBytes);
      bytes[at] = bytes[at] ^ (1 << this.readRandom.below(8));
    }
    this.onRead?.(offsetBytes, bytes);
    return bytes;
  }

  /** The bytes without disturbing anything: not counted, no noise, unstable bits as 1. For reports, not for devices. */
  peek(offsetBytes: number, lengthBytes: number): Uint8Array {
    const only = this.onlyPage(offsetBytes, lengthBytes);
    if (only !== undefined) {
      const from = offsetBytes % this.geometry.pageSizeBytes;
      const bytes = this.takeBytes(lengthBytes);
      bytes.set(only.bytes.subarray(from, from + lengthBytes));
      return bytes;
    }
    const bytes = new Uint8Array(lengthBytes);
    this.eachPart(offsetBytes, lengthBytes, (pageNumber, from, length, done) => {
      bytes.set(this.pages[pageNumber].bytes.subarray(from, from + length), done);
    });
    return bytes;
  }

  /** Programs bytes. Refuses as the table above says; a violation changes nothing and is not counted. */
  write(offsetBytes: number, bytes: Uint8Array): void {
    this.checkPower();
    this.checkWrite(offsetBytes, bytes);
    const units = bytes.length / this.geometry.writeUnitBytes;
    const durationUs = (this.geometry.writeDurationUs ?? 0) * units;
    const tear = (doneBytes: number): void => this.leaveTornWrite(offsetBytes, bytes, doneBytes);
    this.operate({ kind: "write", offsetBytes, lengthBytes: bytes.length }, durationUs, tear, () => {
      this.countPrograms(offsetBytes, bytes.length);
      this.program(offsetBytes, bytes, false);
      this.counters.bytesWritten += bytes.length;
    });
  }

  /** Erases the page that starts at `offsetBytes`. */
  erasePage(offsetBytes: number): void {
    this.checkPower();
    const size = this.geometry.pageSizeBytes;
    checkRange(this.geometry, offsetBytes, 1);
    if (this.strict && offsetBytes % size !== 0) {
      throw new FlashRuleError("unaligned", offsetBytes, `an erase starts at a page of ${size} bytes`);
    }
    const pageNumber = Math.floor(offsetBytes / size);
    const tear = (doneBytes: number): void => this.leaveTornErase(offsetBytes, doneBytes);
    const operation: FlashOperation = { kind: "erase", offsetBytes: pageNumber * size, lengthBytes: size };
    this.operate(operation, this.geometry.eraseDurationUs ?? 0, tear, () => this.erase(pageNumber));
  }

  /** What a write leaves that power interrupted when `doneBytes` of it were programmed: no rule is checked. */
  leaveTornWrite(offsetBytes: number, bytes: Uint8Array, doneBytes: number): void {
    const unit = this.geometry.writeUnitBytes;
    const unitEnd = Math.min((Math.floor((offsetBytes + doneBytes) / unit) + 1) * unit - offsetBytes, bytes.length);
    this.countPrograms(offsetBytes, unitEnd);
    this.program(offsetBytes, bytes.subarray(0, doneBytes), false);
    this.program(offsetBytes + doneBytes, bytes.subarray(doneBytes, unitEnd), true);
  }

  /** What an erase leaves that power interrupted when the first `doneBytes` of the page were erased. */
  leaveTornErase(offsetBytes: number, doneBytes: number): void {
    const page = this.changeable(Math.floor(offsetBytes / this.geometry.pageSizeBytes));
    page.eraseCount++;
    page.eraseTorn(doneBytes);
  }

  /** Puts bytes there as a programmer on the bench would: uncounted, no wear, stable, all other bytes kept. */
  install(offsetBytes: number, bytes: Uint8Array): void {
    checkRange(this.geometry, offsetBytes, bytes.length);
    this.eachPart(offsetBytes, bytes.length, (pageNumber, from, length, done) => {
      const part = bytes.subarray(done, done + length);
      this.changeable(pageNumber).replace(from, part, this.geometry.writeUnitBytes);
    });
  }

  /** Inverts one bit of a cell, as radiation or an attacker would. `bit` 0 is the lowest. */
  flipBit(offsetBytes: number, bit: number): void {
    checkRange(this.geometry, offsetBytes, 1);
    const page = this.changeable(Math.floor(offsetBytes / this.geometry.pageSizeBytes));
    const at = offsetBytes % this.geometry.pageSizeBytes;
    page.bytes[at] = page.bytes[at] ^ (1 << bit);
  }

  /** Arms one power cut; `undefined` disarms. Operations are counted from here on. */
  arm(plan: CutPlan | undefined): void {
    this.plan = plan;
    this.operationsSinceArmed = 0;
  }

  /** Power is back after a cut; until then every access throws the PowerCut again. */
  powerOn(): void {
    this.cut = undefined;
  }

  snapshot(): FlashSnapshot {
    this.owner = ++ownersGiven;
    const { alternatingPhase, unstableReads } = this;
    return { pages: this.pages.slice(), readState: this.readRandom.state, alternatingPhase, unstableReads };
  }

  /** Back to a snapshot, of this chip or of one of the same geometry. Counters go on, an armed cut is disarmed. */
  restore(snapshot: FlashSnapshot): void {
    this.owner = ++ownersGiven;
    this.pages = snapshot.pages.slice();
    this.readRandom.state = snapshot.readState;
    this.alternatingPhase = snapshot.alternatingPhase;
    this.unstableReads = snapshot.unstableReads;
    this.plan = undefined;
    this.cut = undefined;
  }

  /**
   * Names the content of a page-aligned region: bytes, unstable bits and program counts. Wear, counters and the
   * generator of unstable reads are left out: two chips with the same hash offer software the same possibilities.
   */
  contentHash(offsetBytes = 0, lengthBytes = this.geometry.sizeBytes): string {
    const size = this.geometry.pageSizeBytes;
    const pages = this.pages.slice(Math.floor(offsetBytes / size), Math.ceil((offsetBytes + lengthBytes) / size));
    return createHash("sha1").update(pages.map((page) => page.digest()).join()).digest("base64url");
  }

  /** Erases of each page so far. */
  wear(): number[] {
    return this.pages.map((page) => page.eraseCount);
  }

  /** Whether any bit of the region reads differently from read to read. */
  hasUnstableBits(offsetBytes = 0, lengthBytes = this.geometry.sizeBytes): boolean {
    let found = false;
    this.eachPart(offsetBytes, lengthBytes, (pageNumber, from, length) => {
      const mask = this.pages[pageNumber].unstable;
      found = found || (mask !== undefined && mask.subarray(from, from + length).some((bits) => bits !== 0));
    });
    return found;
  }

  private operate(
    operation: FlashOperation,
    durationUs: number,
    tear: (doneBytes: number) => void,
    complete: () => void,
  ): void {
    this.onOperation?.(operation);
    this.counters[operation.kind === "write" ? "writes" : "erases"]++;
    const plan = this.plan;
    const due = plan !== undefined && this.operationsSinceArmed++ === plan.atOperation;
    if (due && plan.when === "before") {
      this.fail(plan, operation);
    }
    if (due && plan.when === "torn") {
      const drawn = tornDefault(operation, new SeededRandom(plan.seed ?? this.readRandom.state));
      tear(Math.min(plan.tornBytes ?? drawn, operation.lengthBytes - 1));
      this.fail(plan, operation);
    }
    try {
      this.elapse?.(durationUs);
    } catch (interruption) {
      tear(tornDefault(operation, this.readRandom));
      throw interruption;
    }
    complete();
    if (due) {
      this.fail(plan, operation);
    }
  }

  private fail(plan: CutPlan, operation: FlashOperation): never {
    this.plan = undefined;
    this.unstableReads = plan.unstableReads ?? this.unstableReads;
    this.readRandom.state = plan.seed ?? this.readRandom.state;
    this.cut = new PowerCut(plan, operation);
    this.onPowerCut?.(this.cut);
    throw this.cut;
  }

  private checkPower(): void {
    if (this.cut !== undefined) {
      throw this.cut;
    }
  }

  private checkWrite(offsetBytes: number, bytes: Uint8Array): void {
    checkRange(this.geometry, offsetBytes, bytes.length);
    if (bytes.length === 0) {
      throw new FlashRuleError("unaligned", offsetBytes, "a write has at least one unit");
    }
    if (this.strict) {
      checkUnits(this.geometry, offsetBytes, bytes.length);
      this.eachPart(offsetBytes, bytes.length, (pageNumber, from, length, done) => {
        const page = this.pages[pageNumber];
        checkBits(this.geometry, pageNumber, page, from, bytes.subarray(done, done + length));
        checkPrograms(this.geometry, pageNumber, page, from, length);
      });
    }
  }

  private countPrograms(offsetBytes: number, lengthBytes: number): void {
    if (this.geometry.writesPerWordMax === undefined) {
      return;
    }
    const unit = this.geometry.writeUnitBytes;
    this.eachPart(offsetBytes, lengthBytes, (pageNumber, from, length) => {
      const programs = this.changeable(pageNumber).programs!;
      for (let i = Math.floor(from / unit); i * unit < from + length; i++) {
        programs[i] = Math.min(programs[i] + 1, 255);
      }
    });
  }

  private program(offsetBytes: number, bytes: Uint8Array, torn: boolean): void {
    this.eachPart(offsetBytes, bytes.length, (pageNumber, from, length, done) => {
      const page = this.changeable(pageNumber);
      const part = bytes.subarray(done, done + length);
      if (torn) {
        page.programTorn(from, part);
      } else {
        page.program(from, part);
      }
    });
  }

  private erase(pageNumber: number): void {
    const eraseCount = this.pages[pageNumber].eraseCount + 1;
    const page = FlashPage.erased(this.geometry, this.owner, eraseCount);
    for (const [at, bit] of stuckBits(this.geometry, pageNumber, eraseCount)) {
      page.bytes[at] = page.bytes[at] & ~bit;
    }
    this.pages[pageNumber] = page;
  }

  private spreadUnstable(offsetBytes: number, bytes: Uint8Array): void {
    const only = this.onlyPage(offsetBytes, bytes.length);
    if (only !== undefined && only.unstable === undefined) {
      return;
    }
    let met = false;
    this.eachPart(offsetBytes, bytes.length, (pageNumber, from, length, done) => {
      const mask = this.pages[pageNumber].unstable;
      for (let i = 0; mask !== undefined && i < length; i++) {
        const bits = mask[from + i];
        if (bits !== 0) {
          met = true;
          bytes[done + i] = (bytes[done + i] & ~bits) | (bits & this.unstableByte());
        }
      }
    });
    this.alternatingPhase = met ? !this.alternatingPhase : this.alternatingPhase;
  }

  private unstableByte(): number {
    switch (this.unstableReads) {
      case "ones":
        return 0xff;
      case "zeros":
        return 0;
      case "alternating":
        return this.alternatingPhase ? 0 : 0xff;
      case "random":
        return this.readRandom.next() & 0xff;
    }
  }

  private changeable(pageNumber: number): FlashPage {
    let page = this.pages[pageNumber];
    if (page.owner !== this.owner) {
      page = page.copyFor(this.owner);
      this.pages[pageNumber] = page;
    }
    page.touch();
    return page;
  }

  /** The page that holds all of a region; `undefined` if more than one does. Nearly every access has one. */
  private onlyPage(offsetBytes: number, lengthBytes: number): FlashPage | undefined {
    const size = this.geometry.pageSizeBytes;
    const isOne = lengthBytes > 0 && (offsetBytes % size) + lengthBytes <= size;
    return isOne ? this.pages[Math.floor(offsetBytes / size)] : undefined;
  }

  private eachPart(
    offsetBytes: number,
    lengthBytes: number,
    visit: (pageNumber: number, from: number, length: number, done: number) => void,
  ): void {
    const size = this.geometry.pageSizeBytes;
    for (let done = 0; done < lengthBytes; ) {
      const pageNumber = Math.floor((offsetBytes + done) / size);
      const from = (offsetBytes + done) % size;
      const length = Math.min(size - from, lengthBytes - done);
      visit(pageNumber, from, length, done);
      done += length;
    }
  }
}
