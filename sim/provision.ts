/**
 * What the host does to a board before it leaves the factory: keys into the bootloader's configuration, the
 * provisioning block with the device key, the first image, and a journal that knows it as confirmed.
 */

import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import type { BootConfig } from "../bootloader/config";
import { VerifyMode } from "../bootloader/config";
import { computeIdentity } from "../core/boot/identity";
import { encodeProvisioning } from "../core/boot/provisioning";
import { activateSlot, emptyState, StateField } from "../core/boot/state";
import { writeU32 } from "../core/bytes";
import type { ImageFacts, ImagePolicy, ImageVerdict, Version } from "../core/image/image";
import { createTrustedKey } from "../core/image/key-hash";
import { verifyImage } from "../core/image/reader";
import type { ImageVerifier } from "../core/image/signatures";
import { SignaturePolicy } from "../core/image/signatures";
import { trailerStart } from "../core/image/trailer";
import { appendSignature, buildImage } from "../core/image/writer";
import { appendRecord, formatJournal, openJournal } from "../core/journal/journal";
import { TRIAL_ATTEMPTS_DEFAULT, TRIAL_FORGIVEN_DEFAULT } from "../core/limits";
import type { ByteSource, TrustedKey } from "../core/ports";
import { Slot } from "../core/slot";
import type { Hash } from "../hal/hash";
import { placesOf } from "./board-description";
import type { BoardDescription, SimulatedBoardFile } from "./board-description";
import type { NorFlash } from "./flash";
import { createPartition } from "./partition";

/** A trial that says nothing for twice the time that the runtime watches an image is over. */
const TRIAL_DEADLINE_MS = 600000;
const HEADER_BYTES = 32;
/** DER of an Ed25519 private key up to its 32 bytes (RFC 8410, 7), and of a public one (4 and 10.1). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX_BYTES = 12;

/** A key that exists in memory only. */
export interface SigningKey {
  readonly trusted: TrustedKey;
  sign(message: Uint8Array): Uint8Array;
}

