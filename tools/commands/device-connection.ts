/** A device that may go away and come back: restarts and broken cables are a part of every update. */

import type { KeyObject } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { shown } from "../arguments";
import type { Context } from "../context";
import { readPrivateKey } from "../keys/key-file";
import type { Output } from "../output";
import { isLinkError, linkError } from "../ports/link-error";
import { openPort } from "../ports/open-port";
import { type DeviceSession, startSession } from "../smp/device-session";
import { grantedSets } from "../smp/login";
import type { DeviceOptions } from "./device-options";

export interface DeviceConnection {
  /** The session there is, or a new one. Refuses (link) if the device is not there. */
  session(): Promise<DeviceSession>;
  /** Ends the session, so that the next one starts anew. */
  drop(): Promise<void>;
  /**
   * Looks at the device again and again, opening a new session when one breaks, until `look` returns something.
   * Refuses (link) with the last failure when `limitMs` have passed; with `whatFor` if there was none.
   */
  poll<Value>(
    limitMs: number,
    whatFor: string,
    look: (session: DeviceSession) => Promise<Value | undefined>,
  ): Promise<Value>;
}

class Connection implements DeviceConnection {
  private open: DeviceSession | undefined;
  private hasSaidPort = false;
  private readonly options: DeviceOptions;
  private readonly output: Output;
  private readonly key: KeyObject | undefined;
  private readonly sets: number;

  constructor(options: DeviceOptions, output: Output, key: KeyObject | undefined, sets: number) {
    this.options = options;
    this.output = output;
    this.key = key;
    this.sets = sets;
  }

  async session(): Promise<DeviceSession> {
    this.open ??= await this.start();
    return this.open;
  }

  async drop(): Promise<void> {
    const session = this.open;
    this.open = undefined;
    await session?.close();
  }

  async poll<Value>(
    limitMs: number,
    whatFor: string,
    look: (session: DeviceSession) => Promise<Value | undefined>,
  ): Promise<Value> {
    const deadlineMs = Date.now() + limitMs;
    let failure: Error | undefined;
    for (;;) {
      try {
        const value = await look(await this.session());
        if (value !== undefined) {
          return value;
        }
        failure = undefined;
      } catch (error) {
        if (!isLinkError(error)) {
          throw error;
        }
        failure = error;
        await this.drop();
      }
      if (Date.now() >= deadlineMs) {
        throw failure ?? linkError(`The device answers, but ${whatFor}.`, "Wait, then run this again.");
      }
      await pause(this.options.timeouts.pollMs);
    }
  }

  private async start(): Promise<DeviceSession> {
    const { portName, baudRate, timeouts, chosenBy, framing } = this.options;
    // Opening Bluetooth takes a scan, so it gets more than one answer's time.
    const port = await openPort(portName, { baudRate, timeoutMs: timeouts.slowAnswerMs / 2, chosenBy });
    if (!this.hasSaidPort) {
      this.hasSaidPort = true;
      this.output.note(`port ${shown(port.name)}, ${port.why}`);
    }
    const session = await startSession(port, framing, timeouts);
    if (this.key !== undefined) {
      try {
        // It lives in the device's session, so every new one needs it again.
        await grantedSets(session.client, this.key, this.sets, session.patience);
      } catch (error) {
        await session.close();
        throw error;
      }
    }
    return session;
  }
}

/**
 * @param sets command sets to log in for, as bits, if there is a technician key
 * Refuses (failure) a key that cannot be read. The device is not looked for yet.
 */
export async function createConnection(
  context: Context,
  output: Output,
  options: DeviceOptions,
  sets: number,
): Promise<DeviceConnection> {
  const { technicianKeyPath, passphraseFile } = options;
  const key =
    technicianKeyPath === undefined
      ? undefined
      : await readPrivateKey(context, output, technicianKeyPath, { file: passphraseFile });
  return new Connection(options, output, key, sets);
}

/** Does one thing with a device and closes the connection, whatever comes of it. */
export async function withDevice<Value>(
  context: Context,
  output: Output,
  options: DeviceOptions,
  sets: number,
  work: (connection: DeviceConnection) => Promise<Value>,
): Promise<Value> {
  const connection = await createConnection(context, output, options, sets);
  try {
    return await work(connection);
  } finally {
    await connection.drop();
  }
}
