/** `trialboot sign`: from a payload to a signed image, at once or in two steps with the key elsewhere. */

import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { createLmsTrustedKey } from "../../core/crypto/lms-spki";
import { readImage, verifyImage } from "../../core/image/reader";
import { trailerStart } from "../../core/image/trailer";
import { checkFits, padImage, trailerSizeBytes } from "../../core/image/trailer-writer";
import { formatVersion } from "../../core/image/version";
import { appendDigest, appendSignature, buildImage, type BuildResult } from "../../core/image/writer";
import type { TrustedKey } from "../../core/ports";
import { Reason } from "../../core/reasons";
import { type Arguments, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { failure, malformed, ToolError, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { isSameFile, readFile, SMALL_FILE_BYTES_MAX, writeFile } from "../files";
import { bytesAsSource, createHostHash } from "../host-hash";
import { createHostVerifier } from "../host-verifier";
import { type ImageFile, isHexName, readImageFile } from "../image-file";
import { readPrivateKey, readPublicKey } from "../keys/key-file";
import { trustedKeyOf } from "../keys/public-key";
import { type LmsSigner, openLmsSigner } from "../lms/signer";
import { hexText, type Output } from "../output";
import { reasonExitCode, reasonText } from "../reason-text";
import { beginVerb } from "../verb";
import { SIGN } from "./sign-flags";
import { readSignOptions, type SignOptions } from "./sign-options";
import { hexImage } from "./sign-hex";

const SIGNATURE_BYTES = 64;

/** An LMS key that is to sign, and its name in images. */
interface Lms {
  readonly signer: LmsSigner;
  readonly trusted: TrustedKey;
}

/** Who signs: a key that is here, a signature that was made elsewhere, or nobody. */
interface Signer {
  readonly publicKey: KeyObject;
  readonly trusted: TrustedKey;
  /** The signature over the digest. */
  signatureOf(digest: Uint8Array): Uint8Array;
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(SIGN, readArguments(SIGN, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  checkCombinations(args);
  const input = args.positionals[0] ?? "";
  const target = args.positionals[1] ?? "";
  protectInputs(args, context, target);
  const signer = await readSigner(args, context, output);
  const lms = await openLms(args, context, output);
  try {
    makeImage({ args, context, output, input, target, signer, lms });
  } finally {
    lms?.signer.close();
  }
  return ExitCode.Ok;
}

interface Task {
  readonly args: Arguments;
  readonly context: Context;
  readonly output: Output;
  readonly input: string;
  readonly target: string;
  readonly signer: Signer | undefined;
  readonly lms: Lms | undefined;
}

function makeImage(task: Task): void {
  const { args, context, output, input, target, signer, lms } = task;
  const options = readSignOptions(args, context, (signer ?? lms)?.trusted.keyHash);
  const file = readImageFile(context, input);
  const unsigned = assemble(file, withLms(options, lms), input);
  const vector = args.text("vector-to-sign");
  if (vector !== undefined) {
    const digest = createHostHash().sha256(unsigned.bytes);
    writeFile(context, target, vector === "digest" ? digest : unsigned.bytes);
    output.summary(`Wrote ${shown(target)}: the ${vector === "digest" ? "digest" : "bytes"} to sign.`);
    output.jsonValue({ ok: true, file: target, vector, digest: hexText(digest) });
    return;
  }
  if (lms !== undefined) {
    // Whatever can be refused is refused before a leaf is used up: the signatures' places have their size already.
    render(finish(unsigned.bytes, undefined).image, options, file, target);
    signWithLms(lms, unsigned);
  }
  const { image, digest, signature } = finish(unsigned.bytes, signer);
  writeFile(context, target, render(image, options, file, target));
  const signatureTarget = args.text("sig-out");
  if (signatureTarget !== undefined && signature !== undefined) {
    writeFile(context, signatureTarget, Buffer.from(signature).toString("base64"));
  }
  warnOfRefusals(image, options, trustedKeysOf(signer, lms), output);
  report(task, image, options, digest);
}

/** Digest and Ed25519 signature behind what they cover. */
function finish(
  unsigned: Uint8Array,
  signer: Signer | undefined,
): { image: Uint8Array; digest: Uint8Array; signature: Uint8Array | undefined } {
  const digest = createHostHash().sha256(unsigned);
  const signature = signer?.signatureOf(digest);
  const image =
    signer === undefined || signature === undefined
      ? appendDigest(unsigned, digest)
      : appendSignature(unsigned, digest, signer.trusted.keyHash, signature);
  return { image, digest, signature };
}

function withLms(options: SignOptions, lms: Lms | undefined): SignOptions {
  if (lms === undefined) {
    return options;
  }
  const lmsKeys = [{ keyHash: lms.trusted.keyHash, signatureBytes: lms.signer.signatureBytes }];
  return { ...options, image: { ...options.image, lmsKeys } };
}

function signWithLms(lms: Lms, unsigned: AssembledImage): void {
  const message = createHostHash().sha256(unsigned.bytes.subarray(0, unsigned.lmsMessageBytes));
  unsigned.bytes.set(lms.signer.sign(message), unsigned.lmsOffsets[0]);
}

function trustedKeysOf(signer: Signer | undefined, lms: Lms | undefined): TrustedKey[] {
  return [signer, lms].flatMap((each) => (each === undefined ? [] : [each.trusted]));
}

function checkCombinations(args: Arguments): void {
  const fixed = args.has("fix-sig");
  if (fixed && args.has("key")) {
    throw usageError("--key and --fix-sig contradict each other.", "Sign here with --key or elsewhere.");
  }
  if (fixed && !args.has("fix-sig-pubkey")) {
    throw usageError("--fix-sig needs the public key that it belongs to.", "Add --fix-sig-pubkey PUBLIC.pem.");
  }
  if (args.has("vector-to-sign")) {
    if (fixed) {
      throw usageError("--vector-to-sign and --fix-sig are two steps.", "Run sign once for each.");
    }
    if (isHexName(args.positionals[1] ?? "")) {
      throw usageError("What is to be signed is written as plain bytes.", "Name OUTPUT without .hex.");
    }
  }
  const lms = args.has("lms-key");
  if (lms && (fixed || args.has("vector-to-sign"))) {
    throw usageError(
      "--lms-key signs here, and each time with another leaf, so that the digest to be signed elsewhere would change.",
      "Sign with --lms-key and --key in one run.",
    );
  }
  if (!lms && (args.has("lms-passphrase-file") || args.has("break-lock"))) {
    throw usageError("There is no LMS key.", "Add --lms-key FILE.");
  }
  if (args.has("sig-out") && (args.has("vector-to-sign") || (!fixed && !args.has("key")))) {
    throw usageError("There is no signature for --sig-out.", "Add --key, or leave --sig-out out.");
  }
}

/** An output that is one of the inputs by mistake would destroy a key. */
function protectInputs(args: Arguments, context: Context, target: string): void {
  const lmsFiles = args.texts("lms-key").flatMap((path) => [path, `${path}.state`, `${path}.tree`]);
  const files = ["key", "fix-sig", "fix-sig-pubkey", "passphrase-file", "lms-passphrase-file"];
  const inputs = [...files.flatMap((name) => args.texts(name)), ...lmsFiles];
  const outputs = [target, ...args.texts("sig-out")];
  for (const output of outputs) {
    const input = inputs.find((candidate) => isSameFile(context, candidate, output));
    if (input !== undefined) {
      throw usageError(`${shown(output)} is also ${shown(input)}, which would be overwritten.`, "Name another file.");
    }
  }
  const signatureTarget = args.text("sig-out");
  if (signatureTarget !== undefined && isSameFile(context, signatureTarget, args.positionals[0] ?? "")) {
    throw usageError(`${shown(signatureTarget)} is INPUT, which would be overwritten.`, "Name another file.");
  }
}

async function readSigner(args: Arguments, context: Context, output: Output): Promise<Signer | undefined> {
  const keyPath = args.text("key");
  if (keyPath !== undefined) {
    const key = await readPrivateKey(context, output, keyPath, { file: args.text("passphrase-file") });
    const publicKey = createPublicKey(key);
    return {
      publicKey,
      trusted: trustedKeyOf(publicKey),
      signatureOf: (digest) => new Uint8Array(sign(null, digest, key)),
    };
  }
  const publicPath = args.text("fix-sig-pubkey");
  if (publicPath === undefined) {
    return undefined;
  }
  const publicKey = readPublicKey(context, publicPath);
  const signaturePath = args.text("fix-sig");
  return {
    publicKey,
    trusted: trustedKeyOf(publicKey),
    signatureOf: (digest) => {
      // Without --fix-sig the key only takes part in the first step, for the boot record.
      if (signaturePath === undefined) {
        throw usageError("--fix-sig-pubkey needs --fix-sig.", "Add --fix-sig FILE, or --vector-to-sign digest.");
      }
      return readSignature(context, signaturePath, publicKey, digest);
    },
  };
}

async function openLms(args: Arguments, context: Context, output: Output): Promise<Lms | undefined> {
  const path = args.text("lms-key");
  if (path === undefined) {
    return undefined;
  }
  const source = { file: args.text("lms-passphrase-file") };
  const signer = await openLmsSigner(context, output, path, source, { breakLock: args.has("break-lock") });
  return { signer, trusted: createLmsTrustedKey(createHostHash(), signer.publicKey) };
}

/** A signature from elsewhere is checked here: a wrong one would only be noticed on the boards. */
function readSignature(context: Context, path: string, publicKey: KeyObject, digest: Uint8Array): Uint8Array {
  const bytes = readFile(context, path, SMALL_FILE_BYTES_MAX);
  const text = Buffer.from(bytes).toString("latin1").replace(/\s+/g, "");
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  const signature = bytes.length === SIGNATURE_BYTES || !isBase64 ? bytes : new Uint8Array(Buffer.from(text, "base64"));
  if (signature.length !== SIGNATURE_BYTES) {
    throw malformed(
      `${shown(path)} is not an Ed25519 signature.`,
      `It must hold ${SIGNATURE_BYTES} bytes, or their base64 text.`,
    );
  }
  if (!verify(null, digest, publicKey, signature)) {
    throw new ToolError(
      ExitCode.Authenticity,
      `The signature in ${shown(path)} does not belong to this image and this public key.`,
      "Use the same INPUT and flags as for --vector-to-sign, and sign the digest as it is, with plain Ed25519.",
    );
  }
  return signature;
}

type AssembledImage = BuildResult & { readonly bytes: Uint8Array };

/** Header, payload and protected TLVs: what is signed. */
function assemble(file: ImageFile, options: SignOptions, input: string): AssembledImage {
  const headerSizeBytes = options.image.headerSizeBytes;
  if (!options.image.padHeader) {
    const start = file.bytes.subarray(0, headerSizeBytes);
    if (start.length < headerSizeBytes || start.some((byte) => byte !== 0)) {
      throw malformed(
        `${shown(input)} does not begin with ${headerSizeBytes} zero bytes as room for the header.`,
        "Add --pad-header, which puts the header in front of it.",
      );
    }
  }
  if (file.bytes.length === (options.image.padHeader ? 0 : headerSizeBytes)) {
    throw malformed(`${shown(input)} has no payload.`, "Name the bundle that is to run on the board.");
  }
  const built = buildImage(file.bytes, options.image);
  if (built.bytes === undefined) {
    const text = reasonText(built.reason);
    throw usageError(`No image can be made with these flags. ${text.sentence}`, text.next);
  }
  return { ...built, bytes: built.bytes };
}

function render(image: Uint8Array, options: SignOptions, file: ImageFile, target: string): Uint8Array | string {
  if (checkFits(image.length, options.layout) !== Reason.None) {
    const trailerBytes = trailerSizeBytes(options.layout);
    throw failure(
      `The image (${image.length} bytes) and the trailer (${trailerBytes}) do not fit in a slot of ` +
        `${options.layout.slotSizeBytes} bytes.`,
      "Make the payload smaller, or give the size of the real slot.",
    );
  }
  if (isHexName(target)) {
    return hexImage(image, options, file.address);
  }
  if (!options.pad) {
    return image;
  }
  const padded = padImage(image, {
    layout: options.layout,
    confirm: options.confirm,
    erasedValue: options.image.erasedValue,
  });
  if (padded.bytes === undefined) {
    const text = reasonText(padded.reason);
    throw new ToolError(reasonExitCode(padded.reason), text.sentence, text.next);
  }
  return padded.bytes;
}

/** What imgtool writes without a word and boards refuse: the image is the one that was asked for, but say so. */
function warnOfRefusals(image: Uint8Array, options: SignOptions, keys: TrustedKey[], output: Output): void {
  const policy = {
    maxSizeBytes: trailerStart(options.layout.slotSizeBytes),
    slotAddress: options.image.romFixedAddress ?? 0,
    trustedKeys: keys,
    counterFloor: undefined,
    vendorId: undefined,
    classId: undefined,
  };
  const source = bytesAsSource(image);
  const verdict =
    keys.length === 0
      ? readImage(source, policy, createHostHash())
      : verifyImage(source, policy, createHostHash(), createHostVerifier());
  const reason = keys.length === 0 && verdict.reason === Reason.None ? Reason.Unsigned : verdict.reason;
  if (reason !== Reason.None) {
    const text = reasonText(reason);
    output.warning(`boards will refuse this image. ${text.sentence} ${text.next}`);
  }
  if (options.image.securityCounter === undefined) {
    output.note("the image has no security counter, which boards demand; give one with --security-counter.");
  }
}

function report(task: Task, image: Uint8Array, options: SignOptions, digest: Uint8Array): void {
  const { output, target, signer, lms } = task;
  const version = formatVersion(options.image.version);
  const keyHash = signer === undefined ? undefined : hexText(signer.trusted.keyHash);
  const lmsKeyHash = lms === undefined ? undefined : hexText(lms.trusted.keyHash);
  output.summary(
    [
      `Wrote ${shown(target)}`,
      `version           ${version}`,
      `security counter  ${options.image.securityCounter ?? "none"}`,
      `digest            ${hexText(digest)}`,
      ...(keyHash !== undefined || lmsKeyHash === undefined ? [`signed by         ${keyHash ?? "nobody"}`] : []),
      ...(lmsKeyHash === undefined ? [] : [`signed by (LMS)   ${lmsKeyHash}`]),
      `size              ${image.length} bytes${options.pad ? `, padded to ${options.layout.slotSizeBytes}` : ""}`,
    ].join("\n"),
  );
  output.jsonValue({
    ok: true,
    file: target,
    version,
    securityCounter: options.image.securityCounter ?? null,
    digest: hexText(digest),
    keyHash: keyHash ?? null,
    lmsKeyHash: lmsKeyHash ?? null,
    lmsSignaturesLeft: lms?.signer.remaining ?? null,
    imageSizeBytes: image.length,
    padded: options.pad,
  });
}

export const signCommand: Command = {
  name: "sign",
  summary: "make a signed image (flags of imgtool sign)",
  usage: helpText(SIGN),
  run,
};
