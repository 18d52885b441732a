/** One board of a soak, from the factory on: a function of its seed. */

import { VerifyMode } from "../../bootloader/config";
import type { Handover } from "../../core/boot/handover";
import type { ImageVerifier } from "../../core/image/signatures";
import { ResetCause } from "../../core/boot/reset-cause";
import { ignores } from "../models";
import type { ProgramModel } from "../models";
import type { FlashPartition } from "../../hal/flash";
import type { Hash } from "../../hal/hash";
import { describeBoard, placesOf } from "../board-description";
import type { BoardDescription } from "../board-description";
import { Machine } from "../machine";
import type { BootFunction } from "../machine-options";
import { bootConfigOf, createSigningKey, provision } from "../provision";
import type { ProvisionedBoardFile } from "../provision";
import { SeededRandom } from "../random";
import type { BootReport, JournalReader } from "../report";
import { SoakAgent, drawDelivery, smoothDelivery } from "./agent";
import type { Delivery } from "./agent";
import { chance, drawClimate, drawWeather } from "./climate";
import type { Climate, Weather } from "./climate";
import { SoakOracle } from "./oracle";
import { drawImage, wellBehavedImage } from "./updates";
import type { ImageMaker, SoakImage } from "./updates";
import { watchDoor } from "./watched-door";

export interface SoakSetting {
  readonly boards: readonly ProvisionedBoardFile[];
  readonly boot: BootFunction;
  readonly hash: Hash;
  /** Makes the verifier of one board; it may remember what it was asked, since a life has only so many images. */
  readonly createVerifier: () => ImageVerifier;
  readonly reasonName?: ((reason: number) => string) | undefined;
  readonly journalReader?: JournalReader | undefined;
}

export interface SoakCounts {
  boots: number;
  updates: number;
  confirmed: number;
  rejected: number;
  recoveries: number;
  cuts: number;
  flips: number;
}

/** Boots with anything in them, and then calm ones, in which the board must take a good update. */
const STORMY_BOOTS = 300;
/** A trial that only ever sleeps may wake 255 times. */
const CALM_BOOTS_MAX = 300;
const HORIZON_MS = 6000;
const CALM: Weather = {
  cause: undefined, cut: undefined, powerCutAtMs: undefined, gesture: false, offUs: 0, flip: undefined,
};

export class SoakLife {
  readonly climate: Climate;
  readonly oracle: SoakOracle;
  readonly counts: SoakCounts = {
    boots: 0, updates: 0, confirmed: 0, rejected: 0, recoveries: 0, cuts: 0, flips: 0,
  };
  private readonly random: SeededRandom;
  private readonly board: BoardDescription;
  private readonly machine: Machine;
  private readonly maker: ImageMaker;
  private readonly agent: SoakAgent;
  private images = 0;
  private lastImage: SoakImage | undefined;
  /** The update that the board must take once nothing goes wrong any more. */
  private lastUpdate: SoakImage | undefined;
  private cause = ResetCause.PowerOn;

  constructor(setting: SoakSetting, seed: number) {
    this.random = new SeededRandom(seed);
    this.climate = drawClimate(this.random, setting.boards);
    const { board, payloadBytes, readNoise, unstableReads, verifyDurationMs } = this.climate;
    const { hash } = setting;
    const verifier = setting.createVerifier();
    this.maker = {
      hash,
      key: createSigningKey(hash, this.random.bytes(32)),
      stranger: createSigningKey(hash, this.random.bytes(32)),
      payloadBytes,
    };
    const config = bootConfigOf(board, [this.maker.key.trusted], hash, this.climate.config);
    this.board = describeBoard(board);
    this.machine = new Machine({
      board: this.board, config, boot: setting.boot, hash, verifier, verifyDurationMs,
      faults: { readNoise, unstableReads, seed: this.random.next() },
      seed: this.random.next(),
      horizonMs: HORIZON_MS,
      reasonName: setting.reasonName ?? String,
      journalReader: setting.journalReader,
      models: (slot, _offsetBytes, _lengthBytes, door) => this.started(slot, door),
    });
    const factory = wellBehavedImage(this.maker, this.images++, config.baseFloor, this.random);
    this.oracle = new SoakOracle(this.machine, this.climate, factory, config.baseFloor);
    this.agent = new SoakAgent(this.machine, this.oracle, this.climate);
    const deviceKey = this.climate.hasDeviceKey ? this.random.bytes(32) : undefined;
    provision(this.machine.chip, {
      board: this.board, config, hash, verifier, image: factory.bytes, deviceKey,
    });
    this.machine.chip.onOperation = (operation) => this.oracle.operation(operation);
  }

