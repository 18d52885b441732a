/** What a person does to a served board beside talking to it, as lines of text. */

import type { ServedBoard } from "./served-board";

export const CONTROLS_HELP =
  "power off, power on, power cut, cut N (power fails inside the Nth flash operation from now), button down, button up";

type Control = (board: ServedBoard) => void;

const WORDS: Readonly<Record<string, Control>> = {
  "power off": (board) => board.powerOff(),
  "power on": (board) => board.powerOn(),
  "power cut": (board) => board.cutPower(),
  "button down": (board) => board.setGesture(true),
  "button up": (board) => board.setGesture(false),
};

/** Power fails inside the flash operation of this number, counted from now, 1 for the next. */
export function cutAt(operation: number): Control {
  return (board) => board.cutPowerAt({ atOperation: operation - 1, when: "torn", seed: operation });
}

/** What a line asks for; `undefined`: nothing that is known. */
export function controlOf(line: string): Control | undefined {
  const text = line.trim().replace(/\s+/g, " ");
  const operation = /^cut ([1-9]\d{0,8})$/.exec(text)?.[1];
  if (operation !== undefined) {
    return cutAt(Number(operation));
  }
  return Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
}
