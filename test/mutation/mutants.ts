/** All mutants. */

import type { Mutant } from "./mutant";
import { BOOT_MUTANTS } from "./mutants-boot";
import { BOOTLOADER_MUTANTS } from "./mutants-bootloader";
import { IMAGE_MUTANTS } from "./mutants-image";
import { JOURNAL_MUTANTS } from "./mutants-journal";

export const MUTANTS: readonly Mutant[] = [
  ...IMAGE_MUTANTS, ...BOOT_MUTANTS, ...JOURNAL_MUTANTS, ...BOOTLOADER_MUTANTS,
];
