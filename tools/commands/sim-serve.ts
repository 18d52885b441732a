/** `trialboot sim serve`: a virtual board that clients of device management reach, in real time. */

import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Reason } from "../../core/reasons";
import { countText } from "../../sim/gateway";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { createSigningKey, signApplication } from "../../sim/provision";
import { controlOf, CONTROLS_HELP, cutAt } from "../../sim/serve/controls";
import { LiveBoard } from "../../sim/serve/live-board";
import { NoPseudoTerminal, openPseudoTerminal } from "../../sim/serve/pseudo-terminal";
import type { ServedBoard, ServedBoardSetting } from "../../sim/serve/served-board";
import { openDatagramServer, openSerialSocket } from "../../sim/serve/sockets";
import { type Arguments, type CommandLine, helpText, integerOf, readArguments, shown } from "../arguments";
import { type BoardFile, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure, systemCode, systemSentence, ToolError, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { FILE_BYTES_MAX, readFile, resolvePath, writeFile } from "../files";
import { createHostHash } from "../host-hash";
import { createHostVerifier } from "../host-verifier";
import { trustedKeysOf } from "../keys/trusted-keys";
import { printable } from "../output";
import { SMP_UDP_PORT } from "../ports/port-name";
import { reasonExitCode, reasonText } from "../reason-text";
import { sampleText } from "../sim-bundles";
import { readUserImage } from "../sim-image";

export const SIM_SERVE: CommandLine = {
  name: "trialboot sim serve",
  summary:
    "A virtual board in real time, which device-management clients reach as they would a real one: list, upload, " +
    "test, reset, trial, confirm, rollback, recovery. Runs until it is interrupted.",
  positionals: [],
  flags: [
    { name: "board", short: "b", value: "BOARD", help: "A board of boards/ (default: esp32)" },
    { name: "pty", help: "Its serial port as a pseudo terminal; prints the path" },
    { name: "tcp", value: "PORT", help: "Its serial port behind TCP (0: any free port)" },
    { name: "udp", value: "PORT", help: `Its network behind UDP; clients expect ${SMP_UDP_PORT} (0: any free port)` },
    { name: "image", short: "i", value: "FILE", help: "Its factory image: an application (.js) or a signed image" },
    { name: "key", short: "k", value: "PUBLIC.pem", multiple: true, help: "A key that the board trusts for images" },
    { name: "technician-key", value: "PUBLIC.pem", multiple: true, help: "A key that may log in" },
    { name: "flash", value: "FILE", help: "Keep the flash in this file from run to run" },
    { name: "recovery", help: "Start in recovery, as with the button held" },
    { name: "speed", value: "N", help: "Virtual seconds in a real one (default: 1)" },
    { name: "cut-at", value: "N", help: "Power fails inside the Nth flash operation, and comes back" },
    { name: "sample", value: "FILE.js", help: "Write the sample application there, to be signed and sent" },
  ],
  remarks: [
    "Without --image the board runs the sample application firmware/samples/managed-node.ts as version 1.0.0.",
    "Where it is reached stands on stdout, one line each; what happens to it on stderr.",
    `Lines on stdin: ${CONTROLS_HELP}.`,
    "Everything listens on this machine only. In recovery there is the serial port, and no network.",
    "Ctrl-C ends it. Exit codes: 0 interrupted, 1 a port or file could not be opened, 2 wrong command line, 20 to 24 " +
      "the image is refused.",
  ],
};

const FACTORY = { major: 1, minor: 0, revision: 0, build: 0 };
const PORT_MAX = 65_535;
const SPEED_MAX = 1000;
const OPERATIONS_MAX = 1e9;
const SAVE_INTERVAL_MS = 2000;
/** Signs what is not signed yet, the same in every run: it is no secret, and no real board trusts it. */
const SIMULATOR_KEY_NAME = "trialboot sim serve";

/** Somewhere that the board is reached. */
interface Place {
  readonly line: string;
  /** How `--port` names it. */
  readonly port: string;
  close(): void;
}

export async function serveBoard(argv: readonly string[], context: Context): Promise<number> {
  const args = readArguments(SIM_SERVE, argv);
  if (args.wantsHelp) {
    context.stdout(helpText(SIM_SERVE) + "\n");
    return ExitCode.Ok;
  }
  const [tcp, udp] = ["tcp", "udp"].map((name) => numberOf(args, name, 0, PORT_MAX));
  if (!args.has("pty") && tcp === undefined && udp === undefined) {
    throw usageError("sim serve needs to know where the board is reached.", "Add --pty, --tcp PORT or --udp PORT.");
  }
  const serving = new Serving(args, context, loadBoard(args.text("board") ?? "esp32"));
  return await serving.run(tcp, udp);
}

function numberOf(args: Arguments, name: string, min: number, max: number): number | undefined {
  const text = args.text(name);
  return text === undefined ? undefined : integerOf(text, name, min, max);
}

/** One run of the command. */
class Serving {
  private readonly live: LiveBoard;
  private readonly simulatorKey;
  private readonly hash = createHostHash();
  private readonly places: Place[] = [];
  private serialListeners: ((bytes: Uint8Array) => void)[] = [];
  private datagrams: Awaited<ReturnType<typeof openDatagramServer>> | undefined;
  private savedWrites = 0;
  private end: (error?: Error) => void = () => undefined;

  constructor(
    private readonly args: Arguments,
    private readonly context: Context,
    private readonly board: BoardFile,
  ) {
    const { hash } = this;
    this.simulatorKey = createSigningKey(hash, hash.sha256(new Uint8Array(Buffer.from(SIMULATOR_KEY_NAME))));
    const setting: ServedBoardSetting = {
      board,
      hash,
      verifier: createRememberingVerifier(createHostVerifier()),
      reasonName: (reason) => reasonText(reason).name,
      trustedKeys: [...trustedKeysOf(context, args.texts("key"), 1), this.simulatorKey.trusted],
      technicianKeys: trustedKeysOf(context, args.texts("technician-key")),
      hasNetwork: args.has("udp"),
    };
    this.live = new LiveBoard(setting, numberOf(args, "speed", 1, SPEED_MAX) ?? 1, {
      sent: (bytes) => this.serialListeners.forEach((send) => send(bytes)),
      sentDatagram: (bytes, peer) => this.datagrams?.send(bytes, peer),
      happened: (line, atUs) => this.tell(line, atUs),
      failed: (error) => this.end(error instanceof Error ? error : new Error("the simulator failed", { cause: error })),
    });
  }

  async run(tcp: number | undefined, udp: number | undefined): Promise<number> {
    const ended = new Promise<Error | undefined>((resolve) => (this.end = resolve));
    const interrupt = (): void => this.end();
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    const stopControls = this.listenToControls();
    const saving = setInterval(() => this.save(), SAVE_INTERVAL_MS);
    try {
      await this.fillFlash();
      await this.open(tcp, udp);
      this.ready();
      this.prepare(this.live.board);
      this.live.act();
      const error = await ended;
      if (error !== undefined) {
        throw error;
      }
    } finally {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      stopControls();
      clearInterval(saving);
      this.live.end();
      this.places.forEach((place) => place.close());
      this.save();
    }
    return ExitCode.Ok;
  }

  private async fillFlash(): Promise<void> {
    const { args, context, live } = this;
    const samplePath = args.text("sample");
    const imagePath = args.text("image");
    const kept = args.text("flash");
    const exists = kept !== undefined && existsSync(resolvePath(context, kept));
    const needsSample = samplePath !== undefined || (imagePath === undefined && !exists);
    const sample = needsSample ? await sampleText(this.board.engine.name, "managed-node") : "";
    if (samplePath !== undefined) {
      writeFile(context, samplePath, sample);
    }
    if (exists) {
      this.refuseBoth(imagePath, kept);
      this.restore(kept);
      return;
    }
    const image = imagePath === undefined ? this.sign(Buffer.from(sample, "latin1")) : this.readImage(imagePath);
    const { reason } = live.board.provision(image);
    if (reason !== Reason.None) {
      const { sentence, next } = reasonText(reason);
      const hint = reason === Reason.KeyUnknown ? "Name the key it is signed with: --key PUBLIC.pem." : next;
      const what = imagePath === undefined ? "the sample" : shown(imagePath);
      throw new ToolError(reasonExitCode(reason), `The board does not take ${what}. ${sentence}`, hint);
    }
  }

  private refuseBoth(imagePath: string | undefined, kept: string): void {
    if (imagePath !== undefined) {
      throw usageError(
        `${shown(kept)} holds a board that has left the factory, so --image means nothing.`,
        "Leave out --image, or take another file for --flash.",
      );
    }
  }

  private readImage(path: string): Uint8Array {
    const file = readUserImage(this.context, path);
    return file.signed ? file.bytes : this.sign(file.bytes);
  }

  private sign(payload: Uint8Array): Uint8Array {
    return signApplication({ payload, version: FACTORY, securityCounter: 1 }, this.simulatorKey, this.hash).bytes;
  }

  private restore(path: string): void {
    const bytes = readFile(this.context, path, FILE_BYTES_MAX);
    try {
      this.live.board.writeFlash(bytes);
    } catch (error) {
      const why = error instanceof RangeError ? error.message : systemSentence(error);
      throw failure(`${shown(path)} is of another board: ${why}.`, "Take another file, or name its --board.");
    }
  }

  /** Writes the flash if it has changed since the last time. */
  private save(): void {
    const path = this.args.text("flash");
    const { writes, erases } = this.live.board.machine.chip.counters;
    if (path !== undefined && writes + erases !== this.savedWrites) {
      this.savedWrites = writes + erases;
      writeFile(this.context, path, this.live.board.readFlash());
    }
  }

  private async open(tcp: number | undefined, udp: number | undefined): Promise<void> {
    const receive = (bytes: Uint8Array): void => this.live.act((board) => board.receive(bytes));
    if (this.args.has("pty")) {
      const python = this.context.env["PYTHON"] ?? "python3";
      const terminal = await this.opened("A pseudo terminal", openPseudoTerminal(python, receive, () => this.lost()));
      this.serialListeners.push((bytes) => terminal.send(bytes));
      this.places.push({ line: `pty ${terminal.path}`, port: terminal.path, close: () => terminal.close() });
    }
    if (tcp !== undefined) {
      const socket = await this.opened(`TCP port ${tcp}`, openSerialSocket(tcp, receive));
      this.serialListeners.push((bytes) => socket.send(bytes));
      const address = `127.0.0.1:${socket.port}`;
      this.places.push({ line: `tcp ${address}`, port: `tcp:${address}`, close: () => socket.close() });
    }
    if (udp !== undefined) {
      const server = openDatagramServer(udp, (bytes, peer) => {
        this.live.act((board) => board.receiveDatagram(bytes, peer));
      });
      this.datagrams = await this.opened(`UDP port ${udp}`, server);
      const address = `127.0.0.1:${this.datagrams.port}`;
      this.places.push({ line: `udp ${address}`, port: `udp:${address}`, close: () => this.datagrams?.close() });
    }
  }

  private async opened<Opened>(what: string, opening: Promise<Opened>): Promise<Opened> {
    try {
      return await opening;
    } catch (error) {
      if (error instanceof NoPseudoTerminal) {
        throw failure(
          `${what} cannot be made: ${error.message}.`,
          "Install Python 3 (Linux and macOS; PYTHON names another one), or use --tcp PORT.",
        );
      }
      const why = systemCode(error) === "EADDRINUSE" ? "another program has it" : systemSentence(error);
      throw failure(`${what} cannot be opened: ${why}.`, "Take another port.");
    }
  }

  private lost(): void {
    this.end(failure("The pseudo terminal is gone.", "Run this again."));
  }

  private ready(): void {
    const { args, context, places } = this;
    for (const { line, port } of places) {
      context.stdout(args.has("json") ? `${JSON.stringify({ event: "ready", port })}\n` : `${line}\n`);
    }
    if (!args.has("quiet") && !args.has("json")) {
      const port = places[0]?.port ?? "";
      context.stderr(`A virtual ${this.board.name}. Try: trialboot image list --port ${port}    (Ctrl-C ends it)\n`);
      if (!args.has("key")) {
        context.stderr("It trusts no key of yours yet, so it refuses every upload: add --key PUBLIC.pem.\n");
      }
    }
  }

  private prepare(board: ServedBoard): void {
    const operation = numberOf(this.args, "cut-at", 1, OPERATIONS_MAX);
    if (operation !== undefined) {
      cutAt(operation)(board);
    }
    if (this.args.has("recovery")) {
      // Held until the light blinks, as a person does it; the next start is an ordinary one.
      board.setGesture(true);
      board.runUntil(1);
      board.setGesture(false);
    }
  }

  private tell(line: string, atUs: number): void {
    const { args, context } = this;
    if (args.has("json")) {
      context.stdout(`${JSON.stringify({ event: "board", atMs: Math.floor(atUs / 1000), text: line })}\n`);
    } else if (!args.has("quiet")) {
      context.stderr(`${countText(Math.floor(atUs / 1000)).padStart(9)} ms  ${printable(line)}\n`);
    }
  }

  /** @returns how to stop it */
  private listenToControls(): () => void {
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.on("line", (line) => {
      const control = controlOf(line);
      if (control !== undefined) {
        this.live.act(control);
      } else if (line.trim() !== "") {
        this.context.stderr(`"${shown(line.trim())}" is nothing that can be done to it: ${CONTROLS_HELP}.\n`);
      }
    });
    return () => {
      lines.close();
      process.stdin.destroy();
    };
  }
}
