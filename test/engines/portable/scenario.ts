/**
 * Runs one scenario of test/engines/scenarios on memory drivers, on any engine. It comes as a tape: lines of words made
 * by scenarios/tape.ts, since not every engine can read JSON or YAML. scenarios/observation.ts reads what is printed.
 *
 *   partition NAME ADDRESS SIZE PAGE_SIZE     key PUBLIC_KEY KEY_HASH      image NAME SIZE HEAD TAIL
 *   config IDENTITY POLICY VERIFY_MODE KNOWS_CAUSES ATTEMPTS FORGIVEN      put PARTITION OFFSET BYTES
 *   erase PARTITION      turn PARTITION OFFSET|first|last      do ACTION [VALUE ...]      start CAUSE GESTURE
 */

import { VerifyMode } from "../../../bootloader/config";
import { boot } from "../../../bootloader/main";
import { createService } from "../../../bootloader/service";
import type { Handover, RecoveryDoor, SlotWriter } from "../../../core/boot/handover";
import { createRegionHash } from "../../../core/crypto/region-hash";
import { createSha256 } from "../../../core/crypto/sha256";
import { Reason } from "../../../core/reasons";
import type { Board } from "../../../hal/board";
import type { Hash } from "../../../hal/hash";
import { createMemoryClock } from "../../../hal/memory/clock";
import { createMemoryHash } from "../../../hal/memory/hash";
import { createMemoryPins } from "../../../hal/memory/pins";
import { createMemoryProgram } from "../../../hal/memory/program";
import { createMemoryRandom } from "../../../hal/memory/random";
import { createMemoryReset, MEMORY_REBOOT } from "../../../hal/memory/reset";
import { createMemoryWatchdog } from "../../../hal/memory/watchdog";
import { createQuickVerifier } from "../espruino/quick-verifier";
import { fromHex, toHex } from "./check";
import type { ScenarioBoard } from "./scenario-board";
import { createScenarioFlash, eraseAll, PARTITIONS, putBytes, turnOver } from "./scenario-board";

type Print = (text: string) => void;

const HASH = createMemoryHash();

/** Of a board that hashes while it receives; a new one for each start, as memory is. */
function createSlowHash(): Hash {
  const regions = createRegionHash(createSha256, () => undefined);
  return {
    crc32: (bytes) => HASH.crc32(bytes),
    sha256: (bytes) => HASH.sha256(bytes),
    sha256Region: (source, offsetBytes, lengthBytes) => regions.sha256Region(source, offsetBytes, lengthBytes),
    hashAhead: regions.hashAhead,
  };
}

/** What ends an application's turn for good: the board hangs, or `load()` restarts the interpreter. */
const HANG = "scenario: hangs";
const LOAD = "scenario: load()";

function wordsOf(line: string): string[] {
  return line.split(" ");
}

/** The words from `first` on, as the text that they were. */
function textFrom(words: string[], first: number): string {
  let text = words[first];
  for (let i = first + 1; i < words.length; i++) {
    text += " " + words[i];
  }
  return text;
}

/** install IMAGE PIECE_BYTES ANNOUNCED_BYTES SENT_BYTES STEPS: 1 begin and write, 2 finish, 3 ask for the trial. */
function install(board: ScenarioBoard, writer: SlotWriter, words: string[]): Reason {
  const image = board.images[board.imageNames.indexOf(words[1])];
  const pieceBytes = Number(words[2]);
  const sentBytes = Number(words[4]);
  const steps = Number(words[5]);
  let reason = writer.begin(Number(words[3]));
  for (let at = 0; at < sentBytes && reason === Reason.None; at += pieceBytes) {
    reason = writer.write(image.subarray(at, Math.min(at + pieceBytes, sentBytes)));
  }
  if (reason === Reason.None && steps > 1) {
    reason = writer.finish();
  }
  return reason === Reason.None && steps > 2 ? writer.requestTrial() : reason;
}

