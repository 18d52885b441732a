/** `trialboot verify`: what a board would say of an image, by the board's own code. */

import { type ImagePolicy, type ImageVerdict } from "../../core/image/image";
import { readHeader } from "../../core/image/header";
import { verifyImage } from "../../core/image/reader";
import { SignaturePolicy } from "../../core/image/signatures";
import { trailerStart } from "../../core/image/trailer";
import { formatVersion } from "../../core/image/version";
import { TRUSTED_KEYS_MAX } from "../../core/limits";
import { Reason } from "../../core/reasons";
import { type Arguments, type CommandLine, helpText, integerOf, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { classIdOf, uuidText, vendorIdOf } from "../device-ids";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { bytesAsSource, createHostHash } from "../host-hash";
import { createHostVerifier } from "../host-verifier";
import { type ImageFile, readImageFile } from "../image-file";
import { readAnyPublicKey } from "../keys/any-public-key";
import { hexText, type Output } from "../output";
import { reasonExitCode, reasonText } from "../reason-text";
import { beginVerb } from "../verb";

/** Larger than any slot of a board in boards/: the bound where no slot size is given. */
export const SLOT_BYTES_DEFAULT = 16 * 1024 * 1024;
/** No slot is smaller than its own trailer and an image header. */
export const SLOT_BYTES_MIN = 1024;
const U32_MAX = 0xffffffff;

const LINE: CommandLine = {
  name: "trialboot verify",
  summary:
    "Checks an image (.bin, or Intel HEX by the name .hex) by the rules of a board: structure, digest, signature, " +
    "and what the flags add. The exit code says why an image is refused.",
  positionals: ["IMAGE"],
  flags: [
    { name: "key", short: "k", value: "PUBLIC.pem", multiple: true, help: "A key that the board trusts" },
    {
      name: "policy",
      value: "WHICH",
      choices: ["any", "all"],
      help: "Of the schemes that there are keys for: one is enough (default), or each must have signed",
    },
    { name: "slot-size", short: "S", value: "BYTES", help: "Size of the board's slot, which the image must fit in" },
    { name: "slot-address", value: "ADDRESS", help: "Address of the slot; for images signed with --rom-fixed" },
    { name: "counter-floor", value: "N", help: "Demand a security counter of at least N" },
    { name: "vid", value: "UUID|DOMAIN", help: "Demand this vendor" },
    { name: "cid", value: "UUID|NAME", help: "Demand this device class" },
  ],
  remarks: [
    "Exit codes: 0 accepted, 20 signature or digest, 22 security counter, 23 wrong board, 24 malformed or a feature " +
      "that boards do not have, 1 a file cannot be used, 2 wrong command line.",
  ],
};

function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return Promise.resolve(ExitCode.Ok);
  }
  const { args, output } = begun;
  const demands = readDemands(args, context);
  const path = args.positionals[0] ?? "";
  const file = readImageFile(context, path);
  const policy = policyFor(demands, file);
  const verdict = verifyImage(bytesAsSource(file.bytes), policy, createHostHash(), createHostVerifier());
  output.jsonValue(jsonOf(verdict, path, demands, policy));
  if (verdict.reason === Reason.None) {
    output.summary(acceptedText(verdict, output, path));
    if (demands.counterFloor === undefined && verdict.image?.securityCounter === undefined) {
      output.note("the image has no security counter, which boards demand; --counter-floor checks it.");
    }
  } else {
    const text = reasonText(verdict.reason);
    output.summary(`${output.style("red", "refused")}  ${shown(path)} (${text.name})`);
    output.error(text.sentence, text.next);
  }
  return Promise.resolve(reasonExitCode(verdict.reason));
}

/** What the command line demands of the image. */
interface Demands {
  readonly keys: ImagePolicy["trustedKeys"];
  readonly signaturePolicy: SignaturePolicy;
  readonly slotSizeBytes: number | undefined;
  readonly slotAddress: number | undefined;
  readonly counterFloor: number | undefined;
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
}

