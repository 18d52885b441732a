/** LMS keys in folders of their own, and a disk whose steps can fail. */

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyLms } from "../../../core/crypto/lms";
import type { Context } from "../../../tools/context";
import type { LmsDisk } from "../../../tools/lms/disk";
import { realDisk } from "../../../tools/lms/disk";
import { createLmsKey } from "../../../tools/lms/new-key";
import { parameterSetNamed } from "../../../tools/lms/parameters";
import { type LmsSigner, openLmsSigner } from "../../../tools/lms/signer";
import { createOutput } from "../../../tools/output";
import { hostServices } from "../../core/crypto/lms-vectors";

export interface TestKey {
  readonly folder: string;
  readonly path: string;
  readonly publicKey: Uint8Array;
  /** What was said on stderr since the last look. */
  said(): string;
  open(options?: { breakLock?: boolean; disk?: LmsDisk; secrets?: string[] }): Promise<LmsSigner>;
}

/** @param home folder of the registry; `undefined`: none */
export function contextIn(home: string | undefined, say: (text: string) => void, secrets: string[] = []): Context {
  return {
    env: home === undefined ? {} : { XDG_STATE_HOME: home },
    cwd: "/",
    stdout: () => undefined,
    stderr: say,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    askSecret: () => Promise.resolve(secrets.shift()),
  };
}

/** The real disk without its syncs, which cannot be tested and take most of the time. */
const quickDisk: LmsDisk = {
  ...realDisk,
  create(path, data, mode) {
    if (existsSync(path)) {
      return false;
    }
    writeFileSync(path, data, { mode, flag: "wx" });
    return true;
  },
  syncFolder: () => undefined,
};

/** Makes a key of 32 leaves, M24_H5_W4. */
export function makeTestKey(folder: string, home: string | undefined): TestKey {
  mkdirSync(folder, { recursive: true });
  const set = parameterSetNamed("M24_H5_W4");
  assert.ok(set !== undefined);
  const context = contextIn(home, () => undefined);
  const output = createOutput(context, { json: false, quiet: true });
  const publicKey = createLmsKey(context, output, join(folder, "key.lms"), set, undefined);
  return keyIn(folder, publicKey, home);
}

/** A copy of a key that has not signed yet, with a registry of its own. */
export function copyOfKey(key: TestKey, folder: string, home: string | undefined): TestKey {
  mkdirSync(folder, { recursive: true });
  for (const name of ["", ".state", ".tree"]) {
    copyFileSync(key.path + name, join(folder, `key.lms${name}`));
  }
  return keyIn(folder, key.publicKey, home);
}

function keyIn(folder: string, publicKey: Uint8Array, home: string | undefined): TestKey {
  const path = join(folder, "key.lms");
  let text = "";
  const contextWith = (secrets: string[]): Context => contextIn(home, (more) => (text += more), secrets);
  const output = createOutput(contextWith([]), { json: false, quiet: false });
  return {
    folder,
    path,
    publicKey,
    said: () => {
      const said = text;
      text = "";
      return said;
    },
    open: (options = {}) =>
      openLmsSigner(contextWith(options.secrets ?? []), output, path, { file: undefined }, {
        disk: quickDisk,
        ...options,
      }),
  };
}

export const MESSAGE = new Uint8Array(32).fill(7);

/** Signs once. @returns the leaf */
export async function signOnce(key: TestKey, options: { breakLock?: boolean; disk?: LmsDisk } = {}): Promise<number> {
  const signer = await key.open(options);
  try {
    const signature = signer.sign(MESSAGE);
    assert.equal(verifyLms(hostServices, key.publicKey, MESSAGE, signature), true);
    return new DataView(signature.buffer, signature.byteOffset).getUint32(0);
  } finally {
    signer.close();
  }
}

/** Thrown where the machine stops: nothing after it happens, not even the release of a lock. */
export class PowerCut extends Error {}

/** A disk on which all steps that change something fail from step `failing` on, before or after they took effect. */
export function failingDisk(failing: number, takesEffect: boolean): LmsDisk & { steps(): number } {
  let steps = 0;
  const step = <T>(action: () => T): T => {
    const number = steps++;
    if (number < failing) {
      return action();
    }
    if (number === failing && takesEffect) {
      action();
    }
    throw new PowerCut(`step ${number}`);
  };
  return {
    steps: () => steps,
    read: (path) => realDisk.read(path),
    create: (path, data, mode) => step(() => quickDisk.create(path, data, mode)),
    rename: (from, to) => step(() => realDisk.rename(from, to)),
    syncFolder: (path) => step(() => quickDisk.syncFolder(path)),
    remove: (path) => step(() => realDisk.remove(path)),
  };
}