/** @param seed 32 bytes that make the key, for runs that must repeat exactly; without it the key is fresh */
export function createSigningKey(hash: Hash, seed: Uint8Array = randomBytes(32)): SigningKey {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });
  const der = new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }));
  return {
    trusted: createTrustedKey(hash, der.slice(PUBLIC_PREFIX_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

export interface Application {
  readonly payload: Uint8Array;
  readonly version: Version;
  readonly securityCounter: number;
}

export interface SignedImage {
  readonly bytes: Uint8Array;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** The application as a signed image. Throws RangeError where no image can be made of it. */
export function signApplication(application: Application, key: SigningKey, hash: Hash): SignedImage {
  const { bytes } = buildImage(application.payload, {
    version: application.version,
    securityCounter: application.securityCounter,
    headerSizeBytes: HEADER_BYTES,
    padHeader: true,
    erasedValue: 0xff,
    loadAddress: undefined,
    romFixedAddress: undefined,
    nonBootable: false,
    bootRecord: undefined,
    dependencies: [],
    vendorId: undefined,
    classId: undefined,
    customTlvs: [],
  });
  if (bytes === undefined) {
    throw new RangeError(`no image can be made of a payload of ${application.payload.length} bytes`);
  }
  const digest = hash.sha256(bytes);
  return { bytes: appendSignature(bytes, digest, key.trusted.keyHash, key.sign(digest)), digest };
}

/** The part of a board file that provisioning reads. */
export interface ProvisionedBoardFile extends SimulatedBoardFile {
  readonly verifyMode: "full" | "seal";
  /** Absent: any. */
  readonly signatures?: { readonly policy: "any" | "all" };
  readonly watchdogTimeoutMs: number;
  /** Absent: the defaults. */
  readonly trial?: { readonly attempts: number; readonly forgiven: number };
}

/** A seal on a board whose engine has no SHA-256 covers a CRC-32, which every engine has. */
function verifyModeOf(board: ProvisionedBoardFile): VerifyMode {
  if (board.verifyMode === "full") {
    return VerifyMode.Full;
  }
  return board.engine.nativeSha256 ? VerifyMode.Seal : VerifyMode.SealCrc32;
}

/** The configuration that the build bakes into a bootloader for this board and these keys. */
export function bootConfigOf(
  board: ProvisionedBoardFile,
  trustedKeys: readonly TrustedKey[],
  hash: Hash,
  changes: Partial<BootConfig> = {},
): BootConfig {
  const demands = {
    trustedKeys: [...trustedKeys],
    signaturePolicy: board.signatures?.policy === "all" ? SignaturePolicy.All : SignaturePolicy.Any,
  };
  return {
    ...demands,
    identity: computeIdentity(hash, board.name, demands),
    vendorId: undefined,
    classId: undefined,
    baseFloor: 0,
    verifyMode: verifyModeOf(board),
    watchdogTimeoutMs: board.watchdogTimeoutMs,
    trialDeadlineMs: TRIAL_DEADLINE_MS,
    knowsResetCauses: board.knowsResetCauses,
    trialAttempts: board.trial?.attempts ?? TRIAL_ATTEMPTS_DEFAULT,
    trialForgiven: board.trial?.forgiven ?? TRIAL_FORGIVEN_DEFAULT,
    ...changes,
  };
}

/** What a board with this configuration says of what stands in a slot, by the board's own rules. */
export function judgeSlot(
  slot: ByteSource & { readonly addressBytes: number },
  config: BootConfig,
  floor: number,
  hash: Hash,
  verifier: ImageVerifier,
): ImageVerdict {
  const policy: ImagePolicy = {
    maxSizeBytes: trailerStart(slot.sizeBytes),
    slotAddress: slot.addressBytes,
    trustedKeys: config.trustedKeys,
    signaturePolicy: config.signaturePolicy,
    counterFloor: floor === 0 ? undefined : floor,
    vendorId: config.vendorId,
    classId: config.classId,
  };
  return verifyImage(slot, policy, hash, verifier);
}

export interface FactorySettings {
  readonly board: BoardDescription;
  readonly config: BootConfig;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  /** Goes into slot A. */
  readonly image: Uint8Array;
  /** 32 bytes, unique to the device; `undefined`: none, then there are no seals. */
  readonly deviceKey: Uint8Array | undefined;
  /** Records of an earlier life that the journal holds already. They must not change the state. */
  readonly earlierRecords?: readonly Uint8Array[] | undefined;
}

/**
 * Writes everything that a board has when it leaves the factory. Where the image is none that the board would start,
 * the journal stays blank: then its first boot finds out why.
 */
export function provision(chip: NorFlash, settings: FactorySettings): ImageVerdict {
  const { board, config, hash } = settings;
  const places = placesOf(board);
  const slotA = createPartition(chip, "slotA", places.slots[0]);
  chip.install(places.slots[0].offsetBytes, settings.image.subarray(0, slotA.sizeBytes));
  chip.install(places.provisioning.offsetBytes, encodeProvisioning(config.baseFloor, settings.deviceKey, hash));
  const verdict = judgeSlot(slotA, config, config.baseFloor, hash, settings.verifier);
  if (verdict.image !== undefined) {
    const journal = openJournal(createPartition(chip, "journal", places.journal), hash);
    formatJournal(journal, genesisState(config, verdict.image));
    for (const record of settings.earlierRecords ?? []) {
      appendRecord(journal, record.slice());
    }
  }
  return verdict;
}

/** The state of a board that was never updated: its factory image is the confirmed one. */
function genesisState(config: BootConfig, image: ImageFacts): Uint8Array {
  const state = emptyState();
  state.set(config.identity, StateField.Identity);
  writeU32(state, StateField.Floor, config.baseFloor);
  activateSlot(state, Slot.A, image.digest, image.securityCounter ?? 0);
  return state;
}
