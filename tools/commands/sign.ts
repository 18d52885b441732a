/** `trialboot sign`: from a payload to a signed image, at once or in two steps with the key elsewhere. */

import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readImage, verifyImage } from "../../core/image/reader";
import { trailerStart } from "../../core/image/trailer";
import { checkFits, padImage, trailerSizeBytes } from "../../core/image/trailer-writer";
import { formatVersion } from "../../core/image/version";
import { appendDigest, appendSignature, buildImage } from "../../core/image/writer";
import type { TrustedKey } from "../../core/ports";
import { Reason } from "../../core/reasons";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { type Arguments, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { failure, malformed, ToolError, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { isSameFile, readFile, SMALL_FILE_BYTES_MAX, writeFile } from "../files";
import { bytesAsSource, createHostHash } from "../host-hash";
import { type ImageFile, isHexName, readImageFile } from "../image-file";
import { readPrivateKey, readPublicKey } from "../keys/key-file";
import { trustedKeyOf } from "../keys/public-key";
import { createOutput, hexText, type Output } from "../output";
import { reasonExitCode, reasonText } from "../reason-text";
import { SIGN } from "./sign-flags";
import { readSignOptions, type SignOptions } from "./sign-options";
import { hexImage } from "./sign-hex";

const SIGNATURE_BYTES = 64;

/** Who signs: a key that is here, a signature that was made elsewhere, or nobody. */
interface Signer {
  readonly publicKey: KeyObject;
  readonly trusted: TrustedKey;
  /** The signature over the digest. */
  signatureOf(digest: Uint8Array): Uint8Array;
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(SIGN, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIGN) + "\n");
    return ExitCode.Ok;
  }
  const output = createOutput(context, { json: args.has("json"), quiet: args.has("quiet") });
  checkCombinations(args);
  const input = args.positionals[0] ?? "";
  const target = args.positionals[1] ?? "";
  protectInputs(args, context, target);
  const signer = await readSigner(args, context, output);
  const options = readSignOptions(args, context, signer?.trusted.keyHash);
  const file = readImageFile(context, input);
  const unsigned = assemble(file, options, input);
  const digest = createHostHash().sha256(unsigned);

  const vector = args.text("vector-to-sign");
  if (vector !== undefined) {
    writeFile(context, target, vector === "digest" ? digest : unsigned);
    output.summary(`Wrote ${shown(target)}: the ${vector === "digest" ? "digest" : "bytes"} to sign.`);
    output.jsonValue({ ok: true, file: target, vector, digest: hexText(digest) });
    return ExitCode.Ok;
  }
  const signature = signer?.signatureOf(digest);
  const image =
    signer === undefined || signature === undefined
      ? appendDigest(unsigned, digest)
      : appendSignature(unsigned, digest, signer.trusted.keyHash, signature);
  writeFile(context, target, render(image, options, file, target));
  const signatureTarget = args.text("sig-out");
  if (signatureTarget !== undefined && signature !== undefined) {
    writeFile(context, signatureTarget, Buffer.from(signature).toString("base64"));
  }
  warnOfRefusals(image, options, signer, output);
  report(output, target, image, options, digest, signer);
  return ExitCode.Ok;
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
  if (args.has("sig-out") && (args.has("vector-to-sign") || (!fixed && !args.has("key")))) {
    throw usageError("There is no signature for --sig-out.", "Add --key, or leave --sig-out out.");
  }
}

/** An output that is one of the inputs by mistake would destroy a key. */
function protectInputs(args: Arguments, context: Context, target: string): void {
  const inputs = ["key", "fix-sig", "fix-sig-pubkey", "passphrase-file"].flatMap((name) => args.texts(name));
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

/** Header, payload and protected TLVs: what is signed. */
function assemble(file: ImageFile, options: SignOptions, input: string): Uint8Array {
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
  return built.bytes;
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
function warnOfRefusals(image: Uint8Array, options: SignOptions, signer: Signer | undefined, output: Output): void {
  const policy = {
    maxSizeBytes: trailerStart(options.layout.slotSizeBytes),
    slotAddress: options.image.romFixedAddress ?? 0,
    trustedKeys: signer === undefined ? [] : [signer.trusted],
    counterFloor: undefined,
    vendorId: undefined,
    classId: undefined,
  };
  const source = bytesAsSource(image);
  const verdict =
    signer === undefined
      ? readImage(source, policy, createHostHash())
      : verifyImage(source, policy, createHostHash(), createTweetnaclVerifier());
  const reason = signer === undefined && verdict.reason === Reason.None ? Reason.Unsigned : verdict.reason;
  if (reason !== Reason.None) {
    const text = reasonText(reason);
    output.warning(`boards will refuse this image. ${text.sentence} ${text.next}`);
  }
  if (options.image.securityCounter === undefined) {
    output.note("the image has no security counter, which boards demand; give one with --security-counter.");
  }
}

function report(
  output: Output,
  target: string,
  image: Uint8Array,
  options: SignOptions,
  digest: Uint8Array,
  signer: Signer | undefined,
): void {
  const version = formatVersion(options.image.version);
  const keyHash = signer === undefined ? undefined : hexText(signer.trusted.keyHash);
  output.summary(
    [
      `Wrote ${shown(target)}`,
      `version           ${version}`,
      `security counter  ${options.image.securityCounter ?? "none"}`,
      `digest            ${hexText(digest)}`,
      `signed by         ${keyHash ?? "nobody"}`,
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
