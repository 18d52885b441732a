/** Names of the bootloader's files in Storage; bootloader/espruino/files.ts has the same, which a test compares. */

export const FILE_NAMES = {
  config: "tb.config",
  boot: "tb.boot",
  service: "tb.service",
  verifier: "tb.verifier",
  keys: "tb.keys",
  sha256: "tb.sha256",
  storage: "tb.storage",
  recovery: "tb.recovery",
  window: "tb.window",
  management: "tb.manage",
  server: "tb.smp",
  link: "tb.link",
  technician: "tb.tech",
  technicianKeys: "tb.techs",
} as const;

/** The parts that `tb.config` knows by their CRC-32. */
export type PartName = Exclude<keyof typeof FILE_NAMES, "config">;
