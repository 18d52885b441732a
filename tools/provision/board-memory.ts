/**
 * Storage and flash of a board over its console. Every line that writes carries a CRC-32 of what it writes and where,
 * and does nothing if that is wrong: on a bad line characters get lost.
 */

import { createHostHash } from "../host-hash";
import { failure } from "../errors";
import { BoardError, type EspruinoConsole } from "./console";
import { bytesLiteral, DEFINE_MODULES, LINE_BYTES_MAX, textLiteral } from "./console-line";

/** What surrounds the bytes in a line that writes: names, numbers and brackets, with room to spare. */
const AROUND_BYTES = 140;
const LITERAL_CHARACTERS_MAX = LINE_BYTES_MAX - AROUND_BYTES;
/** A multiple of every write unit. */
const CHUNK_STEP_BYTES = 16;
const WRITE_TRIES = 4;

/** Bytes that are read at a time: small enough for a copy in RAM on every board, and for a line. */
const READ_BYTES = 1024;
/** Bytes that one line looks at: few enough for a watchdog. */
const ERASED_BYTES_PER_LINE = 32_768;

/** What a page erase may take; the worst chip of the supported boards needs a tenth. */
const PAGE_ERASE_TIMEOUT_MS = 2000;
const ERASE_BASE_TIMEOUT_MS = 20_000;

/** A CRC-32 at the end of a file. */
const TAIL_BYTES = 4;

/** Functions on the board, one line each. */
const DEFINITIONS = [
  DEFINE_MODULES,
  "(function(){global.$tW=function(n,o,d,z,c){if(E.CRC32(n+\":\"+o+\":\"+z+\":\"+d)!=c)return\"crc\";" +
    "if(!z&&$tS.read(n,o,d.length)==d)return\"ok\";" +
    "var k=z?$tS.write(n,d,o,z):$tS.write(n,d,o);return k?\"ok\":\"no\"};return 1})()",
  "(function(){global.$tP=function(a,d,c){if(E.CRC32(a+\":\"+d)!=c)return\"crc\";" +
    "$tF.write(d,a);return\"ok\"};return 1})()",
  "(function(){global.$tE=function(a,n,b){for(;n>0;a+=b,n-=b){b=n<1024?n:1024;" +
    "if(E.sum($tF.read(b,a))!=255*b)return a}return -1};return 1})()",
  "(function(){global.$tR=function(n){var s=$tS.read(n),l,c;if(s===undefined)return null;l=s.length;c=E.CRC32(s);s=0;" +
    `return [l,c,l>${TAIL_BYTES}?E.CRC32($tS.read(n,0,l-${TAIL_BYTES})):0]};return 1})()`,
];

/** What one file is, without its bytes. */
export interface FileSums {
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Of all but the last 4 bytes: files that end with their own CRC-32 have the same `crc32`, whatever they say. */
  readonly headCrc32: number;
}

const hash = createHostHash();

/** The sums that a board gives for a file with these bytes. */
export function sumsOf(bytes: Uint8Array): FileSums {
  const headCrc32 = bytes.length > TAIL_BYTES ? hash.crc32(bytes.subarray(0, bytes.length - TAIL_BYTES)) : 0;
  return { sizeBytes: bytes.length, crc32: hash.crc32(bytes), headCrc32 };
}

/** CRC-32 as the functions on the board check it. */
function checkedCrc(where: string, bytes: Uint8Array): number {
  return hash.crc32(Buffer.concat([Buffer.from(`${where}:`, "latin1"), bytes]));
}

/** Cuts bytes into pieces that fit into a line each; all but the last are multiples of 16. */
export function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = Math.min(bytes.length - at, LITERAL_CHARACTERS_MAX);
    while (bytesLiteral(bytes.subarray(at, at + length)).length > LITERAL_CHARACTERS_MAX) {
      length = Math.ceil(length / CHUNK_STEP_BYTES - 1) * CHUNK_STEP_BYTES;
    }
    if (at + length < bytes.length) {
      length -= length % CHUNK_STEP_BYTES;
    }
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

export class BoardMemory {
  private readonly console: EspruinoConsole;

  private constructor(console: EspruinoConsole) {
    this.console = console;
  }

