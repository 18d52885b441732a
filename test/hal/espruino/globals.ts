/** What Espruino's own hashes ask of the engine, for tests on Node. */

interface Globals {
  E?: { toArrayBuffer(text: string): ArrayBuffer };
}

/** Call it inside a `describe`. */
export function withEspruinoGlobals(): void {
  const globals = globalThis as Globals;
  before(() => {
    globals.E = { toArrayBuffer: (text) => Uint8Array.from(text, (byte) => byte.charCodeAt(0)).buffer };
  });
  after(() => {
    delete globals.E;
  });
}
