/** `trialboot keys public`: the half of a key that boards and verifiers get. */

import { createPublicKey } from "node:crypto";
import { type CommandLine, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createFile } from "../files";
import { holdsLmsPrivateKey, readAnyPublicKey } from "../keys/any-public-key";
import { holdsPrivateKey, readPrivateKey } from "../keys/key-file";
import {
  ed25519PublicKey,
  formatPublicKey,
  PUBLIC_KEY_FORMATS,
  type PublicKey,
  type PublicKeyFormat,
} from "../keys/public-key";
import { hexText, type Output } from "../output";
import { beginVerb } from "../verb";

export const KEYS_PUBLIC: CommandLine = {
  name: "trialboot keys public",
  summary: "Exports the public half of a key. KEY is a private or a public key, Ed25519 or LMS.",
  positionals: ["KEY"],
  flags: [
    { name: "out", short: "o", value: "FILE", help: "Write to a new file instead of stdout" },
    {
      name: "format",
      value: "FORMAT",
      choices: PUBLIC_KEY_FORMATS,
      help: "pem (default), der, raw (the key alone), c and js (source text), hash (KEYHASH in hexadecimal)",
    },
    { name: "passphrase-file", value: "FILE", help: "Take the passphrase of a private key from a file's first line" },
  ],
  remarks: ["KEYHASH, the SHA-256 of the public key in DER form, is what signed images carry to name their key."],
};

export async function exportPublicKey(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(KEYS_PUBLIC, readArguments(KEYS_PUBLIC, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const path = args.positionals[0] ?? "";
  const format = (args.text("format") ?? "pem") as PublicKeyFormat;
  const target = args.text("out");
  const isBinary = format === "der" || format === "raw";
  if (isBinary && target === undefined && context.stdoutIsTerminal && !output.json) {
    throw usageError(`A key in ${format} form is not text for a terminal.`, "Name a file with -o.");
  }

  const key = await publicHalf(context, output, path, args.text("passphrase-file"));
  const { algorithm, trusted } = key;
  const data = formatPublicKey(key, format);
  if (target !== undefined) {
    createFile(context, target, data);
  } else if (!output.json) {
    output.data(data);
  }
  output.jsonValue({
    ok: true,
    algorithm,
    ...(target === undefined ? {} : { file: target }),
    publicKey: hexText(trusted.publicKey),
    keyHash: hexText(trusted.keyHash),
  });
  if (format !== "hash" || target !== undefined) {
    output.note(`KEYHASH ${hexText(trusted.keyHash)}${target === undefined ? "" : `, written to ${shown(target)}`}`);
  }
  return ExitCode.Ok;
}

async function publicHalf(
  context: Context,
  output: Output,
  path: string,
  passphraseFile: string | undefined,
): Promise<PublicKey> {
  if (!holdsLmsPrivateKey(context, path) && holdsPrivateKey(context, path)) {
    const key = await readPrivateKey(context, output, path, { file: passphraseFile });
    return ed25519PublicKey(createPublicKey(key));
  }
  return readAnyPublicKey(context, path);
}
