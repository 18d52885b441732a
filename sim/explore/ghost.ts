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
}

export function ghostText(ghost: Ghost): string {
  const { confirmed, everConfirmed, trial, rejected, floor, flips } = ghost;
  return `${confirmed},${everConfirmed},${trial},${rejected},${floor},${flips}`;
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
