/**
 * The canonical form of a slot: which known image it may be read as, and its seals. Whatever else stands there never
 * verifies, is erased before anything is written, and is therefore all the same (docs/explore.md, R7).
 */

import { readU32 } from "../../core/bytes";
import { IMAGE_MAGIC } from "../../core/image/image";
import type { Slot } from "../../core/slot";
import { useSeal } from "../../core/boot/seal";
import type { Sealer } from "../../core/boot/seal";
import { Seal } from "../../core/image/seal-kind";
import type { Hash } from "../../hal/hash";
import type { FlashPage } from "../flash-page";
import { readingsOf } from "./position-form";

/** An image that somebody signed. */
export interface KnownImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
  readonly counter: number;
}

const SEAL_BYTES = 32;
const MAGIC_BYTES = 4;
const SEALS_MAX = 2;

interface SealPlace {
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

interface ImagePlaces {
  readonly image: KnownImage;
  readonly seals: readonly SealPlace[];
}

export interface SlotForm {
  /** Number of the image that it reads as in every reading; -1: none. */
  readonly image: number;
  readonly text: string;
  readonly flaky: boolean;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Who seals, and how. */
interface SealingDevice {
  readonly sealer: Sealer;
  readonly hash: Hash;
  readonly slotBytes: number;
  readonly verifiedSeal: Seal;
}

/** The seals as this device writes them, and where. */
function sealsOf(image: KnownImage, slot: Slot, device: SealingDevice): SealPlace[] {
  const places: SealPlace[] = [];
  const sizeBytes = device.slotBytes;
  const flash = {
    sizeBytes,
    pageSizeBytes: sizeBytes,
    writeUnitBytes: 1,
    read: (offsetBytes: number, lengthBytes: number) => {
      const read = new Uint8Array(lengthBytes).fill(0xff);
      read.set(image.bytes.subarray(offsetBytes, offsetBytes + lengthBytes));
      return read;
    },
    write: (offsetBytes: number, bytes: Uint8Array) => void places.push({ offsetBytes, bytes: bytes.slice() }),
    erasePage: () => undefined,
  };
  const { counter, digest, bytes } = image;
  for (const kind of [device.verifiedSeal, Seal.Confirmed]) {
    useSeal(flash, device.hash, device.sealer, slot, { counter, digest, totalSizeBytes: bytes.length }, kind, true);
  }
  return places;
}

/** Where the last seal of the longest image ends. */
export function headBytesOf(images: readonly KnownImage[]): number {
  const longest = Math.max(...images.map(({ bytes }) => bytes.length));
  return (Math.ceil(longest / SEAL_BYTES) + SEALS_MAX) * SEAL_BYTES;
}

export class SlotForms {
  /** For each image, the seals that this device writes behind it. */
  readonly places: readonly ImagePlaces[];
  /** Per page of the head: what the page has of each image. */
  private readonly known: WeakMap<FlashPage, string>[] = [];
  /** By their first page, the pages that were last asked for. */
  private readonly last = new WeakMap<FlashPage, { readonly pages: readonly FlashPage[]; readonly form: SlotForm }>();

  /** @param pageBytes bytes of a page */
  constructor(
    images: readonly KnownImage[],
    slot: Slot,
    private readonly pageBytes: number,
    device: SealingDevice,
  ) {
    this.places = images.map((image) => ({
      image,
      seals: sealsOf(image, slot, device),
    }));
  }

  /** @param pages the first pages of the slot, enough for every image and its seals */
  form(pages: readonly FlashPage[]): SlotForm {
    const last = this.last.get(pages[0]);
    if (last !== undefined && pages.every((page, i) => page === last.pages[i])) {
      return last.form;
    }
    const form = this.newForm(pages);
    this.last.set(pages[0], { pages, form });
    return form;
  }

