/** Reading key files (PEM), and passphrases from wherever the user keeps them. */

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure, type ToolError } from "../errors";
import { isReadableByOthers, readFile, SMALL_FILE_BYTES_MAX } from "../files";
import type { Output } from "../output";

export const PASSPHRASE_VARIABLE = "TRIALBOOT_PASSPHRASE";

/** Where a passphrase may come from, in this order: file, environment, question. */
export interface PassphraseSource {
  readonly file: string | undefined;
}

const PEM_LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/;

/** A passphrase from a file (its first line) or the environment; `undefined` if neither is there. */
export function givenPassphrase(context: Context, source: PassphraseSource): string | undefined {
  if (source.file !== undefined) {
    const text = Buffer.from(readFile(context, source.file, SMALL_FILE_BYTES_MAX)).toString("utf8");
    const line = text.split(/\r?\n/, 1)[0] ?? "";
    if (line === "") {
      throw failure(`The first line of ${shown(source.file)} is empty.`, "Put the passphrase there.");
    }
    return line;
  }
  const value = context.env[PASSPHRASE_VARIABLE];
  return value === "" ? undefined : value;
}

/**
 * The private key of a PEM file; warns if others than its owner may read it.
 * Refuses (failure): no PEM, a public key, a wrong or missing passphrase, any other algorithm than Ed25519.
 */
export async function readPrivateKey(
  context: Context,
  output: Output,
  path: string,
  source: PassphraseSource,
): Promise<KeyObject> {
  const file = readPem(context, path);
  if (!file.label.endsWith("PRIVATE KEY")) {
    throw failure(
      `${shown(path)} holds no private key (it is a ${shown(file.label)}), so nothing can be signed with it.`,
      "Name the private key, or sign elsewhere with --vector-to-sign and --fix-sig.",
    );
  }
  if (isReadableByOthers(context, path)) {
    output.warning(`${shown(path)} can be read by other users of this machine. Run: chmod 600 ${shown(path)}`);
  }
  const encrypted = isEncrypted(file);
  const passphrase = encrypted ? await neededPassphrase(context, path, source) : undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey(passphrase === undefined ? file.pem : { key: file.pem, passphrase });
  } catch {
    throw encrypted
      ? failure(`${shown(path)} cannot be opened with this passphrase.`, "Check the passphrase and where it came from.")
      : unreadable(path);
  }
  return ed25519Only(key, path);
}

/** The passphrase of a file that needs one. Refuses (failure) if there is none. */
export async function neededPassphrase(context: Context, path: string, source: PassphraseSource): Promise<string> {
  const passphrase =
    givenPassphrase(context, source) ?? (await context.askSecret(`Passphrase for ${shown(path)}: `)) ?? "";
  if (passphrase === "") {
    throw failure(
      `${shown(path)} is protected by a passphrase, and none was given.`,
      `Use --passphrase-file, set ${PASSPHRASE_VARIABLE}, or run this in a terminal.`,
    );
  }
  return passphrase;
}

/**
 * The public key of a PEM file that holds a public key or an unencrypted private one.
 * Refuses (failure) as `readPrivateKey` does; of an encrypted private key it says how to export the public one.
 */
export function readPublicKey(context: Context, path: string): KeyObject {
  const file = readPem(context, path);
  if (isEncrypted(file)) {
    throw failure(
      `${shown(path)} is a private key under a passphrase; here a public key is enough.`,
      `Export it with: trialboot keys public ${shown(path)} -o PUBLIC.pem`,
    );
  }
  if (!file.label.endsWith("PUBLIC KEY") && !file.label.endsWith("PRIVATE KEY")) {
    throw failure(`${shown(path)} holds no key (it is a ${shown(file.label)}).`, "Name a public key in PEM form.");
  }
  let key: KeyObject;
  try {
    key = createPublicKey(file.pem);
  } catch {
    throw unreadable(path);
  }
  return ed25519Only(key, path);
}

/** Whether the file holds a private key, under a passphrase or not. */
export function holdsPrivateKey(context: Context, path: string): boolean {
  return readPem(context, path).label.endsWith("PRIVATE KEY");
}

interface PemFile {
  readonly pem: string;
  readonly label: string;
}

function readPem(context: Context, path: string): PemFile {
  const pem = Buffer.from(readFile(context, path, SMALL_FILE_BYTES_MAX)).toString("latin1");
  const label = PEM_LABEL.exec(pem)?.[1];
  if (label === undefined) {
    throw failure(
      `${shown(path)} is not a key file in PEM form (a text that starts with -----BEGIN).`,
      "Make a key with: trialboot keys new -o key.pem",
    );
  }
  return { pem, label };
}

function isEncrypted(file: PemFile): boolean {
  return file.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(file.pem);
}

function unreadable(path: string): ToolError {
  return failure(`The key in ${shown(path)} is damaged or of an unknown kind.`, "Get the file again from its owner.");
}

function ed25519Only(key: KeyObject, path: string): KeyObject {
  if (key.asymmetricKeyType !== "ed25519") {
    throw failure(
      `${shown(path)} is a key for ${key.asymmetricKeyType ?? "another algorithm"}; boards take Ed25519 only.`,
      "Make one with: trialboot keys new -o key.pem",
    );
  }
  return key;
}
