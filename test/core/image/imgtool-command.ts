/** Reads the `imgtool sign` commands of the vector index, as far as our writer has the same features. */

import { createHash } from "node:crypto";

import type { Dependency } from "../../../core/image/image";
import type { PadOptions } from "../../../core/image/trailer-writer";
import { MAX_SECTORS_DEFAULT } from "../../../core/image/trailer-writer";
import { parseVersion } from "../../../core/image/version";
import type { ImageOptions, TlvValue } from "../../../core/image/writer";
import { automaticSecurityCounter } from "../../../core/image/writer";
import { readVectorFile, testKey } from "./mcuboot-vectors";

const NAMESPACE_DNS = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");

/** Options that ask for what is not built, or that write what a device refuses. */
const UNSUPPORTED = ["-E", "--compression", "--pure", "--sha", "--public-key-format", "-e"];

export interface SignCommand {
  /** `undefined`: unsigned. */
  readonly keyName: string | undefined;
  readonly payload: Uint8Array;
  readonly options: ImageOptions;
  readonly pad: PadOptions | undefined;
}

/** RFC 4122 section 4.3 with SHA-1. */
function uuid5(namespace: Uint8Array, name: string): Uint8Array {
  const uuid = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16);
  uuid[6] = (uuid[6] & 0x0f) | 0x50;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  return new Uint8Array(uuid);
}

function parseUuid(text: string | undefined, namespace: Uint8Array): Uint8Array | undefined {
  if (text === undefined) {
    return undefined;
  }
  const digits = text.replaceAll("-", "");
  return /^[0-9a-f]{32}$/i.test(digits) ? new Uint8Array(Buffer.from(digits, "hex")) : uuid5(namespace, text);
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(text.startsWith("0x") ? Buffer.from(text.slice(2), "hex") : Buffer.from(text));
}

function versionOf(text: string) {
  const version = parseVersion(text);
  if (version === undefined) {
    throw new Error(`version ${text}`);
  }
  return version;
}

function dependenciesOf(text: string | undefined): Dependency[] {
  return [...(text ?? "").matchAll(/\((\d+), ([^)]+)\)/g)].map((match) => ({
    imageId: Number(match[1]),
    version: versionOf(match[2]),
  }));
}

/** The CBOR that imgtool writes: software type, version, signer, digest name, measurement of zeros. */
function bootRecordOf(softwareType: string | undefined, version: string, keyName: string): Uint8Array | undefined {
  if (softwareType === undefined) {
    return undefined;
  }
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
  const bytes = (value: Uint8Array) => Buffer.concat([Buffer.from([0x58, value.length]), value]);
  return new Uint8Array(Buffer.concat([
    Buffer.from([0xa5, 1]), text(softwareType), Buffer.from([4]), text(version.split("+")[0]),
    Buffer.from([5]), bytes(testKey(keyName).keyHash), Buffer.from([6]), text("SHA256"),
    Buffer.from([2]), bytes(new Uint8Array(32)),
  ]));
}

interface Words {
  readonly values: Map<string, string>;
  readonly customTlvs: TlvValue[];
  readonly payload: string;
}

/** Splits at spaces outside of quotes and takes the options apart. */
function readWords(command: string): Words {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]).slice(2);
  const values = new Map<string, string>();
  const customTlvs: TlvValue[] = [];
  const flags = ["--pad-header", "--pad", "--confirm", "--test", "--overwrite-only", "--non-bootable"];
  let at = 0;
  while (words[at].startsWith("-")) {
    const name = words[at];
    if (flags.includes(name)) {
      values.set(name, "");
      at += 1;
    } else if (name === "--custom-tlv" || name === "--custom-tlv-file") {
      const value = name === "--custom-tlv" ? bytesOf(words[at + 2]) : readVectorFile(words[at + 2]);
      customTlvs.push({ type: Number(words[at + 1]), value });
      at += 3;
    } else {
      values.set(name, words[at + 1]);
      at += 2;
    }
  }
  return { values, customTlvs, payload: words[at] };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function padOf(values: Map<string, string>, erasedValue: number): PadOptions | undefined {
  if (!values.has("--pad") && !values.has("--confirm") && !values.has("--test")) {
    return undefined;
  }
  const align = Number(values.get("--align") ?? 1);
  return {
    layout: {
      slotSizeBytes: Number(values.get("-S")),
      align,
      maxAlign: Number(values.get("--max-align") ?? Math.max(8, align)),
      maxSectors: Number(values.get("-M") ?? MAX_SECTORS_DEFAULT),
      overwriteOnly: values.has("--overwrite-only"),
    },
    confirm: values.has("--confirm"),
    erasedValue,
  };
}

/** @returns `undefined` for commands that use features we do not have */
export function parseSignCommand(command: string): SignCommand | undefined {
  if (UNSUPPORTED.some((name) => command.split(" ").includes(name))) {
    return undefined;
  }
  const { values, customTlvs, payload } = readWords(command);
  const keyName = values.get("-k")?.match(/TEST-ONLY-(.*)\.private\.pem/)?.[1];
  const versionText = values.get("-v") ?? "0";
  const version = versionOf(versionText);
  const counter = values.get("-s");
  const erasedValue = Number(values.get("-R") ?? 0xff);
  const vendorId = parseUuid(values.get("--vid"), NAMESPACE_DNS);
  return {
    keyName,
    payload: readVectorFile(payload),
    options: {
      version,
      headerSizeBytes: Number(values.get("-H")),
      padHeader: values.has("--pad-header"),
      erasedValue,
      loadAddress: numberOf(values.get("-L")),
      romFixedAddress: numberOf(values.get("-F")),
      nonBootable: values.has("--non-bootable"),
      securityCounter: counter === "auto" ? automaticSecurityCounter(version) : numberOf(counter),
      bootRecord: bootRecordOf(values.get("--boot-record"), versionText, keyName ?? ""),
      dependencies: dependenciesOf(values.get("-d")),
      vendorId,
      classId: parseUuid(values.get("--cid"), vendorId ?? NAMESPACE_DNS),
      customTlvs,
    },
    pad: padOf(values, erasedValue),
  };
}
