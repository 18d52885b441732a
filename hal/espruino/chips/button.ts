/** Button and lamp of a board, as Espruino's pin calls have them. */

/** A value of Espruino's class Pin. */
export type Pin = object;

export interface BoardPins {
  /** Held at the start for recovery; `undefined`: the board has none. */
  readonly button: Pin | undefined;
  /** For `pinMode`: `digitalRead` alone would switch off the resistor that pulls the pin to its level at rest. */
  readonly buttonMode: string;
  /** What `digitalRead` gives while it is held. */
  readonly pressedLevel: number;
  readonly lamp: Pin | undefined;
  /** Whether `digitalWrite` lights it with a 1. */
  readonly isLitByOne: boolean;
}

declare function pinMode(this: void, pin: Pin, mode: string): void;
declare function digitalRead(this: void, pin: Pin): number;
declare function digitalWrite(this: void, pin: Pin, value: boolean): void;

export function isHeld(pins: BoardPins): boolean {
  if (pins.button === undefined) {
    return false;
  }
  pinMode(pins.button, pins.buttonMode);
  return digitalRead(pins.button) === pins.pressedLevel;
}

export function light(pins: BoardPins, isOn: boolean): void {
  if (pins.lamp !== undefined) {
    digitalWrite(pins.lamp, isOn === pins.isLitByOne);
  }
}
