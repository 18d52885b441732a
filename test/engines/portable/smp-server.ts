/** The SMP server on the whole boot chain: a board without an image is repaired in recovery, over a wire. */

import type { ManagementConfig } from "../../../bootloader/config";
import { boot } from "../../../bootloader/main";
import { createManagement } from "../../../bootloader/management";
import { createService } from "../../../bootloader/service";
import type { Handover, RecoveryDoor } from "../../../core/boot/handover";
import { ResetCause } from "../../../core/boot/reset-cause";
import { writeU16, writeU32 } from "../../../core/bytes";
import { createImageVerifier } from "../../../core/image/signatures";
import type { CborFields } from "../../../core/smp/cbor-reader";
import { flagField, hasField, readFields, textField, uintField } from "../../../core/smp/cbor-reader";
import type { CborWriter } from "../../../core/smp/cbor-writer";
import { createCborWriter } from "../../../core/smp/cbor-writer";
import { writeEntry } from "../../../core/smp/entry";
import { SMP_HEADER_BYTES, SmpOperation, writeRequestHeader } from "../../../core/smp/frame";
import { serveLink } from "../../../core/smp/link-server";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { createSmpServer } from "../../../core/smp/server";
import { createTechnician } from "../../../core/smp/technician";
import type { Board } from "../../../hal/board";
import type { MemoryClock } from "../../../hal/memory/clock";
import { createMemoryClock } from "../../../hal/memory/clock";
import { createMemoryHash } from "../../../hal/memory/hash";
import type { MemoryLink } from "../../../hal/memory/link";
import { createMemoryLink } from "../../../hal/memory/link";
import { createMemoryPins } from "../../../hal/memory/pins";
import { createMemoryRandom } from "../../../hal/memory/random";
import { createMemoryReset, MEMORY_REBOOT } from "../../../hal/memory/reset";
import { createMemoryWatchdog } from "../../../hal/memory/watchdog";
import type { PortableFlash } from "./boot-fixtures";
import { KEY_HASH, portableConfig, portableFlash } from "./boot-fixtures";
import type { Check, Suite } from "./check";

const PAYLOAD_BYTES = 700;
const CHUNK_BYTES = 250;
const HASH = createMemoryHash();

const MANAGEMENT: ManagementConfig = {
  loadManagement: () => createManagement,
  loadServer: () => createSmpServer,
  loadLink: () => serveLink,
  loadTechnician: () => createTechnician,
  boardName: "portable",
  isDevelopment: false,
  technicianKeys: () => [],
  policy: [],
  erasesPerDay: 24,
  recoveryTimeoutMs: 600000,
  frameBytes: 512,
  codec: createPortableCodec(),
  openConsole: undefined,
};

const CONFIG = portableConfig(MANAGEMENT);

/** A small image with a digest; the signature is taken as good. */
function makeImage(): Uint8Array {
  const bodyEnd = 32 + PAYLOAD_BYTES;
  const image = new Uint8Array(bodyEnd + 4 + 36 + 36 + 68);
  writeU32(image, 0, 0x96f3b83d);
  writeU16(image, 8, 32);
  writeU32(image, 12, PAYLOAD_BYTES);
  image[20] = 2;
  image[21] = 1;
  image.fill(7, 32, bodyEnd);
  const digest = HASH.sha256(image.subarray(0, bodyEnd));
  writeU16(image, bodyEnd, 0x6907);
  writeU16(image, bodyEnd + 2, 4 + 36 + 36 + 68);
  writeU16(image, bodyEnd + 4, 0x10);
  writeU16(image, bodyEnd + 6, 32);
  image.set(digest, bodyEnd + 8);
  writeU16(image, bodyEnd + 40, 0x01);
  writeU16(image, bodyEnd + 42, 32);
  image.set(KEY_HASH, bodyEnd + 44);
  writeU16(image, bodyEnd + 76, 0x24);
  writeU16(image, bodyEnd + 78, 64);
  return image;
}

/** Flash that outlives resets, and the client's end of the wire. */
interface Bench extends PortableFlash {
  clock: MemoryClock;
  link: MemoryLink;
  recovery: RecoveryDoor | undefined;
  /** Whether an application was started, and is on trial. */
  isTrial: boolean;
}

function createBench(): Bench {
  const flash = portableFlash();
  return {
    slots: flash.slots,
    journal: flash.journal,
    provisioning: flash.provisioning,
    data: flash.data,
    clock: createMemoryClock(),
    link: createMemoryLink(),
    recovery: undefined,
    isTrial: false,
  };
}

/** Runs `action`; `true` if it ended in a reset. */
function resets(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error !== MEMORY_REBOOT) {
      throw error;
    }
    return true;
  }
}

