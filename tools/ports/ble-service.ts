/** What is spoken over Bluetooth LE: the services, and how many bytes go into one write. */

export interface BleService {
  /** UUIDs in noble's form. */
  readonly uuid: string;
  /** The characteristic that the host writes to. */
  readonly receiver: string;
  /** The characteristic that sends notifications. */
  readonly sender: string;
  /** Named where a device has none of it. */
  readonly what: string;
  readonly next: string;
  /** Bytes of one write, whatever the MTU, until a notification was longer. `undefined`: the MTU alone counts. */
  readonly firstPieceBytes: number | undefined;
}

/** SMP has one characteristic for both directions (smp.md, Bluetooth LE). */
const MANAGEMENT: BleService = {
  uuid: "8d53dc1d1db74cd3868b8a527460aa84",
  receiver: "da2e7828fbce4e01ae9e261174997c48",
  sender: "da2e7828fbce4e01ae9e261174997c48",
  what: "device management",
  next: "Check that it is the right device, and that its application starts the management server.",
  firstPieceBytes: undefined,
};

/**
 * The Nordic UART service, behind which Espruino has its console. In some builds its characteristics hold 20 bytes
 * though the MTU is larger, and a longer write without response is lost in silence. Both characteristics of a build
 * hold the same number of bytes, so a longer notification says that longer writes arrive.
 */
const CONSOLE: BleService = {
  uuid: "6e400001b5a3f393e0a9e50e24dcca9e",
  receiver: "6e400002b5a3f393e0a9e50e24dcca9e",
  sender: "6e400003b5a3f393e0a9e50e24dcca9e",
  what: "a console",
  next: "Check that it is the right device. One that was provisioned has no console outside of recovery.",
  firstPieceBytes: 20,
};

export function serviceOf(carries: "management" | "console" | undefined): BleService {
  return carries === "console" ? CONSOLE : MANAGEMENT;
}

/** A connection that tells no MTU has the least that Bluetooth 4 allows. */
const MTU_BYTES_MIN = 23;
/** Opcode and handle of an ATT write. */
const ATT_BYTES = 3;

export interface PieceSize {
  /** Notes the length of a notification. */
  received(lengthBytes: number): void;
  /** Bytes of one write now. */
  bytes(mtuBytes: number | null | undefined): number;
}

export function createPieceSize(service: BleService): PieceSize {
  let longest = 0;
  return {
    received: (lengthBytes) => {
      longest = Math.max(longest, lengthBytes);
    },
    bytes: (mtuBytes) => {
      const fits = Math.max(MTU_BYTES_MIN, mtuBytes ?? MTU_BYTES_MIN) - ATT_BYTES;
      return service.firstPieceBytes === undefined ? fits : Math.min(fits, Math.max(service.firstPieceBytes, longest));
    },
  };
}
