/** `trialboot keys new`: a key pair, Ed25519 or LMS, in files that only their owner may read. */

import { generateKeyPairSync } from "node:crypto";
import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createFile } from "../files";
import { encryptPrivateKey } from "../keys/encrypted-private-key";
import { givenPassphrase, PASSPHRASE_VARIABLE } from "../keys/key-file";
import { lmsPublicKey, trustedKeyOf } from "../keys/public-key";
import { createLmsKey } from "../lms/new-key";
import { leavesOf, LMS_DEFAULT_NAME, LMS_PARAMETER_NAMES, parameterSetNamed } from "../lms/parameters";
import { createOutput, hexText, type Output } from "../output";

export const KEYS_NEW: CommandLine = {
  name: "trialboot keys new",
  summary: "Makes a signing key and writes it to a new file with mode 0600: Ed25519 (PKCS#8, PEM) or LMS.",
  positionals: [],
  flags: [
    { name: "out", short: "o", value: "FILE", help: "Where to write the private key; must not exist yet" },
    { name: "type", value: "TYPE", choices: ["ed25519", "lms"], help: "Kind of key; ed25519 unless given" },
    {
      name: "lms",
      value: "PARAMETERS",
      choices: LMS_PARAMETER_NAMES,
      help: `For --type lms: bytes of a hash, height of the tree, bits of a digit; ${LMS_DEFAULT_NAME} unless given`,
    },
    { name: "passphrase", short: "p", help: "Ask for a passphrase that protects the file" },
    { name: "passphrase-file", value: "FILE", help: "Take the passphrase from the first line of a file" },
  ],
  remarks: [
    `A passphrase may also come from ${PASSPHRASE_VARIABLE}. Without one the file itself is the key: keep it on a ` +
      "machine or a token that only those who may sign can reach.",
    "The private key is never printed. Whoever holds it decides what your boards run; if it is lost, no update can " +
      "be made for them any more. Keep a copy in a safe place.",
    "An LMS key signs 32 (H5), 1024 (H10) or 32768 (H15) times and keeps count in KEY.state beside it. It must never " +
      "sign from an old copy of these files: see docs/lms-keys.md before you back it up.",
  ],
};

export async function newKey(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(KEYS_NEW, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(KEYS_NEW) + "\n");
    return ExitCode.Ok;
  }
  const path = args.text("out");
  if (path === undefined) {
    throw usageError("keys new needs a file for the key.", "Write: trialboot keys new -o key.pem");
  }
  const isLms = args.text("type") === "lms";
  if (!isLms && args.has("lms")) {
    throw usageError("--lms is for LMS keys.", "Add --type lms.");
  }
  const output = createOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  const given = givenPassphrase(context, { file: args.text("passphrase-file") });
  const passphrase = given ?? (args.has("passphrase") ? await askNewPassphrase(context) : undefined);

  if (isLms) {
    return newLmsKey(context, output, path, args.text("lms") ?? LMS_DEFAULT_NAME, passphrase);
  }
  const pair = generateKeyPairSync("ed25519");
  const pem =
    passphrase === undefined
      ? pair.privateKey.export({ type: "pkcs8", format: "pem" })
      : encryptPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "der" }), passphrase);
  createFile(context, path, pem, 0o600);

  const keyHash = hexText(trustedKeyOf(pair.publicKey).keyHash);
  output.jsonValue({ ok: true, file: path, algorithm: "ed25519", encrypted: passphrase !== undefined, keyHash });
  output.summary(`Wrote ${shown(path)}\nKEYHASH ${keyHash}`);
  sayWhatNext(output, path, passphrase !== undefined);
  return ExitCode.Ok;
}

function newLmsKey(
  context: Context,
  output: Output,
  path: string,
  parameters: string,
  passphrase: string | undefined,
): number {
  const set = parameterSetNamed(parameters);
  if (set === undefined) {
    throw usageError(`There are no LMS parameters ${shown(parameters)}.`, "See trialboot keys new --help.");
  }
  const key = lmsPublicKey(createLmsKey(context, output, path, set, passphrase));
  const keyHash = hexText(key.trusted.keyHash);
  output.jsonValue({
    ok: true,
    file: path,
    algorithm: key.algorithm,
    parameters,
    signatures: leavesOf(set),
    encrypted: passphrase !== undefined,
    keyHash,
  });
  output.summary(`Wrote ${shown(path)}, ${shown(path)}.state and ${shown(path)}.tree\nKEYHASH ${keyHash}`);
  output.note(`${shown(path)} can sign ${leavesOf(set)} times; ${shown(path)}.state counts. Keep the two together.`);
  sayWhatNext(output, path, passphrase !== undefined);
  return ExitCode.Ok;
}

function sayWhatNext(output: Output, path: string, isEncrypted: boolean): void {
  if (!isEncrypted) {
    output.note("the key is not protected by a passphrase; --passphrase or --passphrase-file adds one.");
  }
  output.note(`export the public half for your boards with: trialboot keys public ${shown(path)} -o PUBLIC.pem`);
}

async function askNewPassphrase(context: Context): Promise<string> {
  const first = await context.askSecret("New passphrase: ");
  if (first === undefined) {
    throw failure(
      "There is no terminal to ask for a passphrase.",
      `Use --passphrase-file, or set ${PASSPHRASE_VARIABLE}.`,
    );
  }
  if (first === "") {
    throw failure("The passphrase is empty.", "Choose one, or leave --passphrase out.");
  }
  if ((await context.askSecret("The same again: ")) !== first) {
    throw failure("The two passphrases differ; no key was made.", "Try again.");
  }
  return first;
}