function readDemands(args: Arguments, context: Context): Demands {
  const paths = args.texts("key");
  if (paths.length === 0) {
    throw usageError(
      "verify needs the public key that the board trusts.",
      "Add --key PUBLIC.pem; trialboot info looks at an image without a key.",
    );
  }
  if (paths.length > TRUSTED_KEYS_MAX) {
    throw usageError(`A board trusts ${TRUSTED_KEYS_MAX} keys at most, not ${paths.length}.`, "Give fewer --key.");
  }
  const numberOf = (name: string, min: number): number | undefined => {
    const text = args.text(name);
    return text === undefined ? undefined : integerOf(text, name, min, U32_MAX);
  };
  const vendorText = args.text("vid");
  const classText = args.text("cid");
  const vendorId = vendorText === undefined ? undefined : vendorIdOf(vendorText);
  return {
    slotSizeBytes: numberOf("slot-size", SLOT_BYTES_MIN),
    slotAddress: numberOf("slot-address", 0),
    counterFloor: numberOf("counter-floor", 0),
    signaturePolicy: args.text("policy") === "all" ? SignaturePolicy.All : SignaturePolicy.Any,
    vendorId,
    classId: classText === undefined ? undefined : classIdOf(classText, vendorId),
    keys: paths.map((path) => readAnyPublicKey(context, path).trusted),
  };
}

function policyFor(demands: Demands, file: ImageFile): ImagePolicy {
  const maxSizeBytes =
    demands.slotSizeBytes === undefined ? SLOT_BYTES_DEFAULT : trailerStart(demands.slotSizeBytes);
  return {
    maxSizeBytes,
    slotAddress: demands.slotAddress ?? addressOfItsOwn(file.bytes, maxSizeBytes),
    trustedKeys: demands.keys,
    signaturePolicy: demands.signaturePolicy,
    counterFloor: demands.counterFloor,
    vendorId: demands.vendorId,
    classId: demands.classId,
  };
}

/** Without --slot-address nothing is demanded, so the address that the image asks for will do. */
function addressOfItsOwn(bytes: Uint8Array, maxSizeBytes: number): number {
  return readHeader(bytesAsSource(bytes), maxSizeBytes).header?.loadAddress ?? 0;
}

function acceptedText(verdict: ImageVerdict, output: Output, path: string): string {
  const image = verdict.image;
  if (image === undefined) {
    return "";
  }
  const counter = image.securityCounter === undefined ? "none" : String(image.securityCounter);
  return [
    `${output.style("green", "accepted")} ${shown(path)}`,
    `version           ${formatVersion(image.header.version)}`,
    `security counter  ${counter}`,
    `digest            ${hexText(image.digest)}`,
    `size              ${image.totalSizeBytes} bytes`,
  ].join("\n");
}

function jsonOf(verdict: ImageVerdict, path: string, demands: Demands, policy: ImagePolicy): unknown {
  const text = reasonText(verdict.reason);
  const image = verdict.image;
  return {
    ok: verdict.reason === Reason.None,
    exitCode: reasonExitCode(verdict.reason),
    file: path,
    reason: text.name,
    sentence: text.sentence,
    next: text.next,
    checked: {
      maxSizeBytes: policy.maxSizeBytes,
      slotSizeGiven: demands.slotSizeBytes !== undefined,
      slotAddress: demands.slotAddress ?? null,
      counterFloor: demands.counterFloor ?? null,
      vendorId: demands.vendorId === undefined ? null : uuidText(demands.vendorId),
      classId: demands.classId === undefined ? null : uuidText(demands.classId),
      policy: demands.signaturePolicy === SignaturePolicy.All ? "all" : "any",
      keyHashes: demands.keys.map((key) => hexText(key.keyHash)),
    },
    image:
      image === undefined
        ? null
        : {
            version: formatVersion(image.header.version),
            digest: hexText(image.digest),
            totalSizeBytes: image.totalSizeBytes,
            securityCounter: image.securityCounter ?? null,
            vendorId: image.vendorId === undefined ? null : uuidText(image.vendorId),
            classId: image.classId === undefined ? null : uuidText(image.classId),
            dependencies: image.dependencies.map((dependency) => ({
              imageId: dependency.imageId,
              version: formatVersion(dependency.version),
            })),
          },
  };
}

export const verifyCommand: Command = {
  name: "verify",
  summary: "check an image by the rules of a board",
  usage: helpText(LINE),
  run,
};
