/** Peripheral registers by address, through the calls of Espruino. No driver of them was ever tried on hardware. */

export interface Registers {
  read(this: void, address: number): number;
  write(this: void, address: number, value: number): void;
}

declare function peek32(this: void, address: number): number;
declare function poke32(this: void, address: number, value: number): void;

export function espruinoRegisters(): Registers {
  return { read: peek32, write: poke32 };
}
