/** The server on the real Espruino for Linux: its own time per chunk, and an upload over a paced line. */

import { createHash } from "node:crypto";
import { ResetCause } from "../../../core/boot/reset-cause";
import { SMP_LINE_BYTES } from "../../../core/limits";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { SMP_HEADER_BYTES } from "../../../core/smp/frame";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { openPort } from "../../../tools/ports/open-port";
import { decodeFields } from "../../../tools/smp/cbor";
import { encodeRequest } from "../../../tools/smp/client";
import type { DeviceSession } from "../../../tools/smp/device-session";
import { startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { chunkBytesMax, chunkRequest, uploadImage } from "../../../tools/smp/upload";
import { bundle, makeBoardFiles } from "../../engines/espruino/board-files";
import { quickImage } from "../../engines/espruino/boot0-application";
import { isInstalled } from "../../engines/espruino/interpreter";
import { LinuxBoard } from "../../engines/espruino/linux-board";
import { hasWire, SmpBoard } from "../../engines/espruino/smp-board";
import { pacedPort } from "../paced-port";
import type { BenchRow } from "../row";
import { median, notRun } from "../row";
import type { BenchSource } from "../source";

const GROUP = "Upload over a wire (Espruino for Linux)";
const BAUD = 115_200;
const LINE_BYTES_PER_SECOND = BAUD / 10;
/** What linux.json says, less what the console framing adds within the device's buffer. */
const FRAME_BYTES = 1020;
const PIECE_BYTES = 32;
const BALLAST_BYTES = 40_000;
const AIM = 0.85;
/** Chunks whose mean is one sample: the kernel counts a process' time in steps of 4 ms. */
const SAMPLE_CHUNKS = 4;
/** A timer of the application, so often due that the interpreter does not sleep while bytes wait. */
const TIMER_MS = 5;
/** How much slower boards are than a PC (docs/PERFORMANCE.md, "On a device"). */
const ESTIMATES = [["nRF52840", 60, 120], ["ESP32", 25, 50]] as const;

const codec = createPortableCodec();

interface Chunks {
  /** The lines of each request. */
  readonly lines: Uint8Array[];
  readonly fileBytes: number;
}

function chunksOf(file: Uint8Array): Chunks {
  const sha = new Uint8Array(createHash("sha256").update(file).digest());
  const lines: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const length = Math.min(chunkBytesMax(FRAME_BYTES, file, sha, at), file.length - at);
    const frame = encodeRequest(chunkRequest(file, sha, at, length), 1, lines.length % 256);
    lines.push(encodeConsole(frame, codec, SMP_LINE_BYTES));
    at += length;
  }
  return { lines, fileBytes: file.length };
}

/** The offset in the last answer among what the server has sent. */
function lastOffset(sent: Uint8Array): unknown {
  let offset: unknown;
  const receiver = createConsoleReceiver(4096, 4096, (frame) => {
    offset = decodeFields(frame.slice(SMP_HEADER_BYTES))?.get("off");
  }, codec);
  receiver.receive(sent);
  return offset;
}

/** Feeds the server what a wire would, in this process: processor time of all chunks, of the last alone. */
const FEED = `
  var receive,sent=[],m=door.openManagement();
  m.serve({send:function(b){sent.push(E.toString(b))},onReceive:function(r){receive=r}},"console");
  var text=fs.readFileSync("chunks.bin"),at=0,pieces=[],times=[];
  function now(){return fs.readFileSync("/proc/self/schedstat").split(" ")[0]*1e-6}
  while(at<text.length){
    var size=text.charCodeAt(at)*256+text.charCodeAt(at+1);at+=2;
    for(var i=0;i<size;i+=${PIECE_BYTES})pieces.push(E.toUint8Array(text.substr(at+i,Math.min(${PIECE_BYTES},size-i))));
    at+=size;
    var start=now();
    for(var k=0;k<pieces.length;k++)receive(pieces[k]);
    times.push(now()-start);
    pieces=[];
  }
  fs.writeFileSync("sent.bin",sent.join(""));
  log("times "+times.join());
  quit();
`;

