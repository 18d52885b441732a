/** What a behaviour works with (behaviours.ts, wire-behaviours.ts). */

import type { Handover, RecoveryDoor } from "../../core/boot/handover";
import type { KnownImage } from "./slot-form";
import type { WireScene } from "./wire-behaviours";

export interface Scene {
  readonly door: Handover | undefined;
  readonly recovery: RecoveryDoor | undefined;
  readonly images: readonly KnownImage[];
  /** `undefined` in stories without a wire. */
  readonly wire: WireScene | undefined;
  /** Told that the running image has confirmed itself, and the call came back. */
  confirmed(): void;
  /** Told that this image was taken, and the call came back. */
  installed(image: number): void;
  /** The application is about to change its own data. */
  changesData(): void;
}

export interface Behaviour {
  readonly title: string;
  run(scene: Scene): void;
}
