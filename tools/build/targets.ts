/** What is built for boards, in one table: entry files, the form of the bundle, and the budgets. */

import type { BoardSignatures } from "../boards";

export interface BundleTarget {
  /** File name of the bundle without `.js`. */
  readonly name: string;
  /** Entry module, relative to the repository. */
  readonly entry: string;
  /** The function of the entry module that the bundle is about. */
  readonly exported: string;
  /**
   * Parameters of the function that the bundle's expression evaluates to; they go to the exported function. Without
   * them the expression evaluates to the exported function itself.
   */
  readonly parameters?: readonly string[];
  /** Whether the properties that only bootloader and service see get short names (mangle.ts). */
  readonly hasInnerNames?: boolean;
  /** Whether classes stand among the other functions, not each in one of its own (classes.ts). */
  readonly hasFlatClasses?: boolean;
  /**
   * Functions that are not put where they are called. An interpreter without compiled code reads the text of a function
   * inside of another one each time that it reads that.
   */
  readonly separate?: readonly string[];
}

/**
 * What every board gets: the bootloader, the parts of it that are evaluated on demand, and the sample application
 * as the payload of an image.
 */
export const COMMON_TARGETS: readonly BundleTarget[] = [
  { name: "bootloader", entry: "bootloader/entry.ts", exported: "boot", hasInnerNames: true },
  { name: "service", entry: "bootloader/service.ts", exported: "createService", hasInnerNames: true },
  { name: "management", entry: "bootloader/management.ts", exported: "createManagement", hasInnerNames: true },
  { name: "smp", entry: "core/smp/server.ts", exported: "createSmpServer", hasInnerNames: true },
  { name: "smp-link", entry: "core/smp/link-server.ts", exported: "serveLink", hasInnerNames: true },
  { name: "technician", entry: "core/smp/technician.ts", exported: "createTechnician", hasInnerNames: true },
  { name: "sensor-node", entry: "firmware/samples/sensor-node.ts", exported: "main", parameters: ["door"] },
];

/** What of a board file decides which verifier the board gets. */
export interface VerifierChoice {
  readonly engine: { readonly nativeSha512: boolean };
  readonly signatures: BoardSignatures;
}

/** The signature verifier that a board's driver hands to the bootloader. */
export function verifierTarget({ engine, signatures }: VerifierChoice): BundleTarget {
  const [first, ...others] = signatures.schemes;
  const schemes = others.length > 0 ? "hybrid" : first;
  const hash = schemes === "ed25519" && !engine.nativeSha512 ? "-portable-hash" : "";
  return { name: "verifier", entry: `hal/espruino/verifier-${schemes}${hash}.ts`, exported: "createVerifier" };
}

/** All files of a board. */
export function boardTargets(board: VerifierChoice): readonly BundleTarget[] {
  return [...COMMON_TARGETS, verifierTarget(board)];
}

export interface SizedTarget extends BundleTarget {
  readonly title: string;
  /** Absent: measured and shown, not limited. */
  readonly budgetBytes?: number;
}

/**
 * What flash pays for. The bootloader takes its signature verifier from the board, so no verifier is in its bundle;
 * the runtime goes into every application image.
 */
export const SIZED_TARGETS: readonly SizedTarget[] = [
  {
    title: "bootloader without signature verifier",
    name: "bootloader",
    entry: "bootloader/entry.ts",
    exported: "boot",
    hasInnerNames: true,
    budgetBytes: 8192,
  },
  {
    title: "service: install, recovery, lost journal",
    name: "service",
    entry: "bootloader/service.ts",
    exported: "createService",
    hasInnerNames: true,
    // Of these 512 bytes are for management: what it borrows, resuming an install, and recovery's way to it.
    // Another 256 are for boards without native SHA-256: the seal over a CRC-32, and hashing while receiving.
    budgetBytes: 6912,
  },
  {
    title: "SMP server: OS and image groups",
    name: "smp",
    entry: "core/smp/server.ts",
    exported: "createSmpServer",
    hasInnerNames: true,
    budgetBytes: 8192,
  },
  {
    title: "SMP on a wire: framing and timer",
    name: "smp-link",
    entry: "core/smp/link-server.ts",
    exported: "serveLink",
    hasInnerNames: true,
    budgetBytes: 2560,
  },
  {
    title: "management: uploads, slots, recovery",
    name: "management",
    entry: "bootloader/management.ts",
    exported: "createManagement",
    hasInnerNames: true,
    budgetBytes: 8192,
  },
  {
    title: "technician: logins, files, group 64",
    name: "technician",
    entry: "core/smp/technician.ts",
    exported: "createTechnician",
    hasInnerNames: true,
    budgetBytes: 4608,
  },
  {
    title: "Ed25519 verifier, native SHA-512",
    name: "ed25519",
    entry: "hal/espruino/ed25519.ts",
    exported: "createEd25519Check",
    budgetBytes: 4608,
  },
  {
    title: "LMS verifier, native SHA-256",
    name: "lms",
    entry: "hal/espruino/lms.ts",
    exported: "createLmsCheck",
    budgetBytes: 1638,
  },
  {
    title: "file of both schemes, policy and self-test",
    name: "verifier-hybrid",
    entry: "hal/espruino/verifier-hybrid.ts",
    exported: "createVerifier",
  },
  {
    title: "runtime in every application image",
    name: "runtime",
    entry: "firmware/runtime.ts",
    exported: "startRuntime",
    budgetBytes: 6144,
  },
];
