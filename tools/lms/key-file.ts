/**
 * The file of an LMS private key: JSON with what is public in the clear, so that looking at a key needs no passphrase,
 * and the seed as PKCS#8 in PEM form, which a passphrase encrypts as it does for Ed25519 keys.
 */

import { shown } from "../arguments";
import type { Context } from "../context";
import { failure, type ToolError } from "../errors";
import { childrenOf, derElement, derInteger, DerTag, integerOf, pemBytes, pemText } from "../keys/der";
import { decryptPrivateKey, encryptPrivateKey } from "../keys/encrypted-private-key";
import { neededPassphrase, type PassphraseSource } from "../keys/key-file";
import { hexText } from "../output";
import { leavesOf, type LmsParameterSet, parameterSetOf } from "./parameters";

const TYPE = "trialboot LMS private key";
const VERSION = 1;
const LABEL = "PRIVATE KEY";

/** AlgorithmIdentifier of id-alg-hss-lms-hashsig (RFC 9708, 3). */
const ALGORITHM = Buffer.from("300d060b2a864886f70d0109100311", "hex");

export interface LmsKeyFile {
  readonly set: LmsParameterSet;
  /** RFC 8554, 5.3. */
  readonly publicKey: Uint8Array;
  /** The reserve mark: all leaves below it may have been used. */
  readonly reservedLeaves: number;
  readonly privateKeyPem: string;
}

/** Whether a file is one of these, whole or not. */
export function looksLikeLmsKeyFile(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString("latin1");
  return text.trimStart().startsWith("{") && text.includes(TYPE);
}

export function formatLmsKeyFile(file: LmsKeyFile): string {
  const fields = {
    type: TYPE,
    version: VERSION,
    parameters: file.set.name,
    publicKey: hexText(file.publicKey),
    reservedLeaves: file.reservedLeaves,
    privateKey: file.privateKeyPem,
  };
  return JSON.stringify(fields, undefined, 2) + "\n";
}

function damaged(path: string): ToolError {
  return failure(`The LMS key in ${shown(path)} is damaged.`, "Get the file again from its backup.");
}

/** Refuses (failure) whatever `formatLmsKeyFile` does not write. */
export function parseLmsKeyFile(path: string, bytes: Uint8Array): LmsKeyFile {
  let fields: Partial<Record<string, unknown>>;
  try {
    fields = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Record<string, unknown>>;
  } catch {
    throw damaged(path);
  }
  const { type, version, parameters, publicKey, reservedLeaves, privateKey } = fields;
  if (type !== TYPE || typeof publicKey !== "string" || !/^([0-9a-f]{2})+$/.test(publicKey)) {
    throw damaged(path);
  }
  if (version !== VERSION) {
    throw failure(`${shown(path)} is of a form that this trialboot does not know.`, "Use a newer trialboot.");
  }
  const key = new Uint8Array(Buffer.from(publicKey, "hex"));
  const set = parameterSetOf(key);
  const isWhole =
    set !== undefined && set.name === parameters && typeof privateKey === "string" &&
    typeof reservedLeaves === "number" && isLeafCount(set, reservedLeaves);
  if (!isWhole) {
    throw damaged(path);
  }
  return { set, publicKey: key, reservedLeaves, privateKeyPem: privateKey };
}

/** Whether a number read from a file can be a number of used leaves. */
export function isLeafCount(set: LmsParameterSet, value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= leavesOf(set);
}

/** @param passphrase `undefined`: the seed is written in the clear */
export function sealSeed(seed: Uint8Array, passphrase: string | undefined): string {
  const pkcs8 = derElement(DerTag.Sequence, derInteger(0), ALGORITHM, derElement(DerTag.OctetString, seed));
  return passphrase === undefined ? pemText(LABEL, pkcs8) : encryptPrivateKey(pkcs8, passphrase);
}

export function isUnderPassphrase(file: LmsKeyFile): boolean {
  return file.privateKeyPem.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
}

/** Refuses (failure): damage; no passphrase or a wrong one. */
export async function openSeed(
  context: Context,
  path: string,
  file: LmsKeyFile,
  source: PassphraseSource,
): Promise<Uint8Array> {
  if (!isUnderPassphrase(file)) {
    return seedOf(path, file, () => pemBytes(file.privateKeyPem, LABEL));
  }
  const pkcs8 = decryptPrivateKey(file.privateKeyPem, await neededPassphrase(context, path, source));
  if (pkcs8 === undefined) {
    throw failure(
      `${shown(path)} cannot be opened with this passphrase.`,
      "Check the passphrase and where it came from.",
    );
  }
  return seedOf(path, file, () => pkcs8);
}

function seedOf(path: string, file: LmsKeyFile, pkcs8: () => Uint8Array): Uint8Array {
  let seed: Uint8Array | undefined;
  try {
    const [version, algorithm, octets] = childrenOf(pkcs8(), DerTag.Sequence);
    const isLms = integerOf(version) === 0 && ALGORITHM.equals(algorithm?.whole ?? new Uint8Array(0));
    seed = isLms && octets?.tag === DerTag.OctetString ? octets.content : undefined;
  } catch {
    seed = undefined;
  }
  if (seed?.length !== file.set.hashBytes) {
    throw damaged(path);
  }
  return seed;
}
