/** All that a host puts on a board: the bootloader's files, the flash outside of them, and the order of the steps. */

import { computeIdentity } from "../../core/boot/identity";
import type { KeyStore } from "../../core/boot/key-store";
import { encodeKeyStore } from "../../core/boot/key-store";
import {
  ERASES_PER_DAY_DEFAULT, RECOVERY_TIMEOUT_MS_DEFAULT, TRIAL_ATTEMPTS_BLIND,
} from "../../core/limits";
import type { ImageVerifier } from "../../core/image/signatures";
import type { BoardPlan } from "../../hal/espruino/plan";
import { guardText, MAIN_FILE, stubText } from "../../hal/espruino/stub";
import { bootConfigOf } from "../../sim/provision";
import type { BoardFile, OptionalFile } from "../board/board-data";
import { tellsResetCauses } from "../board/board-data";
import { frameCountOf } from "../board/frame-count";
import { policyTable } from "../board/policy";
import { createHostHash } from "../host-hash";
import { partBundle, verifierBundle } from "./bundles";
import type { BootPlaces } from "./boot-places";
import { placeInBoot } from "./boot-places";
import type { FlashContent } from "./flash-content";
import { flashContent } from "./flash-content";
import { copiedPlaces, placesInStorage, stubHint } from "./file-hints";
import type { PartName } from "./file-names";
import { FILE_NAMES } from "./file-names";
import { literalOf } from "./literal";
import type { BootConfig } from "./plan";
import { bootConfigText, makeChipText, planOf } from "./plan";
import { scopeText } from "./scope-text";
import type { StorageFile } from "./storage-files";
import type { WirePart } from "./wire-files";
import { wireFiles } from "./wire-files";

export interface BoardFilesOptions {
  /** What the board trusts: `keyStoreOf(board.signatures, keys)` of tools/key-store.ts. */
  readonly keyStore: KeyStore;
  /** The factory image, for slot A. Absent: none; the board starts in recovery. */
  readonly image?: Uint8Array | undefined;
  /**
   * 32 bytes, unique to the device. With it, provisioning block and genesis journal are written by the host. Absent:
   * both stay erased, and the board makes them at its first start, without a device key, so without seals.
   */
  readonly deviceKey?: Uint8Array | undefined;
  /** No image below this security counter ever starts. Default 0. */
  readonly baseFloor?: number;
  /** Leaves the console open and says so at every start. */
  readonly isDevelopment?: boolean;
  /** `process.version` of the board; default: the first that the board file names. */
  readonly interpreterVersion?: string;
  /** Text of tb.recovery: `function(door, board, wire)`. Absent: SMP on the board's wires, or the console. */
  readonly recovery?: string | undefined;
  /** Who may log in over a wire: `keyStoreOf(board.signatures, keys)`. Absent: nobody. */
  readonly technicians?: KeyStore | undefined;
  /** Text of tb.verifier; default: the board's own. */
  readonly verifier?: string | undefined;
  /** Judges the factory image for the genesis journal; needed where `deviceKey` and `image` are given. */
  readonly hostVerifier?: ImageVerifier | undefined;
  readonly vendorId?: Uint8Array | undefined;
  readonly classId?: Uint8Array | undefined;
}

export interface BoardFiles {
  readonly board: BoardFile;
  readonly plan: BoardPlan;
  readonly config: BootConfig;
  /** `tb.main` and what it loads from Storage, in the order in which they are written. */
  readonly files: readonly StorageFile[];
  /** What it loads from pages outside of Storage; part of `flash`. */
  readonly places: BootPlaces;
  /** `.boot0` with its activating word still erased. */
  readonly stub: Uint8Array;
  /** `.boot1`. */
  readonly guard: Uint8Array;
  /** What stands in the partitions. */
  readonly flash: readonly FlashContent[];
}

const hash = createHostHash();

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** A file that `.boot0` or what it started evaluates. */
const codeOf = (text: string): Uint8Array => bytesOf(scopeText(text));

const OPTIONAL_PARTS: Readonly<Record<OptionalFile, readonly [string, string]>> = {
  sha256: ["hal/espruino/region-hash.ts", "makeRegionHash"],
  storage: ["hal/espruino/data-storage.ts", "createDataStorage"],
  "read-only-storage": ["hal/espruino/read-only-storage.ts", "createReadOnlyStorage"],
};

function bootConfigFor(board: BoardFile, options: BoardFilesOptions): BootConfig {
  const { keyStore, baseFloor = 0, vendorId, classId } = options;
  const tells = tellsResetCauses(board);
  return bootConfigOf(board, keyStore.trustedKeys, hash, {
    signaturePolicy: keyStore.signaturePolicy,
    identity: computeIdentity(hash, board.name, keyStore),
    baseFloor,
    vendorId,
    classId,
    knowsResetCauses: tells,
    ...(tells ? {} : { trialAttempts: TRIAL_ATTEMPTS_BLIND }),
  });
}

/** The application's Storage: one that writes, where the board has the room for it. */
function storageFile(board: BoardFile): OptionalFile {
  return board.optionalFiles.includes("storage") ? "storage" : "read-only-storage";
}

