/** A server on a wire: framing in, server, framing out, and the timer for what was put off. */

import { viewBytes } from "../bytes";
import { bytesOf } from "../image/bytes-of";
import { SMP_LINE_BYTES, SMP_RECEIVED_LINE_BYTES_MAX } from "../limits";
import type { SmpCodec } from "./codec";
import { createConsoleReceiver, encodeConsole } from "./console-framing";
import type { Management, ManagementLink, ManagementServer, SmpFraming } from "./management";
import { Transport } from "./policy";
import { createStreamReceiver } from "./stream-framing";

/** A frame that stood still this long is not going on: what MCUboot's serial recovery waits. */
const STALLED_MS = 3000;
/** How often what was put off is looked after where no request does it. */
const WORK_INTERVAL_MS = 250;
const NEWLINE = 10;

function transportOf(framing: SmpFraming): Transport {
  if (framing === "datagram") {
    return Transport.Udp;
  }
  return framing === "ble" ? Transport.Ble : Transport.Serial;
}

/**
 * An answer without the newline before it: one client takes it for a wrong first byte. It stands at the start of a
 * line all the same, as every answer ends one, and so does what is sent when serving begins.
 */
function consoleLines(codec: SmpCodec, response: Uint8Array): Uint8Array {
  const lines = encodeConsole(response, codec, SMP_LINE_BYTES);
  return viewBytes(lines, 1, lines.length - 1);
}

export type ServeLink =
  (this: void, management: Management, link: ManagementLink, framing: SmpFraming) => ManagementServer;

/** See ManagementDoor.serve. */
export function serveLink(management: Management, link: ManagementLink, framing: SmpFraming): ManagementServer {
  const server = management.createServer(transportOf(framing));
  const settings = management.settings;
  const isConsole = framing === "console";
  let heardMs = 0;

  function answer(frame: Uint8Array): void {
    const response = server.handle(frame);
    if (response !== undefined) {
      link.send(isConsole ? consoleLines(settings.codec, response) : response);
    }
    server.work();
  }

  const stream = createStreamReceiver(isConsole ? 0 : settings.frameBytes, answer);
  const lines = isConsole
    ? createConsoleReceiver(settings.frameBytes, SMP_RECEIVED_LINE_BYTES_MAX, answer, settings.codec)
    : undefined;
  link.onReceive(function (bytes: Uint8Array): void {
    if (lines !== undefined) {
      lines.receive(bytes);
    } else if (framing === "datagram") {
      answer(bytes);
    } else {
      const now = management.clock.uptimeMs();
      if (now - heardMs > STALLED_MS) {
        stream.reset();
      }
      heardMs = now;
      stream.receive(bytes);
    }
  });
  management.clock.every(WORK_INTERVAL_MS, function (): void {
    server.work();
  });
  if (isConsole) {
    link.send(bytesOf([NEWLINE]));
  }
  return {
    disconnect(): void {
      stream.reset();
      server.disconnect();
    },
  };
}
