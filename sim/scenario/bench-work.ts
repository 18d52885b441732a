/** What is done to a board that is switched off. */

import type { BenchWork, PartitionName } from "./scenario";
import { offsetOf } from "./images";
import type { ScenarioWorld } from "./world";

function wipe(world: ScenarioWorld, partition: PartitionName): void {
  const { offsetBytes, sizeBytes } = world.place(partition);
  world.machine.chip.install(offsetBytes, new Uint8Array(sizeBytes).fill(0xff));
}

/** Erases a page so often that the next erase leaves a bit behind; what stood in it stands there again. */
function wearOut(world: ScenarioWorld, partition: PartitionName, page: number): void {
  const { chip } = world.machine;
  const { pageSizeBytes, enduranceCycles } = chip.geometry;
  if (enduranceCycles === undefined) {
    throw new RangeError("a page wears out only on a board with enduranceCycles: give the board some");
  }
  const offset = world.place(partition).offsetBytes + page * pageSizeBytes;
  const content = chip.peek(offset, pageSizeBytes);
  world.recorder.without(() => {
    for (let erases = world.machine.chip.wear()[offset / pageSizeBytes]; erases < enduranceCycles; erases++) {
      chip.erasePage(offset);
    }
  });
  chip.install(offset, content);
}

/** Does the work. Throws RangeError where the board has no such place. */
export function workOnBench(world: ScenarioWorld, work: BenchWork): void {
  const { machine } = world;
  const { pageSizeBytes } = machine.chip.geometry;
  switch (work.kind) {
    case "flipBit": {
      const { offsetBytes, sizeBytes } = world.place(work.partition);
      machine.chip.flipBit(offsetBytes + offsetOf(work.at, sizeBytes), work.bit);
      break;
    }
    case "wipe":
      work.partitions.forEach((partition) => wipe(world, partition));
      break;
    case "wearOut": {
      const pages = world.place(work.partition).sizeBytes / pageSizeBytes;
      if (work.page !== undefined && work.page >= pages) {
        throw new RangeError(`${work.partition} has the pages 0 to ${pages - 1}, not ${work.page}`);
      }
      const all = Array.from({ length: pages }, (_, page) => page);
      (work.page === undefined ? all : [work.page]).forEach((page) => wearOut(world, work.partition, page));
      break;
    }
    case "readNoise":
      world.setReadNoise(work.probability);
      break;
    case "clockJump":
      machine.clock.jumpTo(machine.clock.nowUs + work.byMs * 1000);
      break;
    case "button":
      machine.pins.setGesture(work.pressed);
      break;
    case "putImage":
      world.putImage(work.image, work.slot === "A" ? "slotA" : "slotB", work.trailer);
      break;
  }
}