  /** Whether there is nothing more to see: something broke, or the life has come to its end. */
  get over(): boolean {
    const { boots } = this.counts;
    const isUpdated = this.lastUpdate !== undefined && this.oracle.confirmed.image === this.lastUpdate;
    return this.oracle.violations.length > 0 || isUpdated || boots >= STORMY_BOOTS + CALM_BOOTS_MAX ||
      (boots >= STORMY_BOOTS && this.climate.wears);
  }

  /** One boot. @returns its report; `undefined` if the software broke a rule of the chip */
  step(): BootReport | undefined {
    const { counts, oracle } = this;
    const isCalm = ++counts.boots > STORMY_BOOTS;
    const weather = isCalm ? CALM : drawWeather(this.random, this.climate);
    this.prepare(weather);
    const report = this.boot(weather);
    counts.updates = this.agent.installs;
    counts.confirmed = oracle.confirmations;
    counts.rejected = oracle.rejections;
    counts.cuts += report?.endedBy === "power-cut" ? 1 : 0;
    if (this.over && this.lastUpdate !== oracle.confirmed.image && !this.climate.wears && isCalm) {
      oracle.broke("although nothing went wrong any more, the board did not take a good update");
    }
    return report;
  }

  private prepare(weather: Weather): void {
    const { machine } = this;
    this.cause = weather.cause ?? machine.nextCause;
    if (this.cause === ResetCause.PowerOn) {
      machine.clock.jumpTo(machine.clock.nowUs + weather.offUs);
    }
    machine.pins.setGesture(weather.gesture);
    const image = weather.flip === undefined ? undefined : this.oracle.imageIn(weather.flip.slot);
    if (weather.flip !== undefined && image !== undefined) {
      const { slot, draw } = weather.flip;
      // A seal stands for the signature: what is behind the digest does not matter any more then.
      const isSealed = this.climate.config.verifyMode === VerifyMode.Seal;
      const at = Math.floor(draw / 8) % (isSealed ? image.signedBytes : image.bytes.length);
      machine.chip.flipBit(placesOf(this.board).slots[slot].offsetBytes + at, draw % 8);
      this.oracle.flipped(slot);
      this.counts.flips++;
    }
    machine.arm(weather.cut);
  }

  private boot({ powerCutAtMs, gesture }: Weather): BootReport | undefined {
    const { machine, oracle } = this;
    oracle.booting();
    try {
      const report = machine.runBoot({
        cause: this.cause,
        powerCutAtMs,
        repair: (door) => {
          this.counts.recoveries++;
          oracle.recovered(door.reason, gesture);
          if (chance(this.random, 0.7)) {
            this.agent.repair(door, this.nextDelivery());
          } else {
            machine.clock.schedule(1e6, () => door.restart());
          }
        },
      });
      oracle.ended(report);
      return report;
    } catch (error) {
      oracle.broken(error);
      return undefined;
    } finally {
      machine.arm(undefined);
    }
  }

  /** The bootloader has started an image. @returns what the application in it does */
  private started(slot: FlashPartition, door: Handover): ProgramModel {
    const { machine, oracle } = this;
    const causeTold = this.climate.board.knowsResetCauses ? this.cause : ResetCause.Unknown;
    const at = slot.addressBytes === machine.hal.slots[0].addressBytes ? 0 : 1;
    const image = oracle.started(at, door, causeTold);
    if (image === undefined) {
      return ignores();
    }
    if (this.counts.boots > STORMY_BOOTS || chance(this.random, 0.5)) {
      this.agent.meet(door, at, this.nextDelivery());
    }
    return (_door, host) => image.model(watchDoor(door, at, image, oracle), host);
  }

  /** A new image, or the last one again. */
  private nextDelivery(): Delivery {
    const { floor } = this.oracle;
    if (this.counts.boots > STORMY_BOOTS) {
      // A trial that was pending may have raised the floor meanwhile.
      if (this.lastUpdate === undefined || this.lastUpdate.counter < floor) {
        this.lastUpdate = wellBehavedImage(this.maker, this.images++, floor, this.random);
      }
      return smoothDelivery(this.lastUpdate);
    }
    const again = this.lastImage !== undefined && chance(this.random, 0.3);
    this.lastImage = again ? this.lastImage! : drawImage(this.maker, this.images++, floor, this.random);
    return drawDelivery(this.random, this.lastImage);
  }
}
