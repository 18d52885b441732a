/** What provisioning does to a board, step by step, as data: to be run over a console, printed, or rendered. */

/** Bytes that one step writes at most: a console has to take them as one line of text, four characters a byte. */
export const STEP_BYTES_MAX = 2048;

export type ProvisioningStep =
  /** `Storage.eraseAll()`. Takes minutes on boards with megabytes of external flash. */
  | { readonly kind: "erase-storage" }
  /** One page of flash outside of Storage. */
  | { readonly kind: "erase-page"; readonly address: number }
  /** Bytes of a Storage file; the step at offset 0 also makes the file, with `fileBytes`. */
  | {
    readonly kind: "write-file"; readonly name: string; readonly offsetBytes: number; readonly bytes: Uint8Array;
    readonly fileBytes: number;
  }
  /** Bytes of flash: a whole number of write units. */
  | { readonly kind: "write-flash"; readonly address: number; readonly bytes: Uint8Array }
  /** Reads a whole Storage file and compares. */
  | { readonly kind: "verify-file"; readonly name: string; readonly fileBytes: number; readonly crc32: number }
  /** Reads flash and compares. */
  | {
    readonly kind: "verify-flash"; readonly address: number; readonly lengthBytes: number; readonly crc32: number;
  }
  /** Where the Storage file's first byte has to lie. */
  | { readonly kind: "verify-place"; readonly name: string; readonly address: number; readonly header: Uint8Array }
  /** The last write: from now on the board starts by its bootloader. */
  | { readonly kind: "activate"; readonly name: string; readonly offsetBytes: number; readonly word: string };

const hex = (value: number): string => `0x${value.toString(16)}`;

/** One line for people: what `--dry-run` prints. */
export function stepLine(step: ProvisioningStep): string {
  switch (step.kind) {
    case "erase-storage":
      return "erase all of Storage";
    case "erase-page":
      return `erase the page at ${hex(step.address)}`;
    case "write-file":
      return `write ${step.name} from ${step.offsetBytes}: ${step.bytes.length} of ${step.fileBytes} bytes`;
    case "write-flash":
      return `write ${step.bytes.length} bytes at ${hex(step.address)}`;
    case "verify-file":
      return `read back ${step.name}: ${step.fileBytes} bytes, CRC-32 ${hex(step.crc32)}`;
    case "verify-flash":
      return `read back ${step.lengthBytes} bytes at ${hex(step.address)}, CRC-32 ${hex(step.crc32)}`;
    case "verify-place":
      return `see that ${step.name} begins at ${hex(step.address)}`;
    case "activate":
      return `activate ${step.name}`;
  }
}
