/** `trialboot build`: from an application's source to the payload of an image, and to the signed image. */

import { type Arguments, type CommandLine, helpText, shown } from "../arguments";
import { chooseOutputs, imageBytesOf, memoryHintOf, type Outputs, slotRoomBytes } from "../application/build-outputs";
import { loadCompiler } from "../application/compiler";
import { countsText, findingText } from "../application/finding-text";
import type { FileFinding } from "../application/inspect-script";
import { chooseProject, type ProjectChoice, readOptionalSource } from "../application/project-choice";
import { projectPath } from "../application/project-file";
import type { Command } from "../command";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { FILE_BYTES_MAX, readFile, writeFile } from "../files";
import type { Output } from "../output";
import { beginVerb } from "../verb";
import { signCommand } from "./sign";

const BUILD: CommandLine = {
  name: "trialboot build",
  summary:
    "Makes the payload of an image from TypeScript or from a script as Espruino runs it, checks it, and signs it if " +
    "a key is named.",
  positionals: ["SOURCE"],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/; default: that of the project file" },
    { name: "out", short: "o", value: "FILE", help: "The image, or without a key the payload; default: in build/" },
    { name: "sign", short: "k", value: "KEY.pem", help: "Sign with this private key" },
    { name: "version", short: "v", value: "VERSION", help: "Version of the image (major.minor.revision+build)" },
    { name: "security-counter", short: "s", value: "N", help: "Security counter, or auto: from the version" },
    { name: "passphrase-file", value: "FILE", help: "Take the key's passphrase from the first line of a file" },
    { name: "unsigned", help: "Make the payload only, whatever the project file says" },
    { name: "force", help: "Build although the check finds errors" },
    { name: "config", value: "FILE", help: "Project file; default: trialboot.json, if it is there" },
  ],
  remarks: [
    "The build makes a script one function and puts the runtime in front of it, which kicks the watchdog and " +
      "confirms an update that has run for five minutes without an uncaught error and with enough free memory. " +
      "minTrialMs, freeVariablesMin and checks in trialboot.json change that.",
    "TypeScript exports main(door) and starts the runtime itself: import { startRuntime } from " +
      "\"trialboot/firmware/runtime\".",
    "Beside an image FILE.bin its payload is left as FILE.payload.js, for trialboot sign and trialboot sim run.",
    "Exit codes: 0 built; 1 the check found errors, or the payload does not fit the board's slot; 2 wrong command " +
      "line; 24 the source does not compile.",
  ],
};

interface Signing {
  readonly key: string;
  readonly version: string;
  readonly counter: string;
  readonly passphraseFile: string | undefined;
}

function signingOf(args: Arguments, context: Context, { project, file }: ProjectChoice): Signing | undefined {
  const key = args.text("sign") ?? (args.has("unsigned") ? undefined : projectPath(context, file, project.key));
  if (key === undefined) {
    const stray = ["version", "security-counter", "passphrase-file"].find((name) => args.has(name));
    if (stray !== undefined) {
      throw usageError(`--${stray} is for a signed image, and no key is named.`, "Add --sign KEY.pem.");
    }
    return undefined;
  }
  if (args.has("sign") && args.has("unsigned")) {
    throw usageError("--sign and --unsigned contradict each other.", "Leave one of them out.");
  }
  const version = args.text("version") ?? project.version;
  if (version === undefined) {
    throw usageError("An image needs a version.", "Add --version 1.0.0, or \"version\" to trialboot.json.");
  }
  const counter = args.text("security-counter") ?? project.securityCounter?.toString();
  if (counter === undefined) {
    throw usageError(
      "An image needs a security counter: boards take no image with a lower one than the last that they confirmed.",
      "Add --security-counter 1, or \"securityCounter\" to trialboot.json, and raise it with security fixes.",
    );
  }
  return { key, version, counter, passphraseFile: args.text("passphrase-file") };
}

/** The verb sign does it, with what it asks and warns of. */
async function sign(context: Context, outputs: Outputs, signing: Signing, slotBytes: number): Promise<void> {
  const { key, version, counter, passphraseFile } = signing;
  const passphrase = passphraseFile === undefined ? [] : ["--passphrase-file", passphraseFile];
  await signCommand.run(
    [
      ...["--key", key, "--version", version, "--security-counter", counter, "--header-size", "32", "--pad-header"],
      ...["--slot-size", String(slotBytes), "--quiet", ...passphrase, "--"],
      ...[outputs.payload, outputs.image ?? ""],
    ],
    context,
  );
}

