/** What carries bytes to a device and back, whatever it is made of. */

export type PortKind = "serial" | "tcp" | "udp" | "ble";

export interface BytePort {
  readonly kind: PortKind;
  /** As the user would name it: "/dev/ttyACM0", "tcp:localhost:4000". */
  readonly name: string;
  /** Why this one was taken, as a phrase: "the only serial port there is". */
  readonly why: string;
  /** Most bytes of one SMP frame that the transport itself allows; `undefined`: it does not matter to it. */
  readonly frameBytesMax: number | undefined;
  /**
   * Resolves when the bytes are handed to the system.
   * Refuses (link) when the connection is gone.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** One listener; over UDP each call is one datagram. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the other side or the system ends the connection; not after `close`. */
  onClose(listener: () => void): void;
  /** Never fails, and may be called again. */
  close(): Promise<void>;
}

export interface PortOptions {
  /** Bits per second of a serial port; ignored by the others. */
  readonly baudRate: number;
  /** How long opening may take. */
  readonly timeoutMs: number;
  /** What is to be spoken; Bluetooth has a service for each. Management if it is left out. */
  readonly carries?: "management" | "console";
  /** Where the name came from, as a phrase; "named by --port" if it is left out. */
  readonly chosenBy?: string;
}
