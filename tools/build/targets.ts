/** What is built for boards, in one table: entry files, the form of the bundle, and the budgets. */

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
}

/**
 * What a board gets: the bootloader, the part of it that is evaluated on demand, the signature verifier that the
 * board's driver hands to it, and the sample application as the payload of an image.
 */
export const BOARD_TARGETS: readonly BundleTarget[] = [
  { name: "bootloader", entry: "bootloader/entry.ts", exported: "boot", hasInnerNames: true },
  { name: "service", entry: "bootloader/service.ts", exported: "createService", hasInnerNames: true },
  { name: "verifier", entry: "hal/tweetnacl/verifier.ts", exported: "createTweetnaclVerifier" },
  { name: "sensor-node", entry: "firmware/samples/sensor-node.ts", exported: "main", parameters: ["door"] },
];

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
    budgetBytes: 6144,
  },
  {
    title: "runtime in every application image",
    name: "runtime",
    entry: "firmware/runtime.ts",
    exported: "startRuntime",
    budgetBytes: 6144,
  },
];
