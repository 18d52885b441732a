/** A wire to the outside: serial, BLE, UDP. Bytes, no framing. */
export interface Link {
  send(bytes: Uint8Array): void;
  /** Sets the one receiver. */
  onReceive(receiver: (bytes: Uint8Array) => void): void;
}
