/** Names of the command sets that a technician's login can open, as people and board files write them. */

import { CommandSet } from "../../core/smp/policy";

export const COMMAND_SETS = {
  erase: CommandSet.Erase, "factory-reset": CommandSet.FactoryReset, files: CommandSet.Files,
  console: CommandSet.Console,
} as const;
export type CommandSetName = keyof typeof COMMAND_SETS;

/** Names of the sets in a number of bits, in the order of the bits. */
export function setNames(sets: number): CommandSetName[] {
  const names = Object.keys(COMMAND_SETS) as CommandSetName[];
  return names.filter((name) => (sets & COMMAND_SETS[name]) !== 0);
}

/** The bits of some sets. */
export function setBits(names: readonly CommandSetName[]): number {
  return names.reduce((bits, name) => bits | COMMAND_SETS[name], 0);
}