/** What works in recovery too: `true` if the action was one of these. */
function actAnywhere(
  board: ScenarioBoard, words: string[], print: Print, openWriter: () => SlotWriter,
  readJournal: (visit: (record: Uint8Array) => void) => void,
): boolean {
  if (words[0] === "install") {
    print("say install " + install(board, openWriter(), words).toString());
    return true;
  }
  if (words[0] === "journal") {
    let records = 0;
    readJournal(() => {
      records++;
    });
    print("say journal " + records.toString());
    return true;
  }
  return false;
}

function act(board: ScenarioBoard, door: Handover, words: string[], print: Print): void {
  const action = words[0];
  const isDone = actAnywhere(
    board, words, print, () => door.openWriter(), (visit) => { door.readJournal(visit); },
  );
  if (isDone) {
    return;
  }
  if (action === "confirm") {
    print("say confirm " + door.confirm().toString());
  } else if (action === "announce") {
    print("say announce " + door.announceRestart().toString());
  } else if (action === "sleep") {
    print("say sleep " + door.announceSleep().toString());
  } else if (action === "reject") {
    print("say reject " + door.reject(textFrom(words, 1)).toString());
  } else if (action === "recovery") {
    print("say recovery " + door.requestRecovery().toString());
  } else if (action === "die") {
    door.die(textFrom(words, 1));
  } else if (action === "throw") {
    throw textFrom(words, 1);
  } else if (action === "reboot") {
    throw MEMORY_REBOOT;
  } else if (action === "hang") {
    throw HANG;
  } else if (action === "load") {
    throw LOAD;
  } else if (action === "store") {
    const offset = Number(words[1]);
    door.data.erasePage(offset - (offset % door.data.pageSizeBytes));
    door.data.write(offset, fromHex(words[2]));
  } else if (action === "recall") {
    print("say recall " + toHex(door.data.read(Number(words[1]), Number(words[2]))));
  } else {
    throw "unknown action " + action;
  }
}

function actInRecovery(board: ScenarioBoard, door: RecoveryDoor, words: string[], print: Print): void {
  const isDone = actAnywhere(board, words, print, () => door.writer, (visit) => { door.readJournal(visit); });
  if (!isDone) {
    if (words[0] !== "restart") {
      throw "unknown action in recovery " + words[0];
    }
    door.restart();
  }
}

function announceStart(door: Handover, print: Print): void {
  const info = door.info;
  const version = info.version;
  print(
    "start " + info.slot.toString() + " " + version.major.toString() + "." + version.minor.toString() + "." +
    version.revision.toString() + " " + (info.trial ? "trial" : "confirmed") + " " + toHex(info.digest) + " " +
    info.attemptsLeft.toString() + " " + info.securityFloor.toString(),
  );
}

/** One start: what starts, what it says, how it ends. */
function start(scenario: ScenarioBoard, actions: string[][], cause: number, gesture: boolean, print: Print): void {
  const flash = scenario.flash;
  const pins = createMemoryPins();
  pins.setGesture(gesture);
  let end = "idle";

  function run(act_: (words: string[]) => void): void {
    for (let i = 0; i < actions.length; i++) {
      act_(actions[i]);
    }
  }

  function runApplication(object: object): void {
    const door = object as Handover;
    announceStart(door, print);
    try {
      run((words) => { act(scenario, door, words, print); });
    } catch (error) {
      if (error !== HANG && error !== LOAD) {
        throw error;
      }
      end = error === HANG ? "hang" : "load";
    }
  }

  const board: Board = {
    slots: [flash[2].partition, flash[3].partition],
    journal: flash[1].partition,
    provisioning: flash[0].partition,
    data: flash[4].partition,
    hash: scenario.config?.verifyMode === VerifyMode.SealCrc32 ? createSlowHash() : HASH,
    verifier: createQuickVerifier(HASH),
    watchdog: createMemoryWatchdog(),
    reset: createMemoryReset(cause),
    clock: createMemoryClock(),
    random: createMemoryRandom(1),
    pins,
    program: createMemoryProgram(runApplication),
  };
  const config = scenario.config;
  if (config === undefined) {
    throw "no config before the first start";
  }
  try {
    const door = boot(board, config, () => createService());
    if (door !== undefined) {
      print("recovery " + door.reason.toString());
      run((words) => { actInRecovery(scenario, door, words, print); });
    }
  } catch (error) {
    if (error !== MEMORY_REBOOT) {
      throw error;
    }
    end = "reset";
  }
  print("end " + end);
}

