/** `trialboot keys show`: what a key is, and how many signatures an LMS key has left. */

import { type CommandLine, readArguments, shown } from "../arguments";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { resolvePath } from "../files";
import { holdsLmsPrivateKey, readAnyPublicKey } from "../keys/any-public-key";
import type { PublicKey } from "../keys/public-key";
import { realDisk } from "../lms/disk";
import { isUnderPassphrase } from "../lms/key-file";
import { leavesOf, parameterSetOf } from "../lms/parameters";
import { readLmsKeyFile } from "../lms/signer";
import { lmsPathsOf, readMarks, refuseOldCopy } from "../lms/state";
import { hexText } from "../output";
import { beginVerb } from "../verb";

export const KEYS_SHOW: CommandLine = {
  name: "trialboot keys show",
  summary: "Shows what a key is, and how many signatures an LMS private key has left. Nothing secret is shown.",
  positionals: ["KEY"],
  flags: [],
  remarks: ["Of an Ed25519 private key under a passphrase, show the public half instead."],
};

type Facts = Readonly<Record<string, string | number | boolean>>;

export function showKey(argv: readonly string[], context: Context): number {
  const begun = beginVerb(KEYS_SHOW, readArguments(KEYS_SHOW, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const path = args.positionals[0] ?? "";
  const key = readAnyPublicKey(context, path);
  const facts: Facts = {
    algorithm: key.algorithm,
    ...parametersOf(key),
    ...(holdsLmsPrivateKey(context, path) ? stateOf(context, path) : {}),
    publicKey: hexText(key.trusted.publicKey),
    keyHash: hexText(key.trusted.keyHash),
  };
  output.jsonValue({ ok: true, file: path, ...facts });
  const rows = Object.entries(facts).map(([name, value]) => `${`${name}:`.padEnd(18)}${String(value)}`);
  output.summary([shown(path), ...rows].join("\n"));
  return ExitCode.Ok;
}

function parametersOf(key: PublicKey): Facts {
  const set = key.algorithm === "lms" ? parameterSetOf(key.trusted.publicKey) : undefined;
  return set === undefined ? {} : { parameters: set.name, signatures: leavesOf(set) };
}

/** Refuses (failure) as a signer would: no state, a damaged one, an old copy. */
function stateOf(context: Context, path: string): Facts {
  const file = readLmsKeyFile(context, path);
  const paths = lmsPathsOf(context, path, resolvePath(context, path), file.publicKey);
  const marks = readMarks(realDisk, paths, file);
  refuseOldCopy(paths, marks);
  return { remaining: leavesOf(file.set) - marks.nextLeaf, encrypted: isUnderPassphrase(file) };
}
