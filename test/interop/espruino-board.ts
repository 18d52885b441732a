/** The real Espruino for Linux for clients of other projects: the whole boot chain, and an application that serves. */

import { ResetCause } from "../../core/boot/reset-cause";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { buildBundle } from "../../tools/build/bundle";
import { verifierTarget } from "../../tools/build/targets";
import { keyStoreOf } from "../../tools/key-store";
import type { BoardFiles } from "../engines/espruino/board-files";
import { bundle, LINUX, makeBoardFiles } from "../engines/espruino/board-files";
import { espruinoEngine } from "../engines/espruino/interpreter";
import { LinuxBoard } from "../engines/espruino/linux-board";
import { journalRecords } from "../engines/espruino/linux-journal";
import { SmpBoard, until } from "../engines/espruino/smp-board";
import { KEY } from "../sim/serve/served-bench";
import type { Wire } from "./smp-clients";
import { UdpRelay } from "./udp-relay";
import type { StoryBoard, StoryRecord } from "./update-story";
import { UploadEar } from "./upload-ear";

const TYPES: Readonly<Record<StoryRecord, RecordType>> = {
  "install-begin": RecordType.InstallBegin,
  "installed": RecordType.Installed,
  "confirmed": RecordType.Confirmed,
  "rejected": RecordType.Rejected,
};

/** What stands in the board's Storage: its own verifier, Ed25519 and LMS, and the key of these tests. */
export async function espruinoBoardFiles(): Promise<BoardFiles> {
  return await makeBoardFiles({
    withManagement: true,
    verifier: await buildBundle(verifierTarget(LINUX), espruinoEngine()),
    keyStore: keyStoreOf(LINUX.signatures, [KEY.trusted]),
  });
}

/** Task of an application that serves a wire, and says when it does. */
async function serving(wire: Wire, udpPort: number): Promise<string> {
  const [open, framing] = wire === "pty"
    ? [`(${await bundle("hal/espruino/links/serial-link.ts", "openSerialLink")})(Serial1,115200,{path:"smp.tty"})`,
      "console"]
    : [`(${await bundle("hal/espruino/links/udp-link.ts", "openUdpLink")})(global.require("dgram"),${udpPort},` +
      "E.toString)", "datagram"];
  return `door.openManagement().serve(${open},"${framing}");` +
    'log("serves "+version+".0.0, "+(door.info.trial?"on trial":"confirmed"));';
}

export class EspruinoBoard implements StoryBoard {
  readonly ear = new UploadEar();

  private constructor(
    private readonly board: LinuxBoard,
    private readonly smp: SmpBoard,
    private readonly relay: UdpRelay | undefined,
    private readonly task: string,
  ) {
    smp.onSent = (bytes) => this.ear.hearSerial(bytes);
    if (relay !== undefined) {
      relay.onAnswer = (bytes) => this.ear.hearFrame(bytes);
    }
  }

  /** @param udpPort where clients look for it; 0: any port that is free */
  static async open(files: BoardFiles, image: Uint8Array, wire: Wire, udpPort = 0): Promise<EspruinoBoard> {
    const board = new LinuxBoard();
    const smp = new SmpBoard(board);
    const made = board.provision(files, image);
    if (made.end !== "idle") {
      throw new Error(`provisioning ended by ${made.end}: ${made.output}`);
    }
    await smp.connect();
    const relay = wire === "udp" ? await UdpRelay.open(udpPort) : undefined;
    const story = new EspruinoBoard(board, smp, relay, await serving(wire, relay?.boardPort ?? 0));
    smp.powerOn(ResetCause.PowerOn, story.task);
    return story;
  }

  get pty(): string {
    return this.smp.port;
  }

  get udpPort(): number {
    return this.relay?.clientPort ?? 0;
  }

  async serves(version: string, times = 1): Promise<void> {
    const line = `serves ${version}`;
    await this.wait(line, () => this.log().filter((candidate) => candidate === line).length >= times);
    if (this.relay === undefined) {
      await this.smp.speaks();
    }
  }

  count(record: StoryRecord): number {
    return this.records().filter(({ type }) => type === TYPES[record]).length;
  }

  async journals(record: StoryRecord, before: number): Promise<void> {
    await this.wait(`journal record ${record}`, () => this.count(record) > before);
  }

  async refuses(): Promise<void> {
    await this.wait("refusal", () => this.records().some(({ type, detail }) =>
      type === RecordType.Refusal && detail === Reason.DigestMismatch));
  }

  settles(): Promise<void> {
    return this.smp.silence();
  }

  async cutPower(): Promise<void> {
    await this.smp.powerOff();
    this.smp.powerOn(ResetCause.PowerOn, this.task);
    await this.serves("1.0.0, confirmed");
  }

  async close(): Promise<void> {
    this.relay?.close();
    await this.smp.dispose();
    this.board.dispose();
  }

  report(): string {
    return [...this.log(), ...this.records().map(({ type, detail }) => `record ${type} ${detail}`), this.smp.output]
      .join("\n");
  }

  private async wait(what: string, isSo: () => boolean): Promise<void> {
    try {
      await until(what, isSo);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.report()}`, { cause: error });
    }
  }

  private log(): string[] {
    return this.board.getFile("log").split("\n");
  }

  private records(): ReturnType<typeof journalRecords> {
    return journalRecords(this.board.readFlash());
  }
}