  /** What stands before `keptBytes`, where a page begins, for an upload that is to go on there (R19). */
  partForm(pages: readonly FlashPage[], keptBytes: number): SlotForm {
    const parts = pages.slice(0, keptBytes / this.pageBytes).map((page, i) => this.pageParts(page, i));
    const text = `${magicText(pages[0])}${parts.join("/")}`;
    return { image: -1, text, flaky: text.startsWith("?") || text.includes(MAYBE_TEXT) };
  }

  /**
   * Whether each of these pages, the first of the slot, is surely that of a known image: pages of two images may have
   * been sent under one name.
   */
  isStart(pages: readonly FlashPage[]): boolean {
    return pages.every((page, i) => this.pageParts(page, i).includes(YES_TEXT));
  }

  private newForm(pages: readonly FlashPage[]): SlotForm {
    const parts = pages.map((page, i) => this.pageParts(page, i));
    for (let k = 0; k < this.places.length; k++) {
      const matches = parts.map((part) => part.charCodeAt(k));
      if (matches.every((match) => match !== NO)) {
        const certain = matches.every((match) => match === YES);
        const seals = this.places[k].seals.map((seal) => this.sealText(pages, seal));
        const text = `${this.places[k].image.name}${certain ? "" : "?"}${seals.join("")}`;
        const flaky = !certain || seals.some((seal) => seal.includes("?"));
        return { image: certain ? k : -1, text, flaky };
      }
    }
    return { image: -1, text: "-", flaky: false };
  }

  /** For each image one character: the page is its part, may be read as it, or is something else. */
  private pageParts(page: FlashPage, index: number): string {
    this.known[index] ??= new WeakMap();
    const known = this.known[index].get(page);
    if (known !== undefined) {
      return known;
    }
    const parts = this.places.map(({ image }) => partOf(page, image.bytes, index * this.pageBytes));
    const text = String.fromCharCode(...parts);
    this.known[index].set(page, text);
    return text;
  }

  private sealText(pages: readonly FlashPage[], seal: SealPlace): string {
    const page = pages[Math.floor(seal.offsetBytes / this.pageBytes)];
    const from = seal.offsetBytes % this.pageBytes;
    const isSeal = (bytes: Uint8Array): boolean => equalBytes(bytes, seal.bytes);
    const readings = readingsOf(page, from, from + SEAL_BYTES, isSeal);
    if (readings.stable) {
      return readings.canBeBlank ? "_" : readings.validAsOnes ? "s" : "x";
    }
    const canBeSeal = readings.validAsOnes || readings.validAsZeros;
    if (!canBeSeal && !readings.canBeBlank) {
      return "x";
    }
    const units = this.pageBytes / (page.programs?.length ?? this.pageBytes);
    const programs = page.programs?.subarray(from / units, (from + SEAL_BYTES) / units).join("") ?? "";
    return `?${canBeSeal ? "s" : ""}${readings.canBeBlank ? `_${programs}` : ""}.`;
  }
}

const NO = 0;
const MAYBE = 1;
const YES = 2;
const MAYBE_TEXT = String.fromCharCode(MAYBE);
const YES_TEXT = String.fromCharCode(YES);

/** Whether a page begins as images do: `y`es, `n`o, or in some readings. */
function magicText(page: FlashPage): string {
  const isMagic = (bytes: Uint8Array): boolean => readU32(bytes, 0) === IMAGE_MAGIC;
  const { validAsOnes, validAsZeros } = readingsOf(page, 0, MAGIC_BYTES, isMagic);
  return validAsOnes && validAsZeros ? "y" : validAsOnes || validAsZeros ? "?" : "n";
}

function partOf(page: FlashPage, image: Uint8Array, startBytes: number): number {
  const { bytes, unstable } = page;
  const end = Math.min(image.length - startBytes, bytes.length);
  let match = YES;
  for (let i = 0; i < end; i++) {
    const mask = unstable === undefined ? 0 : unstable[i];
    if (((bytes[i] ^ image[startBytes + i]) & ~mask) !== 0) {
      return NO;
    }
    if (mask !== 0) {
      match = MAYBE;
    }
  }
  return match;
}
