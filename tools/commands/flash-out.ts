/** `trialboot flash --out`: factory images and key pages. */

import { type Arguments, shown } from "../arguments";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { isSameFile, readFile, writeFile } from "../files";
import { createHostVerifier } from "../host-verifier";
import { hexNumber, type Output } from "../output";
import { boardFiles } from "../provision/board-files";
import { factoryFormOf, factoryImage, keyPage, PLACEHOLDER_KEY, withoutBlock } from "../provision/factory";
import { makeUnitPages } from "../provision/units";
import { readUnits } from "../provision/units-list";
import type { FlashOptions } from "./flash-options";

const UNITS_FILE_BYTES_MAX = 64 * 1024 * 1024;

const NO_KEY =
  "there is no device key inside. A board without one makes no seals: every start checks the signature, and a lost " +
  "journal falls back to the image with the highest security counter. --units makes a key page for each unit.";

/** Writes the image, and the key pages if there are units. */
export async function writeFactory(
  args: Arguments, context: Context, output: Output, options: FlashOptions,
): Promise<number> {
  const target = args.text("out") ?? "";
  const form = factoryFormOf(target);
  if (form === undefined) {
    throw usageError(`The name ${shown(target)} says no form.`, "Name a file that ends in .bin, .hex or .js.");
  }
  for (const input of [...args.texts("key"), ...args.texts("image"), ...args.texts("units")]) {
    if (isSameFile(context, input, target)) {
      throw usageError(`${shown(target)} is also ${shown(input)}, which would be overwritten.`, "Name another file.");
    }
  }
  const unitsPath = args.text("units");
  const units = unitsPath === undefined ? [] : readUnits(textOf(context, unitsPath), unitsPath);
  const interpreterVersion = args.text("interpreter");
  const files = withoutBlock(await boardFiles(options.board, {
    keyStore: options.keyStore,
    technicians: options.technicians,
    image: options.image?.bytes,
    deviceKey: PLACEHOLDER_KEY,
    hostVerifier: createHostVerifier(),
    baseFloor: options.baseFloor,
    isDevelopment: options.isDevelopment,
    ...(interpreterVersion === undefined ? {} : { interpreterVersion }),
  }));
  const image = factoryImage(files, form);
  writeFile(context, target, image.content);
  const pages = units.length === 0
    ? undefined
    : makeUnitPages(context, {
      board: options.board.name,
      units,
      baseFloor: options.baseFloor,
      folder: `${target}.units`,
      suffix: `.${form}`,
      render: (unit, block) => keyPage(files, unit, block, form),
    });
  const keyAddress = files.plan.provisioningPlace.address;
  output.summary([
    `Wrote ${shown(target)}`,
    `board             ${options.board.title}`,
    `interpreter       Espruino ${files.plan.interpreterVersion} (${files.plan.interpreterBoard}), flashed first`,
    `image             version ${options.image?.version ?? ""}, digest ${options.image?.digest ?? ""}`,
    `size              ${image.sizeBytes} bytes${image.address === undefined ? "" : ` at ${hexNumber(image.address)}`}`,
    ...(pages === undefined ? [] : [
      `key pages         ${pages.made} made, ${pages.skipped} made before: ${shown(target)}.units`,
      `log               ${shown(pages.log)}`,
      `each page         64 bytes at ${hexNumber(keyAddress)}, written after the image and before the first start`,
    ]),
  ].join("\n"));
  if (pages === undefined) {
    output.note(NO_KEY);
  } else {
    output.note("key pages are secret. Delete each once its unit has it; the log knows it as made.");
  }
  output.jsonValue({
    ok: true, file: target, board: options.board.name, interpreterVersion: files.plan.interpreterVersion,
    addressBytes: image.address ?? null, sizeBytes: image.sizeBytes, digest: options.image?.digest ?? null,
    units: pages === undefined ? null : { ...pages, addressBytes: keyAddress },
  });
  return ExitCode.Ok;
}

function textOf(context: Context, path: string): string {
  return Buffer.from(readFile(context, path, UNITS_FILE_BYTES_MAX)).toString("utf8");
}
