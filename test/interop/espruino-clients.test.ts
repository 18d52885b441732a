/** Clients of other projects and the real Espruino for Linux. */

import type { BoardFiles } from "../engines/espruino/board-files";
import { payload } from "../engines/espruino/boot0-application";
import { isInstalled } from "../engines/espruino/interpreter";
import { hasWire } from "../engines/espruino/smp-board";
import { imageOf } from "../sim/serve/served-bench";
import { EspruinoBoard, espruinoBoardFiles } from "./espruino-board";
import { REAL_CLIENTS } from "./smp-clients";
import type { StoryImages } from "./update-story";
import { describeStory } from "./update-story";

/** Blanks that make an upload long enough to be broken off. */
const BALLAST_BYTES = 20_000;
const DAMAGED_AT = 15_000;

function storyImages(): StoryImages {
  const bad = imageOf(payload({ version: 9, ballast: BALLAST_BYTES }), "9.0.0");
  const bytes = bad.bytes.slice();
  bytes[DAMAGED_AT] = (bytes[DAMAGED_AT] ?? 0) ^ 1;
  return {
    old: imageOf(payload({ version: 1 }), "1.0.0"),
    next: imageOf(payload({ version: 2, ballast: BALLAST_BYTES }), "2.0.0"),
    broken: imageOf(payload({ version: 3, first: 'throw new Error("this version is broken");' }), "3.0.0"),
    changed: { ...bad, bytes },
  };
}

describe("real SMP clients and the real Espruino", () => {
  if (!isInstalled || !hasWire) {
    it(isInstalled ? "socat is not installed" : "espruino is not installed");
    return;
  }
  const images = storyImages();
  let files: BoardFiles;

  before(async function () {
    this.timeout(120_000);
    files = await espruinoBoardFiles();
  });

  for (const client of REAL_CLIENTS) {
    for (const wire of client.wires) {
      describeStory(client, wire, () => ({
        images,
        isSlow: true,
        open: () => EspruinoBoard.open(files, images.old.bytes, wire, client.udpPort),
      }));
    }
  }
});
