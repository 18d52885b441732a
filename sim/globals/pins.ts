/** Pins as Espruino has them, on the machine's simulated pins. */

import type { ApplicationHost } from "../host";
import type { Globals } from "./types";

const PIN_NAMES = [
  ...["LED1", "LED2", "LED3", "BTN1"],
  ...Array.from({ length: 48 }, (_, i) => `D${i}`),
  ...Array.from({ length: 8 }, (_, i) => `A${i}`),
];

interface PinObject {
  readonly pinName: string;
}

interface Watch {
  readonly pin: string;
  readonly callback: (event: { state: boolean; time: number; pin: unknown }) => void;
  readonly edge: unknown;
  readonly repeat: boolean;
}

function nameOf(pin: unknown): string {
  if (typeof pin === "object" && pin !== null && typeof (pin as PinObject).pinName === "string") {
    return (pin as PinObject).pinName;
  }
  if (typeof pin === "string" && PIN_NAMES.includes(pin)) {
    return pin;
  }
  throw new Error("Invalid pin");
}

function createPin(host: ApplicationHost, pinName: string): Globals {
  const { pins } = host.devices;
  return {
    pinName,
    read: () => pins.level(pinName) > 0,
    write: (value: unknown) => pins.setLevel(pinName, value ? 1 : 0),
    set: () => pins.setLevel(pinName, 1),
    reset: () => pins.setLevel(pinName, 0),
    toggle: () => {
      pins.setLevel(pinName, pins.level(pinName) > 0 ? 0 : 1);
      return pins.level(pinName) > 0;
    },
    mode: () => undefined,
    toString: () => pinName,
  };
}

/** digitalWrite of one pin, or of an array of pins that takes the bits of the value, the last pin the lowest. */
function digitalWrite(host: ApplicationHost, pin: unknown, value: unknown): void {
  if (Array.isArray(pin)) {
    pin.forEach((one, i) => digitalWrite(host, one, (Number(value) >> (pin.length - 1 - i)) & 1));
    return;
  }
  host.devices.pins.setLevel(nameOf(pin), value ? 1 : 0);
}

function digitalRead(host: ApplicationHost, pin: unknown): number {
  if (Array.isArray(pin)) {
    return pin.reduce((bits: number, one) => bits * 2 + digitalRead(host, one), 0);
  }
  return host.devices.pins.level(nameOf(pin)) > 0 ? 1 : 0;
}

/** setWatch and clearWatch. */
function createWatches(host: ApplicationHost): Globals {
  const { pins, clock } = host.devices;
  const watches = new Map<number, Watch>();
  let idsGiven = 0;
  pins.onChange = (pin, level) => {
    for (const [id, watch] of [...watches]) {
      const wanted = watch.edge === "both" || watch.edge === (level > 0 ? "rising" : "falling");
      if (watch.pin === pin && wanted) {
        if (!watch.repeat) {
          watches.delete(id);
        }
        const event = { state: level > 0, time: clock.nowUs / 1e6, pin };
        clock.schedule(0, () => host.invoke(() => watch.callback(event)));
      }
    }
  };
  return {
    setWatch: (callback: Watch["callback"], pin: unknown, options?: { edge?: unknown; repeat?: unknown }) => {
      const name = nameOf(pin);
      const edge = options?.edge ?? (name.startsWith("BTN") ? "rising" : "both");
      watches.set(++idsGiven, { pin: name, callback, edge, repeat: options?.repeat === true });
      return idsGiven;
    },
    clearWatch: (id?: number) => {
      if (id === undefined) {
        watches.clear();
      } else {
        watches.delete(id);
      }
    },
  };
}

export function pinGlobals(host: ApplicationHost): Globals {
  const globals: Globals = {
    ...createWatches(host),
    digitalWrite: (pin: unknown, value: unknown) => digitalWrite(host, pin, value),
    digitalRead: (pin: unknown) => digitalRead(host, pin),
    digitalPulse: (pin: unknown, level: unknown, durationMs: number) => {
      digitalWrite(host, pin, level);
      host.after(durationMs, () => digitalWrite(host, pin, level ? 0 : 1));
    },
    analogRead: (pin: unknown) => host.devices.pins.level(nameOf(pin)),
    analogWrite: (pin: unknown, value: number) => host.devices.pins.setLevel(nameOf(pin), value),
    pinMode: (pin: unknown) => void nameOf(pin),
    HIGH: 1,
    LOW: 0,
  };
  for (const name of PIN_NAMES) {
    globals[name] = createPin(host, name);
  }
  return globals;
}
