/** Renewing the bootloader of a board that keeps its images, journal, device key and data. */

import { readProvisioning } from "../../core/boot/provisioning";
import { openJournal } from "../../core/journal/journal";
import { createMemoryFlash } from "../../hal/memory/flash";
import { STORAGE_HEADER_BYTES } from "../board/layout";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import { bytesAsSource, createHostHash } from "../host-hash";
import type { BoardFiles } from "./board-files";
import { BoardMemory, sumsOf } from "./board-memory";
import type { EspruinoConsole } from "./console";
import { FILE_NAMES } from "./file-names";
import { GUARD_FILE, provisioningSteps, STUB_FILE } from "./provisioning-steps";
import type { StorageFile } from "./storage-files";
import type { ProvisioningStep } from "./steps";
import { STORAGE_ALIGNMENT_BYTES } from "./storage-files";

const hash = createHostHash();

function notKeepable(sentence: string): ToolError {
  return new ToolError(
    ExitCode.DeviceRefused, sentence, "Nothing was changed. Without --keep-data all of the board is made anew.",
  );
}

/** Those of the new files that the board does not have yet. */
async function filesToWrite(memory: BoardMemory, files: BoardFiles): Promise<StorageFile[]> {
  const missing: StorageFile[] = [];
  for (const file of files.files) {
    const found = await memory.readFile(file.name);
    const wanted = sumsOf(file.bytes);
    const isSame = found?.sizeBytes === wanted.sizeBytes && found.crc32 === wanted.crc32 &&
      found.headCrc32 === wanted.headCrc32;
    if (!isSame) {
      missing.push(file);
    }
  }
  return missing;
}

/** Storage that files take, behind the old ones, which are only marked as deleted. */
function neededBytes(files: BoardFiles, missing: readonly StorageFile[]): number {
  const sizes = [...missing.map(({ bytes }) => bytes.length), files.stub.length, files.guard.length];
  return sizes.reduce((sum, size) => sum + size + STORAGE_HEADER_BYTES + STORAGE_ALIGNMENT_BYTES, 0);
}

/** The journal in these bytes of its partition; whether it can be used. */
export function openJournalBytes(files: BoardFiles, bytes: Uint8Array): ReturnType<typeof openJournal> {
  const { pageSizeBytes, writeUnitBytes } = files.board.flash;
  const shape = { name: "journal", addressBytes: 0, sizeBytes: bytes.length, pageSizeBytes, writeUnitBytes };
  const flash = createMemoryFlash(shape);
  flash.write(0, bytes);
  return openJournal(flash, hash);
}

/**
 * Looks whether what is to be kept is there, where the new bootloader would look for it, and whether the new files fit
 * without Storage being compacted: a power cut while it compacts costs all of it.
 *
 * Refuses (device) otherwise. Changes nothing.
 *
 * @returns names of the files that are to be written
 */
export async function checkKeepable(
  console: EspruinoConsole, files: BoardFiles, onWarning: (text: string) => void,
): Promise<string[]> {
  const { plan } = files;
  const memory = await BoardMemory.attach(console);
  const block = bytesAsSource(await memory.readFlash(plan.provisioningPlace.address, 64));
  const journal = await memory.readFlash(plan.journalPlace.address, plan.journalPlace.sizeBytes);
  if (!readProvisioning(block, hash).provisioned || !openJournalBytes(files, journal).usable) {
    throw notKeepable("There is no provisioning block with a journal where this bootloader would look for them.");
  }
  // A configuration that was broken off says nothing: the attempt that wrote it has looked at the one before.
  const places =
    "(function(t){try{t=eval(t).plan;return [t.slotPlaces,t.journalPlace,t.provisioningPlace,t.dataPlace]}" +
    "catch(e){return 0}})";
  const found = await console.evaluate(`${places}($tS.read("${FILE_NAMES.config}"))`);
  const wanted = [plan.slotPlaces, plan.journalPlace, plan.provisioningPlace, plan.dataPlace];
  if (Array.isArray(found) && JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw notKeepable("The board's partitions lie elsewhere than those of the new bootloader.");
  }
  const free = Number(await console.evaluate("$tS.getStats().freeBytes"));
  const missing = await filesToWrite(memory, files);
  const needed = neededBytes(files, missing);
  if (!(free >= needed)) {
    throw notKeepable(
      `The new files need ${needed} bytes of Storage that were never used, and ${free} are left; ` +
        "compacting Storage is no way, since a power cut would cost all of it.",
    );
  }
  if (missing.some(({ name }) => name === FILE_NAMES.keys)) {
    onWarning("the board trusted other keys: it starts its image only if one of the new keys signed it.");
  }
  return missing.map(({ name }) => name);
}

/**
 * The steps that write these files of the bootloader and both boot files, and nothing else. All files are read back.
 *
 * @param names see `checkKeepable`; default: all
 */
export function renewalSteps(
  files: BoardFiles, names: readonly string[] = files.files.map(({ name }) => name),
): ProvisioningStep[] {
  return provisioningSteps({ ...files, flash: [] }).filter((step) => {
    const isWanted = step.kind !== "write-file" || [...names, STUB_FILE, GUARD_FILE].includes(step.name);
    return isWanted && step.kind !== "erase-storage" && step.kind !== "erase-page";
  });
}
