/** Wires with a speed, between our own client and a served board: everything takes its virtual time. */

import assert from "node:assert/strict";
import { encodeConsole } from "../../../core/smp/console-framing";
import { SMP_LINE_BYTES } from "../../../core/limits";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { SMP_HEADER_BYTES } from "../../../core/smp/frame";
import { ServedBoard } from "../../../sim/serve/served-board";
import { createRememberingVerifier } from "../../../sim/fast-crypto";
import { loadBoard } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { createHostVerifier } from "../../../tools/host-verifier";
import type { BytePort } from "../../../tools/ports/byte-port";
import { createPortListeners } from "../../../tools/ports/listeners";
import { reasonText } from "../../../tools/reason-text";
import { encodeFields } from "../../../tools/smp/cbor";
import { startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { chunkBytesMax, chunkRequest, uploadImage } from "../../../tools/smp/upload";
import { imageOf, KEY } from "./served-bench";

/** One direction of a wire. */
export interface LineModel {
  readonly name: string;
  readonly kind: "serial" | "ble";
  /** How long this many bytes occupy the line. */
  occupiedUs(lengthBytes: number): number;
  /** When a message that is ready at this time can begin on a line that is idle. */
  beginUs(readyUs: number): number;
}

/** Eight data bits, a start and a stop bit. */
export function serialLine(baud: number): LineModel {
  return {
    name: `serial port, ${baud.toLocaleString("en-US")} baud`,
    kind: "serial",
    occupiedUs: (lengthBytes) => (lengthBytes * 10 * 1e6) / baud,
    beginUs: (readyUs) => readyUs,
  };
}

/** Interval between two connection events: what phones grant at least. */
const CONNECTION_INTERVAL_US = 15_000;
/** Longest payload of a link-layer packet with data length extension. */
const PACKET_BYTES_MAX = 251;
/** Preamble, access address, header and CRC of a packet, in bytes. */
const PACKET_OVERHEAD_BYTES = 10;
const BYTE_US = 8;
/** Two pauses between packets, and the empty packet that acknowledges. */
const ACKNOWLEDGED_US = 150 + PACKET_OVERHEAD_BYTES * BYTE_US + 150;
/** Headers of L2CAP and ATT in front of each value. */
const VALUE_HEADER_BYTES = 7;
const ATT_HEADER_BYTES = 3;

/** Bluetooth LE with 1 Mbit/s: values of MTU minus 3 bytes, one after the other; an idle line waits for its event. */
export function bleLine(mtuBytes: number): LineModel {
  const valueUs = (valueBytes: number): number => {
    const bytes = valueBytes + VALUE_HEADER_BYTES;
    const packets = Math.ceil(bytes / PACKET_BYTES_MAX);
    return (bytes + packets * PACKET_OVERHEAD_BYTES) * BYTE_US + packets * ACKNOWLEDGED_US;
  };
  const most = mtuBytes - ATT_HEADER_BYTES;
  return {
    name: `Bluetooth LE, MTU ${mtuBytes}`,
    kind: "ble",
    occupiedUs: (lengthBytes) => {
      const rest = lengthBytes % most;
      return Math.floor(lengthBytes / most) * valueUs(most) + (rest > 0 ? valueUs(rest) : 0);
    },
    beginUs: (readyUs) => Math.ceil(readyUs / CONNECTION_INTERVAL_US) * CONNECTION_INTERVAL_US,
  };
}

/** What is on its way in one direction. */
class Lane {
  private freeUs = 0;

  constructor(private readonly line: LineModel) {}

  /** @returns when the last byte is there */
  send(readyUs: number, lengthBytes: number): number {
    const startUs = readyUs <= this.freeUs ? this.freeUs : this.line.beginUs(readyUs);
    this.freeUs = startUs + this.line.occupiedUs(lengthBytes);
    return this.freeUs;
  }
}

interface Arrival {
  readonly atUs: number;
  readonly isForBoard: boolean;
  arrive(): void;
}

/** Times of SPI flash as data sheets have them: 45 ms for 4 KB, 0.7 ms for 256 bytes, that is 11 us for 4. */
const FLASH_TIMES = { eraseDurationUs: 45_000, writeDurationUs: 11 };
const PAGE_BYTES = 4096;
const WORD_BYTES = 4;

/** An application that serves its only wire with this framing, and does nothing else. */
function application(framing: "console" | "ble"): string {
  return `function (door) {
    setInterval(function () { door.kickWatchdog(); }, 1000);
    door.openManagement().serve({
      send: function (bytes) { Serial1.write(bytes); },
      onReceive: function (receiver) {
        Serial1.on("data", function (text) {
          var bytes = new Uint8Array(text.length);
          for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
          receiver(bytes);
        });
      }
    }, "${framing}");
  }`;
}

export interface UploadSpeed {
  readonly fileBytes: number;
  /** Virtual time from the first chunk to the last answer. */
  readonly durationMs: number;
  readonly bytesPerSecond: number;
  /** What the line carries if it is never idle: data of the largest chunks, with everything that frames them. */
  readonly limitBytesPerSecond: number;
  /** What flash takes if nothing else takes time: each page erased once, each word programmed once. */
  readonly flashBytesPerSecond: number;
}

export interface UploadCase {
  readonly line: LineModel;
  /** Frames under way at once; default: as many as the board says it takes. */
  readonly windowFrames?: number;
  /** Whether flash takes the time that data sheets say; otherwise it takes none. */
  readonly flashTakesTime?: boolean;
}

const FILE_BYTES = 64_000;

/** An upload of our own client over this line, in virtual time. */
export async function measureUpload({ line, windowFrames, flashTakesTime }: UploadCase): Promise<UploadSpeed> {
  const arrivals: Arrival[] = [];
  /** The client's time: while the board erases a page, its own is ahead of what the client sees. */
  let clientUs = 0;
  const up = new Lane(line);
  const down = new Lane(line);
  const listeners = createPortListeners();
  const esp32 = loadBoard("esp32");
  const board = new ServedBoard(
    {
      board: { ...esp32, flash: { ...esp32.flash, ...(flashTakesTime === true ? FLASH_TIMES : {}) } },
      hash: createHostHash(),
      verifier: createRememberingVerifier(createHostVerifier()),
      reasonName: (reason) => reasonText(reason).name,
      trustedKeys: [KEY.trusted],
    },
    {
      sent: (bytes, atUs) => {
        const answer = bytes.slice();
        arrivals.push({
          atUs: down.send(atUs, answer.length), isForBoard: false, arrive: () => listeners.data(answer),
        });
      },
    },
  );
  const script = application(line.kind === "ble" ? "ble" : "console");
  board.provision(imageOf(script, "1.0.0").bytes);
  board.runUntil(1e6);
  clientUs = board.nowUs;
  const port: BytePort = {
    kind: line.kind,
    name: line.name,
    why: "a measurement",
    frameBytesMax: undefined,
    write: (bytes) => {
      const request = bytes.slice();
      arrivals.push({
        atUs: up.send(clientUs, request.length), isForBoard: true, arrive: () => board.receive(request),
      });
      return Promise.resolve();
    },
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => Promise.resolve(),
  };
  let isDone = false;
  const image = imageOf("x".repeat(FILE_BYTES), "2.0.0");
  const upload = async (): Promise<UploadSpeed> => {
    const session = await startSession(port, "console", timeoutsFrom(60_000));
    const startUs = clientUs;
    await uploadImage(session.client, {
      bytes: image.bytes,
      frameBytesMax: session.frameBytesMax,
      windowFrames: windowFrames ?? session.windowFrames,
      firstTimeoutMs: 60_000,
      timeoutMs: 60_000,
      onProgress: () => undefined,
    });
    const seconds = (clientUs - startUs) / 1e6;
    return {
      fileBytes: image.bytes.length,
      durationMs: seconds * 1000,
      bytesPerSecond: image.bytes.length / seconds,
      limitBytesPerSecond: limitOf(line, session.frameBytesMax, image.bytes),
      flashBytesPerSecond: flashTakesTime === true ? flashLimitOf(image.bytes.length) : Infinity,
    };
  };
  const measured = upload().finally(() => (isDone = true));
  while (!isDone) {
    // Everything that the client does at one moment is done before time goes on.
    await new Promise((resolve) => setImmediate(resolve));
    arrivals.sort((a, b) => a.atUs - b.atUs);
    const [next] = arrivals;
    const boardUs = board.nextUs ?? Infinity;
    if (next === undefined || next.atUs > boardUs) {
      board.runUntil(boardUs);
    } else {
      arrivals.shift();
      if (next.isForBoard) {
        board.runUntil(next.atUs);
      } else {
        clientUs = next.atUs;
      }
      next.arrive();
      board.runUntil(board.nowUs);
    }
  }
  assert.equal(arrivals.length, 0);
  return await measured;
}

function flashLimitOf(fileBytes: number): number {
  const { eraseDurationUs, writeDurationUs } = FLASH_TIMES;
  const tookUs = Math.ceil(fileBytes / PAGE_BYTES) * eraseDurationUs + (fileBytes / WORD_BYTES) * writeDurationUs;
  return (fileBytes * 1e6) / tookUs;
}

/** One chunk after the other, without a pause. */
function limitOf(line: LineModel, frameBytesMax: number, file: Uint8Array): number {
  const middle = Math.floor(file.length / 2);
  const dataBytes = chunkBytesMax(frameBytesMax, file, new Uint8Array(32), middle);
  const body = encodeFields(chunkRequest(file, new Uint8Array(32), middle, dataBytes).fields);
  const frame = new Uint8Array(SMP_HEADER_BYTES + body.length);
  const sent = line.kind === "ble" ? frame : encodeConsole(frame, createPortableCodec(), SMP_LINE_BYTES);
  return (dataBytes * 1e6) / line.occupiedUs(sent.length);
}