async function wireParts(
  board: BoardFile, options: BoardFilesOptions,
): Promise<Record<WirePart | "technicianKeys", Uint8Array | undefined>> {
  const texts = await wireFiles(board);
  const whole = (text: string | undefined): Uint8Array | undefined => text === undefined ? undefined : codeOf(text);
  return {
    recovery: whole(options.recovery ?? texts.recovery),
    window: whole(texts.window),
    management: whole(texts.management),
    server: whole(texts.server),
    link: whole(texts.link),
    technician: whole(texts.technician),
    technicianKeys: options.technicians === undefined ? undefined : encodeKeyStore(options.technicians, hash),
  };
}

/** What the configuration says of management; see bootloader/espruino/management-settings.ts. */
function managementText(board: BoardFile, options: BoardFilesOptions): string {
  const { smp } = board;
  return smp === undefined ? "undefined" : literalOf({
    boardName: board.name,
    isDevelopment: options.isDevelopment === true,
    policy: policyTable(smp.policy),
    erasesPerDay: ERASES_PER_DAY_DEFAULT,
    recoveryTimeoutMs: RECOVERY_TIMEOUT_MS_DEFAULT,
    frameBytes: smp.bufBytes,
    frameCount: frameCountOf(board),
    // Bluetooth has no room for a console beside the SMP service.
    hasConsole: board.consoleName !== "Bluetooth",
  });
}

/** The files that the configuration names by their CRC-32; `undefined`: the board does without. */
async function namedParts(
  board: BoardFile, options: BoardFilesOptions,
): Promise<Record<PartName, Uint8Array | undefined>> {
  const part = async (entry: string, exported: string): Promise<Uint8Array> =>
    codeOf(await partBundle(board, entry, exported));
  const optional = async (name: OptionalFile): Promise<Uint8Array | undefined> =>
    board.optionalFiles.includes(name) ? part(...OPTIONAL_PARTS[name]) : undefined;
  return {
    boot: await part("bootloader/espruino/boot-part.ts", "createBootPart"),
    service: await part("bootloader/service.ts", "createService"),
    verifier: codeOf(options.verifier ?? (await verifierBundle(board))),
    keys: encodeKeyStore(options.keyStore, hash),
    sha256: await optional("sha256"),
    storage: await optional(storageFile(board)),
    ...(await wireParts(board, options)),
  };
}

/** CRC-32 by the names that the configuration has; 0: there is no such file. */
function crcsText(guard: Uint8Array, parts: Record<PartName, Uint8Array | undefined>): string {
  const crcs = Object.entries(parts).map(([name, bytes]) =>
    [`${name}Crc`, bytes === undefined ? 0 : hash.crc32(bytes)] as const);
  return literalOf({ boot1Crc: hash.crc32(guard), ...Object.fromEntries(crcs) });
}

/**
 * Builds all files of a board of the full class.
 *
 * @throws ToolError (usage) for an interpreter version without a plan; (as the board) for an image that the board would
 *   not start, where a device key is given
 */
export async function boardFiles(board: BoardFile, options: BoardFilesOptions): Promise<BoardFiles> {
  const plan = planOf(board, options.interpreterVersion);
  const config = bootConfigFor(board, options);
  const main = codeOf(await partBundle(board, "bootloader/espruino/entry.ts", "start", ["handOver"]));
  const guard = bytesOf(guardText());
  const parts = await namedParts(board, options);
  const chip = await partBundle(board, `hal/espruino/chips/${board.driver.file}.ts`, "createChip");
  const named = Object.entries(parts).flatMap(([part, bytes]) =>
    bytes === undefined ? [] : [{ part: part as PartName, name: FILE_NAMES[part as PartName], bytes }]);
  const isInBoot = ({ part }: { readonly part: PartName }): boolean =>
    (board.layout.bootFiles as readonly PartName[] | undefined)?.includes(part) === true;
  const places = placeInBoot(board, named.filter(isInBoot));
  const mainFile = { name: MAIN_FILE, bytes: main };
  const others = [mainFile, ...named.filter((file) => !isInBoot(file)).map(({ name, bytes }) => ({ name, bytes }))];
  const copies = copiedPlaces(board, placesInStorage(board, others));
  const configBytes = bytesOf(
    `({plan:${literalOf(plan)},makeChip:${makeChipText(board, plan, chip)},bootConfig:${bootConfigText(config)},` +
    `crcs:${crcsText(guard, parts)},places:${literalOf(places.places)},copies:${literalOf(copies)},` +
    `management:${managementText(board, options)},powerCycles:${board.recovery?.powerCycles ?? 0}})`,
  );
  // Last, because it says where the others stand.
  const files = [...others, { name: FILE_NAMES.config, bytes: configBytes }];
  const hint = stubHint(board, mainFile, placesInStorage(board, files));
  return {
    board,
    plan,
    config,
    files,
    places,
    stub: bytesOf(stubText(hash.crc32(main), hash.crc32(configBytes), options.isDevelopment === true, hint)),
    guard,
    flash: [...places.contents, ...flashContent(board, config, options)],
  };
}
