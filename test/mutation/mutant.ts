/** Mutants: single changes of the boot chain's text that would be defects, each of which a test has to notice. */

export interface Mutant {
  /** Its file's name and its number among that file's mutants: `judge.ts#3`. */
  readonly id: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** What is broken, in words. */
  readonly why: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** What is broken; the text that stands in the file; the text that takes its place. */
export type Break = readonly [why: string, find: string, replace: string];

/** The mutants of one file, numbered from 1. */
export function mutantsOf(file: string, breaks: readonly Break[]): Mutant[] {
  const name = file.split("/").at(-1);
  return breaks.map(([why, find, replace], i) => ({ id: `${name}#${i + 1}`, file, why, find, replace }));
}

/** Throws Error where the mutant's text does not stand in the file exactly once: it says nothing then. */
export function applyMutant(mutant: Mutant, text: string): string {
  const count = text.split(mutant.find).length - 1;
  if (count !== 1) {
    throw new Error(`mutant ${mutant.id} (${mutant.why}): its text stands ${count} times in ${mutant.file}`);
  }
  // A function, because `$` has a meaning in a replacement.
  return text.replace(mutant.find, () => mutant.replace);
}
