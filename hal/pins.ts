/** The pins the boot chain uses, by their role on the board. */
export interface Pins {
  /** Whether the recovery gesture (button held, level at a pin) is being made. */
  recoveryRequested(): boolean;
  /** Switches the indicator; without one on the board nothing happens. */
  indicate(on: boolean): void;
}
