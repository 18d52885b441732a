/** Clients of other projects and a virtual board. */

import { sampleText } from "../../tools/sim-bundles";
import { imageOf } from "../sim/serve/served-bench";
import { InteropBoard } from "./smp-board";
import { REAL_CLIENTS } from "./smp-clients";
import type { StoryImages } from "./update-story";
import { describeStory } from "./update-story";

const THROWS = "function () { throw new Error('this version is broken'); }";
/** Bytes that make an upload long enough to be broken off. */
const PADDING = `// ${"x".repeat(96)}\n`.repeat(300);

describe("real SMP clients and a virtual board", () => {
  let images: StoryImages;

  before(async function () {
    this.timeout(120_000);
    const payload = `${await sampleText("espruino", "managed-node")}\n${PADDING}`;
    const bad = imageOf(payload, "9.0.0");
    const bytes = bad.bytes.slice();
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
    images = {
      old: imageOf(payload, "1.0.0"),
      next: imageOf(payload, "2.0.0"),
      broken: imageOf(THROWS, "3.0.0"),
      changed: { ...bad, bytes },
    };
  });

  for (const client of REAL_CLIENTS) {
    for (const wire of client.wires) {
      describeStory(client, wire, () => ({
        images,
        isSlow: false,
        open: () => InteropBoard.open(images.old.bytes, wire === "udp" ? client.udpPort : 0),
      }));
    }
  }
});
