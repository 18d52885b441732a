/**
 * The files that a board gets, for the simulator: compiled on the spot in a checkout; the installed command, which has
 * no compiler, brings the samples along.
 */

import { existsSync, readFileSync } from "node:fs";
import type { BootBundles } from "../sim/boot-chain";
import type { StoryPayloads } from "../sim/story";
import type * as bundles from "./build/bundle";
import type * as engines from "./build/engines";
import type * as targets from "./build/targets";
import { failure } from "./errors";

/** The sample applications of the stories, by the name of their file in firmware/samples. */
const STORY_SAMPLES = ["sensor-node", "sensor-node-hangs", "sensor-node-throws"] as const;
/** All that the simulator runs: beside them the one that is managed over a wire. */
export const SAMPLES = [...STORY_SAMPLES, "managed-node"] as const;

/** From tools/ in a checkout; there is no such file beside the installed command. */
const BUILD = new URL("./build/", import.meta.url);
/** From dist/ in an installed package. */
const BROUGHT_ALONG = new URL("./samples/", import.meta.url);

/** Not imported by name: the installed command must not need the compiler. */
async function load<T>(module: string): Promise<T> {
  return (await import(new URL(module, BUILD).href)) as T;
}

function isCheckout(): boolean {
  return existsSync(new URL("bundle.ts", BUILD));
}

/** Builds the target of this name, or another entry file in its place. */
async function build(engineName: string, targetName: string, entry?: string): Promise<string> {
  const { ENGINES } = await load<typeof engines>("engines.ts");
  const { COMMON_TARGETS } = await load<typeof targets>("targets.ts");
  const { buildBundle } = await load<typeof bundles>("bundle.ts");
  const engine = ENGINES[engineName];
  const target = COMMON_TARGETS.find(({ name }) => name === targetName);
  if (engine === undefined || target === undefined) {
    throw failure(`There is no build of ${targetName} for the engine ${engineName}.`, "Take another board.");
  }
  return await buildBundle({ ...target, entry: entry ?? target.entry }, engine);
}

/** The text of a sample application, as the payload of an image for a board with this engine. */
export async function sampleText(engineName: string, name: (typeof SAMPLES)[number]): Promise<string> {
  if (isCheckout()) {
    return await build(engineName, SAMPLES[0], `firmware/samples/${name}.ts`);
  }
  const file = new URL(`${engineName}/${name}.js`, BROUGHT_ALONG);
  if (!existsSync(file)) {
    throw failure(`This installation has no sample ${name} for ${engineName}.`, "Install trialboot again.");
  }
  return readFileSync(file, "latin1");
}

export async function samplePayloads(engineName: string): Promise<StoryPayloads> {
  const [good, hangs, throws] = (await Promise.all(STORY_SAMPLES.map((name) => sampleText(engineName, name)))).map(
    (text) => new Uint8Array(Buffer.from(text, "latin1")),
  );
  return { good, hangs, throws };
}

/** The bootloader's files as `make build` writes them. Refuses (failure) where there is no compiler. */
export async function bootBundles(engineName: string): Promise<BootBundles> {
  if (!isCheckout()) {
    throw failure("The installed command cannot build a bootloader.", "Run it from a checkout, or without --emitted.");
  }
  return {
    bootloader: await build(engineName, "bootloader"),
    service: await build(engineName, "service"),
  };
}
