/** `trialboot keys new`: an Ed25519 key pair in a file that only its owner may read. */

import { generateKeyPairSync } from "node:crypto";
import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createFile } from "../files";
import { encryptPrivateKey } from "../keys/encrypted-private-key";
import { givenPassphrase, PASSPHRASE_VARIABLE } from "../keys/key-file";
import { trustedKeyOf } from "../keys/public-key";
import { createOutput, hexText } from "../output";

export const KEYS_NEW: CommandLine = {
  name: "trialboot keys new",
  summary: "Makes an Ed25519 signing key and writes it to a new file (PKCS#8, PEM, mode 0600).",
  positionals: [],
  flags: [
    { name: "out", short: "o", value: "FILE", help: "Where to write the private key; must not exist yet" },
    { name: "passphrase", short: "p", help: "Ask for a passphrase that protects the file" },
    { name: "passphrase-file", value: "FILE", help: "Take the passphrase from the first line of a file" },
  ],
  remarks: [
    `A passphrase may also come from ${PASSPHRASE_VARIABLE}. Without one the file itself is the key: keep it on a ` +
      "machine or a token that only those who may sign can reach.",
    "The private key is never printed. Whoever holds it decides what your boards run; if it is lost, no update can " +
      "be made for them any more. Keep a copy in a safe place.",
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
  const output = createOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  const given = givenPassphrase(context, { file: args.text("passphrase-file") });
  const passphrase = given ?? (args.has("passphrase") ? await askNewPassphrase(context) : undefined);

  const pair = generateKeyPairSync("ed25519");
  const pem =
    passphrase === undefined
      ? pair.privateKey.export({ type: "pkcs8", format: "pem" })
      : encryptPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "der" }), passphrase);
  createFile(context, path, pem, 0o600);

  const keyHash = hexText(trustedKeyOf(pair.publicKey).keyHash);
  output.jsonValue({ ok: true, file: path, algorithm: "ed25519", encrypted: passphrase !== undefined, keyHash });
  output.summary(`Wrote ${shown(path)}\nKEYHASH ${keyHash}`);
  if (passphrase === undefined) {
    output.note("the key is not protected by a passphrase; --passphrase or --passphrase-file adds one.");
  }
  output.note(`export the public half for your boards with: trialboot keys public ${shown(path)} -o PUBLIC.pem`);
  return ExitCode.Ok;
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