/** One wrong character in the middle: everything is done but what the frame asks for. */
function damaged(lines: Uint8Array): Uint8Array {
  const copy = lines.slice();
  const at = Math.floor(copy.length / 2);
  copy[at + (copy[at] < 32 ? 5 : 0)] = (copy[at] ?? 0) === 65 ? 66 : 65;
  return copy;
}

/** @param lastBytes the offset that the last answer has to give; `undefined`: there is to be no answer */
async function timesOf(lines: readonly Uint8Array[], lastBytes: number | undefined): Promise<number[]> {
  const board = new LinuxBoard();
  try {
    board.provision(await makeBoardFiles({ withManagement: true }), quickImage({ version: 1 }));
    board.run({ cause: ResetCause.PowerOn });
    board.putFile("chunks.bin", Buffer.concat(lines.map((bytes) =>
      Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]))));
    const { log, output } = board.run({ cause: ResetCause.PowerOn, task: FEED, timeoutMs: 120_000 });
    const offset = lastOffset(new Uint8Array(Buffer.from(board.getFile("sent.bin"), "latin1")));
    const line = log.find((candidate) => candidate.startsWith("times "));
    if (offset !== lastBytes || line === undefined) {
      const said = `${log.join()} ${output.slice(-500)}`;
      throw new Error(`the server is at ${String(offset)}, not ${String(lastBytes)}: ${said}`);
    }
    return line.slice("times ".length).split(",").map(Number);
  } finally {
    board.dispose();
  }
}

