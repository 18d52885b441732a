/** The clients of other projects, each behind the same few verbs. What is odd about one stays in its own entry. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SMP_UDP_PORT } from "../../tools/ports/port-name";

export type Wire = "pty" | "udp";

export interface Finished {
  readonly exitCode: number | null;
  /** stdout and stderr, as they came. */
  readonly text: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

export interface RealClient {
  readonly name: string;
  /** How to get it. */
  readonly from: string;
  readonly wires: readonly Wire[];
  /** The program; `undefined`: it is not here. */
  readonly program: string | undefined;
  readonly version: readonly string[];
  /** The only UDP port that it can reach, where it cannot be told one. */
  readonly udpPort?: number;
  readonly connect: (wire: Wire, pty: string, udpPort?: number) => readonly string[];
  /** Options behind `connect` for a board that answers later than the client expects. */
  readonly patience: readonly string[];
  readonly list: readonly string[];
  readonly upload: (file: string) => readonly string[];
  readonly test: (hash: string) => readonly string[];
  readonly confirm: (hash: string) => readonly string[];
  readonly reset: readonly string[];
  /** Slots as `1 2.0.0 active confirmed pending`, in the order of the text. */
  readonly slots: (text: string) => string[];
  /** Whether a power cut of the device ends its upload, so that somebody has to start it again. */
  readonly givesUpAtPowerCut: boolean;
  /** Whether its upload never ends when the board refuses the last chunk. */
  readonly hangsAtRefusal: boolean;
}

/** By variable, or in the folder of peers of this checkout, or on the PATH. */
function find(variable: string, name: string): string | undefined {
  const given = process.env[variable];
  if (given !== undefined && given !== "") {
    return given;
  }
  const venv = fileURLToPath(new URL("../../build/venv/bin", import.meta.url));
  const folders = [venv, ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const FLAGS = ["active", "confirmed", "pending"] as const;

/** `0 1.0.0 active`, from whatever says which flags are set. */
function slotText(slot: string, version: string, has: (flag: string) => boolean, isBootable: boolean): string {
  return [slot, version, ...FLAGS.filter(has), ...(isBootable ? [] : ["refused"])].join(" ");
}

/** Images as the Go client prints them: `image=0 slot=1`, then indented `name: value`. */
function goSlots(text: string): string[] {
  return text.split(/^ image=/m).slice(1).map((block) => {
    const value = (name: string): string => new RegExp(`^ *${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
    const slot = /slot=(\d+)/.exec(block)?.[1] ?? "";
    return slotText(slot, value("version"), (flag) => value("flags").split(" ").includes(flag),
      value("bootable") === "true");
  });
}

/** Images as smpmgr prints them: `ImageState(` with Python's values. */
function pythonSlots(text: string): string[] {
  return text.split("ImageState(").slice(1).map((block) => {
    const value = (name: string): string => new RegExp(`\\b${name}='?([\\w.+]*)'?`).exec(block)?.[1] ?? "";
    return slotText(value("slot"), value("version"), (flag) => value(flag) === "True", value("bootable") === "True");
  });
}

interface RustSlot {
  readonly slot: number;
  readonly version: string;
  readonly [flag: string]: unknown;
}

/** Images as mcumgr-client prints them: JSON behind `response: `. */
function rustSlots(text: string): string[] {
  const json = text.slice(text.indexOf("response: ") + "response: ".length);
  const { images } = JSON.parse(json.slice(0, json.lastIndexOf("}") + 1)) as { images: RustSlot[] };
  return images.map((slot) =>
    slotText(String(slot.slot), slot.version, (flag) => slot[flag] === true, slot["bootable"] === true),
  );
}

export const REAL_CLIENTS: readonly RealClient[] = [
  {
    name: "mcumgr",
    from: "go install github.com/apache/mynewt-mcumgr-cli/mcumgr@latest",
    wires: ["pty", "udp"],
    program: find("MCUMGR", "mcumgr"),
    version: ["version"],
    connect: (wire, pty, udpPort = SMP_UDP_PORT) =>
      wire === "pty"
        ? ["--conntype", "serial", "--connstring", `dev=${pty},baud=115200,mtu=512`]
        : ["--conntype", "udp", "--connstring", `127.0.0.1:${udpPort}`],
    patience: [],
    list: ["image", "list"],
    upload: (file) => ["image", "upload", file],
    test: (hash) => ["image", "test", hash],
    confirm: () => ["image", "confirm"],
    reset: ["reset"],
    slots: goSlots,
    givesUpAtPowerCut: false,
    hangsAtRefusal: true,
  },
  {
    name: "smpmgr",
    from: "pip install smpmgr",
    wires: ["pty", "udp"],
    program: find("SMPMGR", "smpmgr"),
    version: ["--version"],
    udpPort: SMP_UDP_PORT,
    connect: (wire, pty) => (wire === "pty" ? ["--port", pty] : ["--ip", "127.0.0.1"]),
    patience: [],
    list: ["image", "state-read"],
    upload: (file) => ["image", "upload", file],
    test: (hash) => ["image", "state-write", hash],
    confirm: () => ["image", "state-write", "--confirm"],
    reset: ["os", "reset"],
    slots: pythonSlots,
    givesUpAtPowerCut: true,
    hangsAtRefusal: false,
  },
  {
    name: "mcumgr-client",
    from: "cargo install mcumgr-client",
    wires: ["pty", "udp"],
    program: find("MCUMGR_CLIENT", "mcumgr-client"),
    version: ["--version"],
    connect: (wire, pty, udpPort = SMP_UDP_PORT) =>
      wire === "pty" ? ["-d", pty] : ["--host", "127.0.0.1", "--port", String(udpPort)],
    // It takes an answer that comes after its 200 ms for that to its next request, and so all that follow.
    patience: ["--subsequent_timeout", "3000"],
    list: ["list"],
    upload: (file) => ["upload", file],
    test: (hash) => ["test", hash],
    confirm: (hash) => ["test", hash, "--confirm", "true"],
    reset: ["reset"],
    slots: rustSlots,
    givesUpAtPowerCut: true,
    hangsAtRefusal: false,
  },
];

/** No client needs longer for anything here; one that hangs is a failure. */
const LIMIT_MS = 60_000;

/** Wide enough that nothing is wrapped, and no colours. */
const ENVIRONMENT = { ...process.env, COLUMNS: "300", NO_COLOR: "1", TERM: "dumb" };

export function start(program: string, argv: readonly string[]): Running {
  const child = spawn(program, argv, { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => void (text += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => void (text += bytes.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, text });
    });
  });
  return { process: child, finished };
}

/** What it says of itself, or that it does not. */
export function versionOf(client: RealClient): string {
  const { stdout } = spawnSync(client.program ?? "", client.version, { encoding: "utf8" });
  return stdout.trim().split("\n")[0] ?? "";
}
