/** Where a build writes, and how large what it wrote is. */

import { mkdirSync } from "node:fs";
import path from "node:path";
import { parse } from "acorn";
import { appendSignature, buildImage } from "../../core/image/writer";
import { IMAGE_HEADER_BYTES } from "../../core/limits";
import { trailerStart } from "../../core/image/trailer";
import { shown } from "../arguments";
import { walk } from "../build/syntax-tree";
import type { Context } from "../context";
import { failure, systemSentence, usageError } from "../errors";
import { isSameFile, resolvePath } from "../files";
import { requiredModule } from "./calls";
import { isAnyFunction } from "./scopes";

export interface Outputs {
  readonly payload: string;
  /** undefined where nothing signs. */
  readonly image: string | undefined;
}

const PAYLOAD_END = ".payload.js";

/**
 * Refuses (usage) an output that is one of the inputs, (failure) a folder that cannot be made.
 *
 * @param wanted what the command line or the project file names; undefined: build/ and the source's name
 */
export function chooseOutputs(
  context: Context,
  source: string,
  wanted: string | undefined,
  isSigned: boolean,
  inputs: readonly string[],
): Outputs {
  const { name } = path.parse(source);
  const named = wanted ?? path.join("build", isSigned ? `${name}.bin` : `${name}${PAYLOAD_END}`);
  const { dir, name: stem } = path.parse(named);
  const outputs: Outputs = isSigned
    ? { image: named, payload: path.join(dir, `${stem}${PAYLOAD_END}`) }
    : { image: undefined, payload: named };
  for (const output of [outputs.payload, ...(outputs.image === undefined ? [] : [outputs.image])]) {
    const input = inputs.find((candidate) => isSameFile(context, candidate, output));
    if (input !== undefined) {
      throw usageError(`${shown(output)} is also ${shown(input)}, which would be overwritten.`, "Name another file.");
    }
  }
  try {
    mkdirSync(path.dirname(resolvePath(context, named)), { recursive: true });
  } catch (error) {
    const folder = shown(path.dirname(named));
    throw failure(`The folder ${folder} cannot be made: ${systemSentence(error)}.`, "Name another file.");
  }
  return outputs;
}

const KEY_HASH_BYTES = 32;
const DIGEST_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Bytes of an image with this payload, signed with Ed25519 and with a security counter. */
export function imageBytesOf(payloadBytes: number): number {
  const { bytes = new Uint8Array(0) } = buildImage(new Uint8Array(payloadBytes), {
    version: { major: 1, minor: 0, revision: 0, build: 0 },
    headerSizeBytes: IMAGE_HEADER_BYTES,
    padHeader: true,
    erasedValue: 0xff,
    loadAddress: undefined,
    romFixedAddress: undefined,
    nonBootable: false,
    securityCounter: 1,
    bootRecord: undefined,
    dependencies: [],
    vendorId: undefined,
    classId: undefined,
    customTlvs: [],
  });
  const digest = new Uint8Array(DIGEST_BYTES);
  return appendSignature(bytes, digest, new Uint8Array(KEY_HASH_BYTES), new Uint8Array(SIGNATURE_BYTES)).length;
}

/** Bytes that images of a slot may have. */
export function slotRoomBytes(slotBytes: number): number {
  return trailerStart(slotBytes);
}

/** Measured on Espruino 2v29.277: forty small functions, evaluated from flash as one application, take 399. */
const VARIABLES_PER_FUNCTION = 10;
/** Measured in the same way: what an application's Storage takes once it is asked for. */
const STORAGE_VARIABLES = 420;

export interface MemoryHint {
  readonly functions: number;
  readonly variables: number;
}

/** How many variables the payload's functions, and Storage, take while it runs; its data come on top. */
export function memoryHintOf(payload: string): MemoryHint {
  let functions = 0;
  let usesStorage = false;
  walk(parse(payload, { ecmaVersion: "latest", sourceType: "script" }), (node) => {
    functions += isAnyFunction(node) ? 1 : 0;
    usesStorage ||= requiredModule(node) === "Storage";
  });
  return { functions, variables: functions * VARIABLES_PER_FUNCTION + (usesStorage ? STORAGE_VARIABLES : 0) };
}
