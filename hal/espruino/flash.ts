/** Flash partitions: raw pages outside of Storage, or pages in the inside of one fixed-size Storage file. */

import { assert } from "../../core/assert";
import { readU32 } from "../../core/bytes";
import { u32And } from "../../core/u32";
import type { FlashPartition } from "../flash";
import type { Interpreter } from "./interpreter";
import type { BoardPlan, Place, StorageFilePlan } from "./plan";

/** Espruino's jsflash.h: u32 size and flags, then the name, padded with zeros. */
const FILE_HEADER_BYTES = 32;
const FILE_NAME_OFFSET = 4;
/** The size has 24 bits, flags the rest. */
const FILE_SIZE_MASK = 0xffffff;

/** Whether the file stands where the plan says, under its name and in its size. Reads one header, writes nothing. */
export function isFileInPlace(interpreter: Interpreter, file: StorageFilePlan): boolean {
  const header = interpreter.flashRead(FILE_HEADER_BYTES, file.address - FILE_HEADER_BYTES);
  let isSame = u32And(readU32(header, 0), FILE_SIZE_MASK) === file.sizeBytes;
  for (let i = 0; i < FILE_HEADER_BYTES - FILE_NAME_OFFSET; i++) {
    const expected = i < file.name.length ? file.name.charCodeAt(i) : 0;
    isSame = isSame && header[FILE_NAME_OFFSET + i] === expected;
  }
  return isSame;
}

/** What these partitions have beyond others. */
export interface TextSource {
  /** Whether they lie in the processor's address space, so that native functions take their text without a copy. */
  readonly isMapped: boolean;
  /** The bytes in place as a string, without a copy, where the board can; otherwise a copy. */
  readText(offsetBytes: number, lengthBytes: number): string;
}

/** What ES5 does without. */
interface PrototypeSetter {
  setPrototypeOf(changed: object, prototype: object): void;
}

/** Has these partitions read and write by the functions of `prototype`, which another file has brought. */
export function giveFunctions(partitions: readonly object[], prototype: object): void {
  for (let i = 0; i < partitions.length; i++) {
    // Espruino has it, and nothing else runs this.
    // eslint-disable-next-line es-x/no-object-setprototypeof
    (Object as unknown as PrototypeSetter).setPrototypeOf(partitions[i], prototype);
  }
}

/** A class, because objects of it share their functions: a board has five, and variables are scarce. */
export class EspruinoPartition implements FlashPartition, TextSource {
  readonly name: string;
  readonly addressBytes: number;
  readonly sizeBytes: number;
  readonly pageSizeBytes: number;
  readonly writeUnitBytes: number;
  private readonly interpreter: Interpreter;
  /** The Storage file it lies in. */
  private readonly inFile: StorageFilePlan | undefined;
  /** Whether it lies in the processor's address space, so that native functions take its text without a copy. */
  readonly isMapped: boolean;

  constructor(interpreter: Interpreter, plan: BoardPlan, name: string, place: Place) {
    const file = plan.storageFile;
    const end = place.address + place.sizeBytes;
    const isInside = file !== undefined && place.address >= file.address && end <= file.address + file.sizeBytes;
    this.interpreter = interpreter;
    this.name = name;
    this.addressBytes = place.address;
    this.sizeBytes = place.sizeBytes;
    this.pageSizeBytes = plan.erasePageBytes;
    this.writeUnitBytes = plan.programBytes;
    this.inFile = isInside ? file : undefined;
    this.isMapped = isInside ? plan.isStorageMapped : plan.isMapped;
  }

  read(offsetBytes: number, lengthBytes: number): Uint8Array {
    const address = this.addressOf(offsetBytes, lengthBytes);
    return lengthBytes > 0 ? this.interpreter.flashRead(lengthBytes, address) : new Uint8Array(0);
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    this.interpreter.flashWrite(bytes, this.addressOf(offsetBytes, bytes.length));
  }

  erasePage(offsetBytes: number): void {
    assert(offsetBytes % this.pageSizeBytes === 0, 941);
    this.interpreter.flashErase(this.addressOf(offsetBytes, this.pageSizeBytes));
  }

  readText(offsetBytes: number, lengthBytes: number): string {
    const address = this.addressOf(offsetBytes, lengthBytes);
    if (this.inFile !== undefined) {
      return this.interpreter.storageRead(this.inFile.name, address - this.inFile.address, lengthBytes) as string;
    }
    return this.isMapped
      ? this.interpreter.memoryArea(address, lengthBytes)
      : this.interpreter.toText(this.read(offsetBytes, lengthBytes));
  }

  private addressOf(offsetBytes: number, lengthBytes: number): number {
    assert(offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= this.sizeBytes, 940);
    // Espruino's flash calls refuse a number that it holds as a double, which whole numbers can be after a division.
    return (this.addressBytes + offsetBytes) | 0;
  }
}