/** One start, with the server on the wire of whatever came up. */
function start(bench: Bench, cause: ResetCause): void {
  bench.clock = createMemoryClock();
  bench.link = createMemoryLink();
  bench.isTrial = false;
  const board: Board = {
    slots: bench.slots,
    journal: bench.journal,
    provisioning: bench.provisioning,
    data: bench.data,
    hash: HASH,
    verifier: createImageVerifier(() => true, () => true),
    watchdog: createMemoryWatchdog(),
    reset: createMemoryReset(cause),
    clock: bench.clock,
    random: createMemoryRandom(1),
    pins: createMemoryPins(),
    program: {
      start(_slot: object, _offsetBytes: number, _lengthBytes: number, door: object): void {
        const handover = door as Handover;
        const management = handover.openManagement();
        bench.isTrial = handover.info.trial;
        if (management !== undefined) {
          management.serve(bench.link, "raw");
        }
      },
      onUncaughtError(): void {
        // Nothing throws here but a reset.
      },
    },
  };
  bench.recovery = boot(board, CONFIG, () => createService());
  if (bench.recovery !== undefined && bench.recovery.management !== undefined) {
    bench.recovery.management.serve(bench.link, "raw");
  }
}

/** Sends a request, and gives the fields of its answer. */
function ask(
  bench: Bench, operation: SmpOperation, group: number, command: number, fill: (writer: CborWriter) => void,
): CborFields | undefined {
  const writer = createCborWriter(512);
  writer.openMap();
  fill(writer);
  writer.close();
  const frame = writer.frame();
  const lengthBytes = frame.length - SMP_HEADER_BYTES;
  writeRequestHeader(frame, { version: 1, operation, group, sequence: 9, command, lengthBytes });
  const before = bench.link.sent.length;
  bench.link.deliver(frame);
  const answer = bench.link.sent[before];
  return readFields(answer, SMP_HEADER_BYTES, answer.length);
}

function nothing(): void {
  // A request without fields.
}

function runCases(check: Check): void {
  check.test("a board without an image takes one over a wire, tries it and confirms it", () => {
    const bench = createBench();
    const image = makeImage();
    const sha = HASH.sha256(image);
    start(bench, ResetCause.PowerOn);
    check.isTrue(bench.recovery !== undefined, "recovery");
    let offset = 0;
    for (let at = 0; at < image.length; at = offset) {
      const answer = ask(bench, SmpOperation.Write, 1, 1, (writer) => {
        writeEntry(writer, "off", at);
        writeEntry(writer, "data", image.subarray(at, Math.min(at + CHUNK_BYTES, image.length)));
        if (at === 0) {
          writeEntry(writer, "len", image.length);
          writeEntry(writer, "sha", sha);
        }
      });
      check.isTrue(answer !== undefined, "an answer");
      if (answer === undefined) {
        return;
      }
      offset = uintField(answer, "off") as number;
      check.equal(offset, Math.min(at + CHUNK_BYTES, image.length), "the next offset");
      check.equal(flagField(answer, "match"), offset === image.length ? true : undefined, "match");
    }
    ask(bench, SmpOperation.Write, 0, 5, nothing);
    check.isTrue(resets(() => {
      bench.clock.advance(2000);
    }), "a restart after the answer");
    start(bench, ResetCause.Software);
    check.equal(bench.isTrial, true, "a trial");
    const answer = ask(bench, SmpOperation.Write, 1, 0, (writer) => {
      writeEntry(writer, "confirm", true);
    });
    check.isTrue(answer !== undefined && hasField(answer, "images"), "the list");
    start(bench, ResetCause.Watchdog);
    check.equal(bench.recovery === undefined && !bench.isTrial, true, "a confirmed image");
  });

  check.test("texts, refusals and group 64 are answered", () => {
    const bench = createBench();
    start(bench, ResetCause.PowerOn);
    const echo = ask(bench, SmpOperation.Write, 0, 0, (writer) => {
      writeEntry(writer, "d", "hello");
    });
    check.equal(echo === undefined ? "" : textField(echo, "r"), "hello", "echo");
    const other = ask(bench, SmpOperation.Read, 200, 0, nothing);
    check.equal(other === undefined ? 0 : uintField(other, "rc"), 8, "an unknown group");
    const status = ask(bench, SmpOperation.Read, 64, 0, nothing);
    check.equal(status === undefined ? "" : textField(status, "board"), "portable", "board");
    check.equal(status === undefined ? false : flagField(status, "recovery"), true, "recovery");
    const erase = ask(bench, SmpOperation.Write, 1, 5, nothing);
    check.equal(erase === undefined ? 0 : uintField(erase, "rc"), 11, "an erase without a login");
  });
}

export const smpServerSuite: Suite = {
  name: "SMP server",
  run(check: Check): void {
    runCases(check);
  },
};
