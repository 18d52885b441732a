/** What a board's files and the sample application take of the room that its plan leaves. */

import { createHash } from "node:crypto";
import { loadBoard } from "../boards";
import type { BoardFile } from "../board/board-data";
import { STORAGE_HEADER_BYTES, storageRoomBytes } from "../board/layout";
import { imageBytesMax } from "../board/table";
import { createSigningKey, signApplication } from "../../sim/provision";
import { createHostHash } from "../host-hash";
import { keyStoreOf } from "../key-store";
import { boardFiles } from "../provision/board-files";
import { bundleFor } from "../provision/bundles";
import { GUARD_FILE, STUB_FILE } from "../provision/provisioning-steps";
import { nextHeader } from "../provision/storage-files";
import { COMMON_TARGETS } from "./targets";

export interface BoardRoom {
  readonly board: string;
  /** Bytes of each file, without its header. */
  readonly files: Readonly<Record<string, number>>;
  /** Those in pages of their own, and the room there. */
  readonly pagesBytes: number;
  readonly pagesRoomBytes: number;
  /** The others with their headers, and the room in Storage that they are to fit into. */
  readonly usedBytes: number;
  readonly roomBytes: number;
  /** The sample application as a signed image, and what a slot takes. */
  readonly imageBytes: number;
  readonly imageBytesMax: number;
}

const SEED = createHash("sha256").update("a key for measuring").digest();

async function sampleImage(board: BoardFile): Promise<Uint8Array> {
  const sample = COMMON_TARGETS.find(({ name }) => name === "sensor-node");
  if (sample === undefined) {
    throw new Error("tools/build/targets.ts has no sensor-node.");
  }
  const payload = new Uint8Array(Buffer.from(await bundleFor(board, sample), "latin1"));
  const version = { major: 1, minor: 0, revision: 0, build: 0 };
  const hash = createHostHash();
  return signApplication({ payload, version, securityCounter: 1 }, createSigningKey(hash, SEED), hash).bytes;
}

/** With one Ed25519 key, and with one technician. */
export async function measureRoom(name: string): Promise<BoardRoom> {
  const board = loadBoard(name);
  const key = createSigningKey(createHostHash(), SEED).trusted;
  const keyStore = keyStoreOf(board.signatures, [key]);
  const { files, places, stub, guard } = await boardFiles(board, { keyStore, technicians: keyStore });
  const all = [...files, { name: STUB_FILE, bytes: stub }, { name: GUARD_FILE, bytes: guard }];
  return {
    board: name,
    files: Object.fromEntries([
      ...all.map(({ name: file, bytes }) => [file, bytes.length] as const),
      ...places.places.map(({ name: file, sizeBytes }) => [file, sizeBytes] as const),
    ]),
    pagesBytes: places.usedBytes,
    pagesRoomBytes: places.roomBytes,
    usedBytes: all.reduce((at, { bytes }) => nextHeader(at + STORAGE_HEADER_BYTES, bytes.length), 0),
    roomBytes: storageRoomBytes(board),
    imageBytes: (await sampleImage(board)).length,
    imageBytesMax: imageBytesMax(board),
  };
}

/** Two lines for people. */
export function roomLines(room: BoardRoom): string[] {
  const { board, files, usedBytes, roomBytes, pagesBytes, pagesRoomBytes, imageBytes, imageBytesMax: slot } = room;
  const inPages = pagesBytes === 0
    ? ""
    : `outside ${pagesBytes} of ${pagesRoomBytes} (${pagesRoomBytes - pagesBytes} left), `;
  const list = Object.entries(files).map(([name, bytes]) => `${name} ${bytes}`).join(", ");
  return [
    `${board.padEnd(12)} files ${usedBytes} of ${roomBytes} (${roomBytes - usedBytes} left), ${inPages}` +
      `sample image ${imageBytes} of ${slot} (${slot - imageBytes} left)`,
    `${"".padEnd(12)} ${list}`,
  ];
}

/** Sentences for what does not fit; empty if all does. */
export function overRoom(rooms: readonly BoardRoom[]): string[] {
  return rooms.flatMap(({ board, usedBytes, roomBytes, imageBytes, imageBytesMax: slot }) => [
    ...(usedBytes > roomBytes ? [`${board}: the files take ${usedBytes} bytes of ${roomBytes} in Storage.`] : []),
    ...(imageBytes > slot ? [`${board}: the sample application takes ${imageBytes} bytes of ${slot} in a slot.`] : []),
  ]);
}
