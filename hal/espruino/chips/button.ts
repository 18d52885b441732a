/** Button and lamp of a board, as Espruino's pin calls have them. */

/** A value of Espruino's class Pin. */
export type Pin = object;

export interface BoardPins {
  /** Held at the start for recovery; `undefined`: the board has none. */
  readonly button: Pin | undefined;
  /** What `digitalRead` gives while it is held. */
  readonly pressedLevel: number;
  readonly lamp: Pin | undefined;
}

declare function digitalRead(this: void, pin: Pin): number;
declare function digitalWrite(this: void, pin: Pin, value: boolean): void;

export function isHeld(pins: BoardPins): boolean {
  return pins.button !== undefined && digitalRead(pins.button) === pins.pressedLevel;
}

export function light(pins: BoardPins, isOn: boolean): void {
  if (pins.lamp !== undefined) {
    digitalWrite(pins.lamp, isOn);
  }
}
