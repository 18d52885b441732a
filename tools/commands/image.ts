/** `trialboot image`: the images on a device, with the words of mcumgr. */

import { helpText, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import {
  confirmStored,
  eraseStored,
  IMAGE_CONFIRM,
  IMAGE_ERASE,
  IMAGE_ROLLBACK,
  IMAGE_TEST,
  rollBack,
  testStored,
} from "./image-change";
import { IMAGE_LIST, listImages } from "./image-list";
import { IMAGE_UPLOAD, uploadFile } from "./image-upload";

const VERBS: ReadonlyMap<string, Command["run"]> = new Map([
  ["list", listImages],
  ["upload", uploadFile],
  ["test", testStored],
  ["confirm", confirmStored],
  ["erase", eraseStored],
  ["rollback", rollBack],
]);
const LINES = [IMAGE_LIST, IMAGE_UPLOAD, IMAGE_TEST, IMAGE_CONFIRM, IMAGE_ERASE, IMAGE_ROLLBACK];
const USAGE = LINES.map(helpText).join("\n\n");

async function run(argv: readonly string[], context: Context): Promise<number> {
  const [first] = argv;
  if (first === "--help" || first === "-h") {
    context.stdout(USAGE + "\n");
    return ExitCode.Ok;
  }
  const names = [...VERBS.keys()].join(", ");
  if (first === undefined) {
    throw usageError(`image needs to know what to do: ${names}.`, "See trialboot image --help.");
  }
  const verb = VERBS.get(first);
  if (verb === undefined) {
    throw usageError(`image cannot do "${shown(first)}".`, `It can do: ${names}. See trialboot image --help.`);
  }
  return await verb(argv.slice(1), context);
}

export const imageCommand: Command = {
  name: "image",
  summary: "the images on a device: image list, upload, test, confirm, erase, rollback",
  usage: USAGE,
  run,
};