/** Prints the pages that changed since the last time, erased ones without their bytes. */
function printPages(board: ScenarioBoard, print: Print): void {
  for (let i = 0; i < board.flash.length; i++) {
    const partition = board.flash[i].partition;
    const touched = board.flash[i].touched;
    for (let page = 0; page < touched.length; page++) {
      if (touched[page]) {
        touched[page] = false;
        const bytes = partition.read(page * partition.pageSizeBytes, partition.pageSizeBytes);
        print("page " + partition.name + " " + page.toString() + " " + toHex(bytes));
      }
    }
  }
  print("done");
}

/** A file of this size: erased bytes between its head and its tail. */
function filledFile(sizeBytes: number, head: Uint8Array, tail: Uint8Array): Uint8Array {
  const file = new Uint8Array(sizeBytes);
  file.fill(255);
  file.set(head, 0);
  file.set(tail, sizeBytes - tail.length);
  return file;
}

function setUp(board: ScenarioBoard, words: string[]): void {
  if (words[0] === "partition") {
    board.flash.push(createScenarioFlash(words[1], Number(words[2]), Number(words[3]), Number(words[4])));
  } else if (words[0] === "key") {
    board.trustedKeys.push({ publicKey: fromHex(words[1]), keyHash: fromHex(words[2]) });
  } else if (words[0] === "image") {
    board.imageNames.push(words[1]);
    board.images.push(filledFile(Number(words[2]), fromHex(words[3]), fromHex(words[4])));
  } else if (words[0] === "config") {
    board.config = {
      identity: fromHex(words[1]),
      trustedKeys: board.trustedKeys,
      signaturePolicy: Number(words[2]),
      vendorId: undefined,
      classId: undefined,
      baseFloor: 0,
      verifyMode: Number(words[3]),
      watchdogTimeoutMs: 8000,
      trialDeadlineMs: 600000,
      knowsResetCauses: words[4] === "1",
      trialAttempts: Number(words[5]),
      trialForgiven: Number(words[6]),
    };
  } else {
    throw "unknown line " + words[0];
  }
}

/** Runs a tape to its end. Throws, or fails as the engine does, where a start ends in an error of the boot chain. */
export function runTape(tape: string, print: Print): void {
  const board: ScenarioBoard = { flash: [], imageNames: [], images: [], trustedKeys: [], config: undefined };
  let actions: string[][] = [];
  const lines = tape.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const words = wordsOf(lines[i]);
    if (words[0] === "put") {
      putBytes(board.flash[PARTITIONS.indexOf(words[1])].partition, Number(words[2]), fromHex(words[3]));
    } else if (words[0] === "erase") {
      eraseAll(board.flash[PARTITIONS.indexOf(words[1])].partition);
    } else if (words[0] === "turn") {
      turnOver(board.flash[PARTITIONS.indexOf(words[1])].partition, words[2]);
    } else if (words[0] === "do") {
      actions.push(wordsOf(textFrom(words, 1)));
    } else if (words[0] === "start") {
      start(board, actions, Number(words[1]), words[2] === "1", print);
      printPages(board, print);
      actions = [];
    } else if (lines[i].length > 0) {
      setUp(board, words);
    }
  }
}