  /** Puts the functions that write onto the board. They are gone when it starts anew. */
  static async attach(console: EspruinoConsole): Promise<BoardMemory> {
    for (const definition of DEFINITIONS) {
      await console.evaluate(definition);
    }
    return new BoardMemory(console);
  }

  /** Erases all files of Storage. */
  async eraseStorage(pages: number): Promise<void> {
    const timeoutMs = ERASE_BASE_TIMEOUT_MS + pages * PAGE_ERASE_TIMEOUT_MS;
    await this.console.evaluate("($tS.eraseAll(),1)", timeoutMs);
  }

  async erasePage(address: number): Promise<void> {
    await this.console.evaluate(`($tF.erasePage(${address}),1)`, ERASE_BASE_TIMEOUT_MS);
  }

  async eraseFile(name: string): Promise<void> {
    await this.console.evaluate(`($tS.erase(${textLiteral(name)}),1)`, ERASE_BASE_TIMEOUT_MS);
  }

  /**
   * Makes a file of a fixed size with these first bytes, or writes bytes into one that was made.
   * Refuses (failure): Storage has no room.
   *
   * @param sizeBytes of a file that is to be made; `undefined`: it is there
   */
  async writeFile(
    name: string, offsetBytes: number, bytes: Uint8Array, sizeBytes: number | undefined,
  ): Promise<void> {
    let at = offsetBytes;
    for (const chunk of chunksOf(bytes)) {
      const size = at === offsetBytes && sizeBytes !== undefined ? sizeBytes : 0;
      const crc = checkedCrc(`${name}:${at}:${size}`, chunk);
      const said = await this.write(`$tW(${textLiteral(name)},${at},${bytesLiteral(chunk)},${size},${crc})`);
      if (said !== "ok") {
        throw failure(`The board's Storage has no room for ${name}.`, "Is this the right board? See docs/boards.md.");
      }
      at += chunk.length;
    }
  }

  async writeFlash(address: number, bytes: Uint8Array): Promise<void> {
    let at = address;
    for (const chunk of chunksOf(bytes)) {
      await this.write(`$tP(${at},${bytesLiteral(chunk)},${checkedCrc(String(at), chunk)})`);
      at += chunk.length;
    }
  }

  /** Size and sums of a file; `undefined` if there is none. */
  async readFile(name: string): Promise<FileSums | undefined> {
    const found = await this.console.evaluate(`$tR(${textLiteral(name)})`, ERASE_BASE_TIMEOUT_MS);
    return Array.isArray(found)
      ? { sizeBytes: Number(found[0]), crc32: Number(found[1]), headCrc32: Number(found[2]) }
      : undefined;
  }

  /** CRC-32 of flash; few enough bytes for a copy in the board's RAM. */
  async crcOf(address: number, lengthBytes: number): Promise<number> {
    return Number(await this.console.evaluate(`E.CRC32($tF.read(${lengthBytes},${address}))`));
  }

  /**
   * Looks whether flash is erased.
   *
   * @returns address of a piece of at most 1,024 bytes that is not; `undefined` if all is
   */
  async findWritten(address: number, lengthBytes: number): Promise<number | undefined> {
    for (let at = 0; at < lengthBytes; at += ERASED_BYTES_PER_LINE) {
      const length = Math.min(ERASED_BYTES_PER_LINE, lengthBytes - at);
      const found = Number(await this.console.evaluate(`$tE(${address + at},${length})`));
      if (found !== -1) {
        return found;
      }
    }
    return undefined;
  }

  /** Bytes of flash. */
  async readFlash(address: number, lengthBytes: number): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    for (let at = 0; at < lengthBytes; at += READ_BYTES) {
      const length = Math.min(READ_BYTES, lengthBytes - at);
      const text = await this.console.evaluate(`btoa(E.toString($tF.read(${length},${address + at})))`);
      parts.push(Buffer.from(String(text), "base64"));
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  /** Says a line again that lost characters; it has done nothing then. */
  private async write(expression: string): Promise<string> {
    for (let tries = 0; tries < WRITE_TRIES; tries++) {
      const said = await this.console.evaluate(expression, ERASE_BASE_TIMEOUT_MS);
      if (said !== "crc") {
        return String(said);
      }
    }
    throw new BoardError("its line loses characters", "Choose a lower speed (--baud), or another cable.");
  }
}
