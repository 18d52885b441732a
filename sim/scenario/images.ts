/** The signed images of a scenario, good and bad. */

import { readU32 } from "../../core/bytes";
import { parseVersion } from "../../core/image/version";
import { Reason } from "../../core/reasons";
import { padImage } from "../../core/image/trailer-writer";
import { appendDigest, appendSignature, buildImage } from "../../core/image/writer";
import { RECORD_DIGEST_BYTES } from "../../core/journal/record";
import type { Hash } from "../../hal/hash";
import type { ModelLookup, ProgramModel } from "../models";
import { modelsByDigest } from "../models";
import { createSigningKey } from "../provision";
import type { SigningKey } from "../provision";
import { SeededRandom } from "../random";
import { behave } from "./behaviour";
import type { Damage, Position, Scenario, ScenarioImage, Trailer } from "./scenario";

const HEADER_BYTES = 32;
const TRAILER_ALIGN = 8;
/** The trailer of a slot with the fewest sectors: magic and flags. */
const TRAILER_SECTORS = 1;
const ID_BYTES = 16;

/** A signed file, as somebody sends it. */
export interface ImageFile {
  readonly name: string;
  readonly version: string;
  readonly bytes: Uint8Array;
  /** The first bytes of its digest in lower-case hex, as the boot info has them. */
  readonly digest: string;
}

export interface ScenarioImages {
  /** The key that the board trusts. */
  readonly owner: SigningKey;
  readonly files: ReadonlyMap<string, ImageFile>;
  readonly models: ModelLookup;
}

/** 32 bytes that are a function of the scenario's seed and of what they are for. */
export function seedBytes(seed: number, purpose: string, hash: Hash): Uint8Array {
  return hash.sha256(new Uint8Array(Buffer.from(`trialboot scenario ${seed} ${purpose}`, "latin1")));
}

/** An identifier of a vendor or class: the same name, the same 16 bytes. */
export function idOf(name: string | undefined, hash: Hash): Uint8Array | undefined {
  return name === undefined ? undefined : hash.sha256(new Uint8Array(Buffer.from(name, "utf8"))).slice(0, ID_BYTES);
}

export function offsetOf(at: Position, lengthBytes: number): number {
  const offset = "offsetBytes" in at ? at.offsetBytes : Math.floor(at.share * lengthBytes);
  return Math.min(offset, lengthBytes - 1);
}

/** Bytes that differ from image to image, as those of applications do. */
function payloadOf({ name, payloadBytes, script }: ScenarioImage, seed: number, hash: Hash): Uint8Array {
  return script === undefined
    ? new SeededRandom(readU32(seedBytes(seed, name, hash), 0)).bytes(payloadBytes)
    : new Uint8Array(Buffer.from(script, "latin1"));
}

function harm(bytes: Uint8Array, damage: Damage): Uint8Array {
  switch (damage.kind) {
    case "flipBit": {
      const at = offsetOf(damage.at, bytes.length);
      const changed = bytes.slice();
      changed[at] = changed[at] ^ (1 << damage.bit);
      return changed;
    }
    case "truncate":
      return bytes.slice(0, Math.floor(bytes.length * damage.share));
    case "append": {
      const longer = new Uint8Array(bytes.length + damage.bytes).fill(0x5a);
      longer.set(bytes);
      return longer;
    }
  }
}

function unsignedImage(image: ScenarioImage, seed: number, hash: Hash): Uint8Array {
  const { bytes } = buildImage(payloadOf(image, seed, hash), {
    version: parseVersion(image.version)!,
    securityCounter: image.counter,
    headerSizeBytes: HEADER_BYTES,
    padHeader: true,
    erasedValue: 0xff,
    loadAddress: undefined,
    romFixedAddress: undefined,
    nonBootable: false,
    bootRecord: undefined,
    dependencies: [],
    vendorId: idOf(image.vendor, hash),
    classId: idOf(image.class, hash),
    customTlvs: [],
  });
  if (bytes === undefined) {
    throw new RangeError(`no image can be made of ${image.name}`);
  }
  return bytes;
}

/** Signs and damages every image of the scenario. */
export function makeImages(scenario: Scenario, hash: Hash): ScenarioImages {
  const keyFor = (purpose: string): SigningKey => createSigningKey(hash, seedBytes(scenario.seed, purpose, hash));
  const owner = keyFor("owner");
  const signers = { owner, stranger: keyFor("stranger") };
  const files = new Map<string, ImageFile>();
  const models = new Map<string, ProgramModel>();
  for (const image of scenario.images.values()) {
    const unsigned = unsignedImage(image, scenario.seed, hash);
    const digest = hash.sha256(unsigned);
    const signer = image.signedBy === "nobody" ? undefined : signers[image.signedBy];
    const whole = signer === undefined
      ? appendDigest(unsigned, digest)
      : appendSignature(unsigned, digest, signer.trusted.keyHash, signer.sign(digest));
    const name = Buffer.from(digest.subarray(0, RECORD_DIGEST_BYTES)).toString("hex");
    const bytes = image.damage.reduce(harm, whole);
    files.set(image.name, { name: image.name, version: image.version, bytes, digest: name });
    if (image.script === undefined) {
      models.set(name, behave(image.does));
    }
  }
  return { owner, files, models: modelsByDigest(models) };
}

/** The image as a programmer on the bench puts it into a slot. Throws RangeError where it does not fit. */
export function slotContent(file: ImageFile, slotBytes: number, trailer: Trailer): Uint8Array {
  if (trailer === "none") {
    return file.bytes.subarray(0, slotBytes);
  }
  const layout = {
    slotSizeBytes: slotBytes,
    align: TRAILER_ALIGN,
    maxAlign: TRAILER_ALIGN,
    maxSectors: TRAILER_SECTORS,
    overwriteOnly: false,
  };
  const { reason, bytes } = padImage(file.bytes, { layout, confirm: trailer === "confirmed", erasedValue: 0xff });
  if (reason !== Reason.None || bytes === undefined) {
    throw new RangeError(`the image ${file.name} and its trailer do not fit into a slot of ${slotBytes} bytes`);
  }
  return bytes;
}
