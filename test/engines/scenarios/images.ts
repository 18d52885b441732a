/** The images that scenarios install, by name, and whom their boards trust. */

import { computeIdentity } from "../../../core/boot/identity";
import type { KeyStore } from "../../../core/boot/key-store";
import { createLmsTrustedKey } from "../../../core/crypto/lms-spki";
import { SignaturePolicy } from "../../../core/image/signatures";
import { parseVersion } from "../../../core/image/version";
import { appendDigest, appendSignature, buildImage } from "../../../core/image/writer";
import type { TrustedKey } from "../../../core/ports";
import { createHostHash } from "../../../tools/host-hash";
import { trustedKey } from "../../support/vectors";
import { quickSignature } from "../espruino/quick-verifier";
import type { BoardWishes } from "./scenario";
import { IMAGES, readYaml } from "./scenario";

interface ImageWishes {
  readonly version: string;
  /** Default: the major version. `none`: the image has no security counter. */
  readonly counter?: number | "none";
  /** A key of test/vectors; default sign-a. `none`: no signature. */
  readonly key?: string;
  /** Signed by the second scheme as well. */
  readonly second?: boolean;
  /** This version of the same image is needed. */
  readonly needs?: string;
  /** The last bit of the file, or of its payload, is turned over after it was signed. */
  readonly damaged?: "signature" | "payload";
  /** Blanks behind the application. */
  readonly ballast?: number;
  /** The file is cut after this many bytes, or filled with 0xFF up to as many, with `tail` (hex) as its last bytes. */
  readonly fileBytes?: number;
  readonly tail?: string;
}

const HASH = createHostHash();

/** The application: says what it is, and does what the file `task.js` says. Only Espruino evaluates it. */
const APPLICATION =
  '(function(door){var fs=require("fs"),i=door.info,v=i.version;' +
  'function say(text){fs.appendFileSync("log",text+"\\n")}' +
  'function hex(b){var t="";for(var k=0;k<b.length;k++)t+=(b[k]+256).toString(16).substr(1);return t}' +
  'say("start "+i.slot+" "+v.major+"."+v.minor+"."+v.revision+" "+(i.trial?"trial":"confirmed")+" "+hex(i.digest)+' +
  '" "+i.attemptsLeft+" "+i.securityFloor);eval(fs.readFileSync("task.js"))})';

/** A key of the second scheme. It only has the form of an LMS key: the quick verifier takes any bytes. */
function secondKey(): TrustedKey {
  const publicKey = new Uint8Array(56).fill(0x5c);
  publicKey.set([0, 0, 0, 10, 0, 0, 0, 7]);
  return createLmsTrustedKey(HASH, publicKey);
}

const SECOND_KEY = secondKey();
const SECOND_SIGNATURE_BYTES = 64;

function buildUnsigned(wishes: ImageWishes): Uint8Array {
  const { version, ballast = 0, counter = parseVersion(version)!.major } = wishes;
  const built = buildImage(new Uint8Array(Buffer.from(APPLICATION + " ".repeat(ballast))), {
    version: parseVersion(version)!,
    headerSizeBytes: 32,
    padHeader: true,
    erasedValue: 0xff,
    loadAddress: undefined,
    romFixedAddress: undefined,
    nonBootable: false,
    securityCounter: counter === "none" ? undefined : counter,
    bootRecord: undefined,
    dependencies: wishes.needs === undefined ? [] : [{ imageId: 0, version: parseVersion(wishes.needs)! }],
    vendorId: undefined,
    classId: undefined,
    customTlvs: [],
    ...(wishes.second === true
      ? { lmsKeys: [{ keyHash: SECOND_KEY.keyHash, signatureBytes: SECOND_SIGNATURE_BYTES }] }
      : {}),
  });
  if (built.bytes === undefined) {
    throw new Error(`image ${version} cannot be built: reason ${built.reason}`);
  }
  if (wishes.second === true) {
    const message = HASH.sha256(built.bytes.subarray(0, built.lmsMessageBytes));
    built.bytes.set(quickSignature(HASH, SECOND_KEY.publicKey, message), built.lmsOffsets[0]);
  }
  return built.bytes;
}

function buildWhole(wishes: ImageWishes): Uint8Array {
  const unsigned = buildUnsigned(wishes);
  const digest = HASH.sha256(unsigned);
  const keyName = wishes.key ?? "sign-a";
  if (keyName === "none") {
    return appendDigest(unsigned, digest);
  }
  const key = trustedKey(keyName);
  const image = appendSignature(unsigned, digest, key.keyHash, quickSignature(HASH, key.publicKey, digest));
  if (wishes.damaged === "signature") {
    // The quick signature is the first half of the 64 bytes.
    image[image.length - 64] ^= 1;
  } else if (wishes.damaged === "payload") {
    image[100] ^= 1;
  }
  return image;
}

export interface ScenarioImage {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** What of it is no filling: at its start, and at its end. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly version: string;
}

function scenarioImage(wishes: ImageWishes): ScenarioImage {
  const image = buildWhole(wishes);
  const sizeBytes = wishes.fileBytes ?? image.length;
  const head = image.subarray(0, sizeBytes);
  const tail = new Uint8Array(Buffer.from(wishes.tail ?? "", "hex"));
  const bytes = new Uint8Array(sizeBytes).fill(0xff);
  bytes.set(head);
  bytes.set(tail, sizeBytes - tail.length);
  return { bytes, head, tail, version: wishes.version };
}

let images: ReadonlyMap<string, ScenarioImage> | undefined;

/** @throws Error if images.yaml has no such image */
export function imageNamed(name: string): ScenarioImage {
  images ??= new Map(Object.entries(readYaml(IMAGES) as Record<string, ImageWishes>).map(
    ([each, wishes]) => [each, scenarioImage(wishes)],
  ));
  const image = images.get(name);
  if (image === undefined) {
    throw new Error(`${IMAGES} has no image ${name}`);
  }
  return image;
}

/** What a board trusts; `all` is for two schemes. */
export function keyStoreFor(wishes: BoardWishes): KeyStore {
  const isAll = wishes.policy === "all";
  return {
    trustedKeys: [trustedKey("sign-a"), trustedKey("sign-b"), ...(isAll ? [SECOND_KEY] : [])],
    signaturePolicy: isAll ? SignaturePolicy.All : SignaturePolicy.Any,
    baseTable: undefined,
  };
}

export function identityFor(wishes: BoardWishes): Uint8Array {
  return computeIdentity(HASH, "linux", keyStoreFor(wishes));
}
