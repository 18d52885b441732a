/** The far end of a wire: a client that speaks frames with the board's own SMP server. */

import type { CborFields } from "../../core/smp/cbor-reader";
import { bytesField, flagField, readFields, uintField } from "../../core/smp/cbor-reader";
import { createCborWriter } from "../../core/smp/cbor-writer";
import { writeEntry } from "../../core/smp/entry";
import { SMP_HEADER_BYTES, SmpOperation, writeRequestHeader } from "../../core/smp/frame";
import { OWN_GROUP, OwnCommand } from "../../core/smp/group-own";
import { KEY_NAME_BYTES, loginMessage } from "../../core/smp/login";
import type { Management } from "../../core/smp/management";
import type { Transport } from "../../core/smp/policy";
import type { SmpServer } from "../../core/smp/server";
import type { SigningKey } from "../provision";

const IMAGE_GROUP = 1;
const STATE_COMMAND = 0;
const UPLOAD_COMMAND = 1;
const ERASE_COMMAND = 5;
const OS_GROUP = 0;
const RESET_COMMAND = 5;
const FILES_GROUP = 8;
/** Neither a divisor nor a multiple of what the slot writer writes at a time. */
const CHUNK_BYTES = 600;
/** More than any upload has chunks. */
const CHUNKS_MAX = 100;
const SEQUENCES = 256;
/** More than the flash of a search has pages. */
const SLICES_MAX = 64;

export type Entries = Readonly<Record<string, number | boolean | string | Uint8Array>>;

/** A file as a client sends it. */
export interface SentFile {
  readonly bytes: Uint8Array;
  /** What the client says is the file's SHA-256. */
  readonly sha: Uint8Array;
  /** Whether only a newer version is to be taken. */
  readonly upgrade?: boolean | undefined;
}

/** How an upload went. */
export interface UploadEnd {
  /** Where the first answer wanted it to go on; `undefined`: refused. */
  readonly startBytes: number | undefined;
  readonly isMatch: boolean;
}

const writer = createCborWriter(2048);

export class WireClient {
  private readonly server: SmpServer;
  private sequence = 0;

  constructor(readonly management: Management, transport: Transport) {
    this.server = management.createServer(transport);
  }

  /** Sends a request. As on a real wire, one slice of what was put off is done behind its answer. */
  request(operation: SmpOperation, group: number, command: number, entries: Entries = {}): CborFields {
    writer.restart();
    writer.openMap();
    for (const [key, value] of Object.entries(entries)) {
      writeEntry(writer, key, value);
    }
    writer.close();
    const frame = writer.frame().slice();
    this.sequence = (this.sequence + 1) % SEQUENCES;
    const { sequence } = this;
    const lengthBytes = frame.length - SMP_HEADER_BYTES;
    writeRequestHeader(frame, { version: 0, operation, group, sequence, command, lengthBytes });
    const answer = this.server.handle(frame)?.slice();
    const fields = answer === undefined ? undefined : readFields(answer, SMP_HEADER_BYTES, answer.length);
    if (fields === undefined) {
      throw new Error(`no answer to command ${command} of group ${group}`);
    }
    this.server.work();
    return fields;
  }

  write(group: number, command: number, entries: Entries = {}): boolean {
    return !isRefused(this.request(SmpOperation.Write, group, command, entries));
  }

  read(group: number, command: number, entries: Entries = {}): CborFields {
    return this.request(SmpOperation.Read, group, command, entries);
  }

  /** Does everything that was put off, but for what waits for its time. */
  workAll(): void {
    for (let slices = 0; slices < SLICES_MAX && this.server.work(); slices++);
  }

  /**
   * Uploads a file from where the server wants it, as clients do.
   *
   * @param onStart told where it starts, before anything behind that is sent
   * @param endBytes breaks off there
   */
  upload(file: SentFile, onStart: (startBytes: number) => void, endBytes = file.bytes.length): UploadEnd {
    const { bytes, sha, upgrade } = file;
    const first = upgrade === true ? { len: bytes.length, sha, upgrade } : { len: bytes.length, sha };
    let answer = this.chunk(bytes, 0, first);
    const startBytes = uintField(answer, "off");
    if (startBytes === undefined) {
      return { startBytes, isMatch: false };
    }
    onStart(startBytes);
    let at: number | undefined = startBytes;
    for (let chunks = 0; chunks < CHUNKS_MAX && at !== undefined && at < endBytes; chunks++) {
      answer = this.chunk(bytes, at, {});
      at = uintField(answer, "off");
    }
    return { startBytes, isMatch: at === bytes.length && flagField(answer, "match") === true };
  }

  /** Asks for a trial of the image, or, with `confirm`, for one that is to last. */
  test(digest: Uint8Array, confirm = false): boolean {
    return this.write(IMAGE_GROUP, STATE_COMMAND, { hash: digest, confirm });
  }

  confirm(): boolean {
    return this.write(IMAGE_GROUP, STATE_COMMAND, { confirm: true });
  }

  eraseSlot(): boolean {
    return this.write(IMAGE_GROUP, ERASE_COMMAND);
  }

  restart(intoRecovery: boolean): boolean {
    return this.write(OS_GROUP, RESET_COMMAND, intoRecovery ? { boot_mode: 1, force: true } : { force: true });
  }

  rollBack(): boolean {
    return this.write(OWN_GROUP, OwnCommand.Rollback);
  }

  resetData(): boolean {
    return this.write(OWN_GROUP, OwnCommand.FactoryReset);
  }

  /** @returns whether the file could be read */
  readFile(name: string): boolean {
    return !isRefused(this.read(FILES_GROUP, 0, { name, off: 0 }));
  }

  list(): void {
    this.read(IMAGE_GROUP, STATE_COMMAND);
    this.read(OWN_GROUP, OwnCommand.Status);
    this.read(OWN_GROUP, OwnCommand.Progress);
    this.read(OWN_GROUP, OwnCommand.Journal, { after: 0 });
  }

  /** @param key signs; the board knows it or not */
  logIn(sets: number, key: SigningKey): boolean {
    const nonce = bytesField(this.read(OWN_GROUP, OwnCommand.Challenge), "nonce");
    if (nonce === undefined) {
      return false;
    }
    const name = key.trusted.keyHash.slice(0, KEY_NAME_BYTES);
    const sig = key.sign(loginMessage(nonce, sets, name));
    return this.write(OWN_GROUP, OwnCommand.Login, { key: name, set: sets, sig });
  }

  private chunk(bytes: Uint8Array, offset: number, first: Entries): CborFields {
    const data = bytes.slice(offset, offset + CHUNK_BYTES);
    return this.request(SmpOperation.Write, IMAGE_GROUP, UPLOAD_COMMAND, { off: offset, data, ...first });
  }
}

function isRefused(answer: CborFields): boolean {
  return (uintField(answer, "rc") ?? 0) !== 0;
}

