/** The files that make the Linux build of Espruino a board, as provisioning makes them, with what tests choose. */

import type { KeyStore } from "../../../core/boot/key-store";
import { SignaturePolicy } from "../../../core/image/signatures";
import { ACTIVE_WORD } from "../../../hal/espruino/stub";
import type { BoardRecovery } from "../../../tools/board/board-data";
import type { BoardFile } from "../../../tools/boards";
import { loadBoard } from "../../../tools/boards";
import type { BoardFiles } from "../../../tools/provision/board-files";
import { boardFiles } from "../../../tools/provision/board-files";
import { partBundle } from "../../../tools/provision/bundles";
import { trustedKey } from "../../support/vectors";

export { ACTIVE_WORD };
export type { BoardFiles };

export const LINUX = loadBoard("linux");

export interface BoardChoices {
  /** The verifier's file; default: the quick one. */
  readonly verifier?: string;
  /** Default: `testKeyStore`. */
  readonly keyStore?: KeyStore;
  /** Into slot A. */
  readonly image?: Uint8Array;
  readonly hasSha256?: boolean;
  readonly hashBufferBytes?: number;
  readonly isDevelopment?: boolean;
  readonly verifyMode?: "full" | "seal";
  /** A version that the board file does not name: for boards whose interpreter is another. */
  readonly interpreterVersion?: string;
  readonly knowsResetCauses?: boolean;
  readonly withSha256?: boolean;
  readonly withStorage?: boolean;
  /** Management over a wire and recovery by it, as linux.json has them; otherwise the console serves recovery. */
  readonly withManagement?: boolean;
  readonly recovery?: BoardRecovery;
  /** Who may log in over a wire. */
  readonly technicians?: KeyStore;
}

/** A part of the boot chain for Espruino, built once. */
export function bundle(entry: string, exported: string): Promise<string> {
  return partBundle(LINUX, entry, exported);
}

/** Bytes of the fixed-size file. */
export function flashFileBytes(): number {
  return LINUX.storageFile?.sizeBytes ?? 0;
}

export function testKeyStore(): KeyStore {
  return { trustedKeys: [trustedKey("sign-a")], signaturePolicy: SignaturePolicy.Any, baseTable: undefined };
}

/** linux.json with what the test changes. */
function changedBoard(choices: BoardChoices): BoardFile {
  const { hasSha256, withSha256 = false, withStorage = false, interpreterVersion, recovery } = choices;
  const { smp, ...board } = LINUX;
  return {
    ...board,
    ...(choices.withManagement === true && smp !== undefined ? { smp } : {}),
    ...(recovery === undefined ? {} : { recovery }),
    engine: {
      ...LINUX.engine,
      nativeSha256: hasSha256 ?? LINUX.engine.nativeSha256,
      versions: interpreterVersion === undefined ? LINUX.engine.versions : [interpreterVersion],
    },
    hashBufferBytes: choices.hashBufferBytes ?? LINUX.hashBufferBytes,
    verifyMode: choices.verifyMode ?? LINUX.verifyMode,
    knowsResetCauses: choices.knowsResetCauses ?? LINUX.knowsResetCauses,
    optionalFiles: [...(withSha256 ? ["sha256" as const] : []), ...(withStorage ? ["storage" as const] : [])],
  };
}

/** All files of a board, ready to be written. */
export async function makeBoardFiles(choices: BoardChoices = {}): Promise<BoardFiles> {
  return boardFiles(changedBoard(choices), {
    keyStore: choices.keyStore ?? testKeyStore(),
    image: choices.image,
    isDevelopment: choices.isDevelopment === true,
    technicians: choices.technicians,
    verifier: choices.verifier ?? (await bundle("test/engines/espruino/quick-verifier.ts", "createQuickVerifier")),
  });
}
