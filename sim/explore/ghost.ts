/**
 * What an outsider who watched every boot knows of the board: kept beside the flash, so that what must never happen can
 * be told without asking the bootloader. Part of every state.
 */

export interface Ghost {
  /** Number of the image that was confirmed last. */
  readonly confirmed: number;
  /** Bit k: image k was confirmed at some time. */
  readonly everConfirmed: number;
  /** The image that was started on trial and neither confirmed nor given up yet; -1: none. */
  readonly trial: number;
  /** Bit k: image k was given up and not installed again. */
  readonly rejected: number;
  /** Highest security counter of a confirmed image. */
  readonly floor: number;
  /** Bits that were flipped in slots so far. */
  readonly flips: number;
  /** Erases of slots over wires in this period; 0 where the story has no limit. */
  readonly erases: number;
  /** Logins in a row that the board refused as forgeries, up to FAILURES_KEPT. */
  readonly failures: number;
  /** Erases of journal pages since management was opened last, while it has counts to remember; up to 2. */
  readonly turns: number;
}

export const NO_GHOST_OF_WIRES = { erases: 0, failures: 0, turns: 0 } as const;

export function ghostText(ghost: Ghost): string {
  const { confirmed, everConfirmed, trial, rejected, floor, flips, erases, failures, turns } = ghost;
  return [confirmed, everConfirmed, trial, rejected, floor, flips, erases, failures, turns].join();
}

export function confirmImage(ghost: Ghost, image: number, counter: number): Ghost {
  return {
    ...ghost,
    confirmed: image,
    everConfirmed: ghost.everConfirmed | (1 << image),
    trial: ghost.trial === image ? -1 : ghost.trial,
    floor: Math.max(ghost.floor, counter),
  };
}

export function hasBit(set: number, image: number): boolean {
  return image >= 0 && (set & (1 << image)) !== 0;
}
