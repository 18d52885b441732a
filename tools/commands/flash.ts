/** `trialboot flash`: bootloader, keys and first image onto a board, or into a factory image. */

import { helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { createHostVerifier } from "../host-verifier";
import type { Output } from "../output";
import { boardFiles, type BoardFiles } from "../provision/board-files";
import { flashBoard, type FlashTask } from "../provision/flash-board";
import type { BoardFacts } from "../provision/prepare";
import { provisioningSteps } from "../provision/provisioning-steps";
import { renewalSteps } from "../provision/keep-data";
import { newDeviceKey } from "../provision/units";
import { beginVerb } from "../verb";
import { reachOf } from "./console-reach";
import { confirmLoss } from "./device-options";
import { FLASH, type FlashOptions, readFlashOptions } from "./flash-options";
import { writeFactory } from "./flash-out";
import { progressReport, reportDryRun, reportStart } from "./flash-report";

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(FLASH, readArguments(FLASH, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const options = readFlashOptions(args, context);
  if (options.image !== undefined && options.image.leftOutBytes > 0) {
    output.note(`the ${options.image.leftOutBytes} bytes behind the image (padding, trailer) are left out.`);
  }
  if (args.has("out")) {
    return await writeFactory(args, context, output, options);
  }
  if (args.has("dry-run")) {
    const files = await makeFiles(options, args.text("interpreter"));
    reportDryRun(output, files, options.keepsData ? renewalSteps(files) : provisioningSteps(files));
    return ExitCode.Ok;
  }
  return await flashOne(context, output, options);
}

/** The files of one board, with a device key that exists nowhere else. */
function makeFiles(options: FlashOptions, interpreterVersion: string | undefined): Promise<BoardFiles> {
  return boardFiles(options.board, {
    keyStore: options.keyStore,
    technicians: options.technicians,
    image: options.image?.bytes,
    ...(options.keepsData ? {} : { deviceKey: newDeviceKey(), hostVerifier: createHostVerifier() }),
    baseFloor: options.baseFloor,
    isDevelopment: options.isDevelopment,
    ...(interpreterVersion === undefined ? {} : { interpreterVersion }),
  });
}

function whatIsThere(facts: BoardFacts): string {
  const files = facts.files === 1 ? "1 file" : `${facts.files} files`;
  const bootloader = facts.isProvisioned ? ", a bootloader of trialboot" : "";
  return facts.files === 0 ? "Its Storage is empty" : `Its Storage has ${files}${bootloader}`;
}

async function flashOne(context: Context, output: Output, options: FlashOptions): Promise<number> {
  try {
    return reportStart(output, options, await flashBoard(taskOf(context, output, options)));
  } catch (error) {
    if (context.stderrIsTerminal && !options.isCi) {
      // The message gets a line of its own.
      context.stderr("\r\u001b[K");
    }
    throw error;
  }
}

function taskOf(context: Context, output: Output, options: FlashOptions): FlashTask {
  const { board, keepsData, isDevelopment } = options;
  return {
    board,
    keepsData,
    isDevelopment,
    reach: reachOf(output, options.port),
    confirm: async (facts) => {
      output.note(`found Espruino ${shown(facts.version)} on ${shown(facts.board)}. ${whatIsThere(facts)}.`);
      const lost = keepsData
        ? "The bootloader is renewed; images, journal, device key and data stay."
        : "Everything in Storage and in the partitions is erased: applications, settings, journal, keys.";
      const closed = isDevelopment ? "" : " The console is closed: only recovery or the vendor's tool open it again.";
      await confirmLoss(context, options, lost + closed, "Go on?");
    },
    makeFiles: (version) => makeFiles(options, version),
    onProgress: progressReport(context, output, options.isCi),
    onWarning: (text) => output.warning(text),
  };
}

export const flashCommand: Command = {
  name: "flash",
  summary: "put bootloader, keys and a first image on a board, or into a factory image",
  usage: helpText(FLASH),
  run,
};