function tell(findings: readonly FileFinding[], context: Context, output: Output): void {
  for (const finding of findings.filter(({ severity }) => severity !== "note" || !output.quiet)) {
    context.stderr(findingText(finding, (_style, text) => text) + "\n");
  }
}

function requireFit(imageBytes: number, roomBytes: number, choice: ProjectChoice): void {
  if (imageBytes > roomBytes) {
    throw failure(
      `The image would have ${imageBytes} bytes; a slot of ${choice.board.name} holds ${roomBytes}.`,
      "Make the application smaller: leave out what it does not use, and keep large data in files.",
    );
  }
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(BUILD, readOptionalSource(BUILD, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const choice = chooseProject(args, context);
  const { source, board, engine, project, file } = choice;
  const signing = signingOf(args, context, choice);
  const named = projectPath(context, file, project.output);
  // What the project file names is an image; a payload on its own goes beside it.
  const wanted = args.text("out") ?? (signing === undefined ? named?.replace(/(\.\w+)?$/, ".payload.js") : named);
  const inputs = [source, ...(signing === undefined ? [] : [signing.key]), ...(file === undefined ? [] : [file])];
  const outputs = chooseOutputs(context, source, wanted, signing !== undefined, inputs);
  const { buildPayload } = await loadCompiler(() => import("../application/build-payload"));
  const built = await buildPayload(context, { source, engine, board: board.name, project, force: args.has("force") });
  tell(built.findings, context, output);
  if (built.text === undefined) {
    throw failure(`${shown(source)} was not built: ${countsText(built.findings)}.`, "Mend the errors, or add --force.");
  }
  const slotBytes = Math.min(board.partitions.slotA.sizeBytes, board.partitions.slotB.sizeBytes);
  const roomBytes = slotRoomBytes(slotBytes);
  requireFit(imageBytesOf(built.text.length), roomBytes, choice);
  writeFile(context, outputs.payload, built.text);
  if (signing !== undefined) {
    await sign(context, outputs, signing, slotBytes);
  }
  report(context, output, { choice, outputs, signing, payload: built.text, roomBytes, findings: built.findings });
  return ExitCode.Ok;
}

interface Result {
  readonly choice: ProjectChoice;
  readonly outputs: Outputs;
  readonly signing: Signing | undefined;
  readonly payload: string;
  readonly roomBytes: number;
  readonly findings: readonly FileFinding[];
}

function report(context: Context, output: Output, result: Result): void {
  const { choice, outputs, signing, payload, roomBytes, findings } = result;
  const { image } = outputs;
  const estimate = imageBytesOf(payload.length);
  const imageBytes = image === undefined ? estimate : readFile(context, image, FILE_BYTES_MAX).length;
  const leftBytes = roomBytes - imageBytes;
  const memory = memoryHintOf(payload);
  const number = (value: number): string => value.toLocaleString("en-US");
  const where = image === undefined ? "" : ` (${shown(outputs.payload)})`;
  const size = image === undefined ? `about ${number(imageBytes)} bytes when signed` : `${number(imageBytes)} bytes`;
  const by = signing === undefined ? "not signed" : `version ${signing.version}, signed with ${shown(signing.key)}`;
  output.summary(
    [
      `Wrote ${shown(image ?? outputs.payload)} for ${choice.board.name}: ${by}`,
      `payload    ${number(payload.length)} bytes${where}`,
      `image      ${size}; ${number(leftBytes)} bytes of the slot are left`,
      `memory     ${number(memory.functions)} functions, about ${number(memory.variables)} variables besides the data`,
      `check      ${countsText(findings)}`,
    ].join("\n"),
  );
  output.jsonValue({
    ok: true,
    board: choice.board.name,
    payload: outputs.payload,
    image: image ?? null,
    payloadBytes: payload.length,
    imageBytes,
    slotBytesLeft: leftBytes,
    ...memory,
    findings,
  });
}

export const buildCommand: Command = {
  name: "build",
  summary: "Makes the payload of an image from an application's source",
  usage: helpText(BUILD),
  run,
};
