/** A serial port as Espruino has it, on the machine's link. */

import type { ApplicationHost } from "../host";
import { byteString, bytesOf, displayText } from "./text";
import type { Globals } from "./types";

export function serialPort(host: ApplicationHost): Globals {
  const { link } = host.devices;
  const listeners: ((data: string) => void)[] = [];
  let buffered = "";
  link.addReceiver((bytes) => {
    const data = Buffer.from(bytes).toString("latin1");
    if (listeners.length === 0) {
      buffered += data;
    }
    listeners.forEach((listener) => host.invoke(() => listener(data)));
  });
  const write = (...data: unknown[]): void => link.send(bytesOf(data.map(byteString).join("")));
  return {
    setup: () => undefined,
    unsetup: () => undefined,
    write,
    print: (value: unknown) => write(displayText(value)),
    println: (value: unknown) => write(`${displayText(value)}\r\n`),
    on: (event: string, listener: (data: string) => void) => {
      if (event === "data") {
        listeners.push(listener);
      }
    },
    removeAllListeners: () => void listeners.splice(0),
    available: () => buffered.length,
    read: (count?: number) => {
      const data = buffered.slice(0, count ?? buffered.length);
      buffered = buffered.slice(data.length);
      return data.length === 0 ? undefined : data;
    },
  };
}
