/** The interpreter's console: a root shell, closed by the stub in `.boot0` before anything else runs. */

declare const E: { setConsole(device: string | null, options: { force: boolean }): void };

/** @param device "Serial1", "USB", "Bluetooth" ...; it stays there whatever connects */
export function openConsole(device: string): void {
  E.setConsole(device, { force: true });
}

/** Ends it until the next `openConsole`, also in a build that leaves it open. */
export function closeConsole(): void {
  E.setConsole(null, { force: true });
}