/** Means of some in a row. */
function samplesOf(times: readonly number[]): number[] {
  const samples: number[] = [];
  for (let at = 0; at + SAMPLE_CHUNKS <= times.length; at += SAMPLE_CHUNKS) {
    const sum = times.slice(at, at + SAMPLE_CHUNKS).reduce((total, time) => total + time, 0);
    samples.push(sum / SAMPLE_CHUNKS);
  }
  return samples;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function row(name: string, medianMs: number, repetitions: number, note: string): BenchRow {
  return {
    engine: "espruino", group: GROUP, name, median_ms: medianMs, repetitions, ratio: null, ratio_to: null, bytes: null,
    table_bytes: null, variables: null, note,
  };
}

/** Time that the line takes for one chunk in the middle and its answer. */
function lineMs(lines: readonly Uint8Array[]): number {
  const answerBytes = 40;
  return ((lines[1].length + answerBytes) * 1000) / LINE_BYTES_PER_SECOND;
}

async function ownTimeRows(chunks: Chunks): Promise<BenchRow[]> {
  const times = await timesOf(chunks.lines, chunks.fileBytes);
  const framing = samplesOf(await timesOf(chunks.lines.slice(0, 24).map(damaged), undefined));
  const middle = samplesOf(times.slice(1, -1));
  const ownMs = median(middle);
  const perChunkMs = lineMs(chunks.lines);
  const chunkBytes = Math.round(chunks.fileBytes / chunks.lines.length);
  const shares = ESTIMATES.map(([chip, least, most]) => {
    // With two frames under way the line works on while the server does: the slower of the two decides.
    const share = (factor: number): string => percent(perChunkMs / Math.max(perChunkMs, ownMs * factor));
    const ownText = `${(ownMs * least).toFixed(0)} to ${(ownMs * most).toFixed(0)} ms`;
    return `${chip} ${ownText}, ${share(most)} to ${share(least)}`;
  });
  return [
    row(`server, one chunk of ${chunkBytes} bytes in console framing`, ownMs, middle.length,
      "processor time, flash of Linux included, framing and uploads in RAM, as on boards whose flash is not mapped; " +
      `the line takes ${perChunkMs.toFixed(0)} ms at ${BAUD} baud. If nothing overlaps ` +
      `${percent(perChunkMs / (perChunkMs + ownMs))} of what framing leaves. Estimates for boards, not measurements, ` +
      `of the server's time and of what two frames under way reach at best: ${shares.join("; ")}`),
    row("of that, framing", median(framing), framing.length, "processor time of chunks whose CRC is wrong"),
    row("server, the first chunk (begins, erases)", times[0], 1, "processor time"),
    row("server, the last chunk (hashes the file, checks the image)", times.at(-1) ?? 0, 1, "processor time"),
  ];
}

interface UploadChoice {
  /** Default: as many as the board says. */
  readonly windowFrames?: number;
  /** Whether the application has a timer that keeps the process from sleeping. */
  readonly isAwake: boolean;
}

/** Powers a board on whose application serves its wire; opens the paced port to it. */
async function serve(board: LinuxBoard, smp: SmpBoard, isAwake: boolean): Promise<DeviceSession> {
  board.provision(await makeBoardFiles({ withManagement: true }), quickImage({ version: 1 }));
  board.run({ cause: ResetCause.PowerOn });
  await smp.connect();
  const open = await bundle("hal/espruino/links/serial-link.ts", "openSerialLink");
  const timer = isAwake ? `setInterval(function(){},${TIMER_MS});` : "";
  smp.powerOn(ResetCause.PowerOn,
    `door.openManagement().serve((${open})(Serial1,${BAUD},{path:"smp.tty"}),"console");${timer}log("serving")`);
  await smp.logged("serving");
  const port = await openPort(smp.port, { baudRate: BAUD, timeoutMs: 5000 });
  return startSession(pacedPort(port, LINE_BYTES_PER_SECOND), "console", timeoutsFrom(5000));
}

/** Our client, the paced line, and the whole way through the process. */
async function uploadRow(
  file: Uint8Array, lines: readonly Uint8Array[], { windowFrames, isAwake }: UploadChoice,
): Promise<BenchRow> {
  const board = new LinuxBoard();
  const smp = new SmpBoard(board);
  try {
    const session = await serve(board, smp, isAwake);
    const frames = windowFrames ?? session.windowFrames;
    const startMs = performance.now();
    await uploadImage(session.client, {
      bytes: file, frameBytesMax: session.frameBytesMax, windowFrames: frames, firstTimeoutMs: 40_000, timeoutMs: 5000,
      onProgress: () => undefined,
    });
    const tookMs = performance.now() - startMs;
    await session.close();
    const wireBytes = lines.reduce((sum, { length }) => sum + length, 0);
    const share = (wireBytes * 1000) / LINE_BYTES_PER_SECOND / tookMs;
    const asleep = isAwake
      ? `a timer of ${TIMER_MS} ms in the application keeps the process from sleeping`
      : "the process sleeps 50 ms whenever nothing waits, and then takes 511 bytes at most, which no chip does";
    return row(`our client at ${BAUD} baud, ${frames} under way, ${isAwake ? "awake" : "asleep when idle"}`, tookMs, 1,
      `${Math.round((file.length * 1000) / tookMs)} bytes/s of ${file.length} bytes, ${percent(share)} of what ` +
      `framing leaves; aim of ${percent(AIM)} ${share >= AIM ? "met" : "missed"}. Wall time; ${asleep}` +
      (windowFrames === undefined ? "; as many under way as the board says it takes" : ""));
  } finally {
    await smp.dispose();
    board.dispose();
  }
}

export const source: BenchSource = {
  order: 6,
  async measure(): Promise<BenchRow[]> {
    if (!isInstalled) {
      return [notRun("espruino", GROUP, "not installed")];
    }
    const file = quickImage({ version: 2, ballast: BALLAST_BYTES });
    const chunks = chunksOf(file);
    const rows = await ownTimeRows(chunks);
    if (!hasWire) {
      return [...rows, notRun("espruino", GROUP, "socat is not installed")];
    }
    for (const choice of [{ isAwake: true }, { isAwake: true, windowFrames: 1 }, { isAwake: false }]) {
      rows.push(await uploadRow(file, chunks.lines, choice));
    }
    return rows;
  },
};
