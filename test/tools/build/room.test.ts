import assert from "node:assert/strict";
import { firstClassBoardNames } from "../../../tools/boards";
import type { BoardRoom } from "../../../tools/build/room";
import { measureRoom, overRoom, roomLines } from "../../../tools/build/room";

describe("room on boards", function () {
  this.timeout(120_000);
  let esp32: BoardRoom;

  for (const name of firstClassBoardNames()) {
    it(`${name} has it for the bootloader's files with one key, and for the sample application`, async () => {
      const room = await measureRoom(name);
      assert.deepEqual(overRoom([room]), []);
      assert.ok(room.usedBytes > 35_000 && Object.keys(room.files).length >= 9, roomLines(room).join(" "));
      esp32 = name === "esp32" ? room : esp32;
    });
  }

  it("one byte too many is named, in Storage and in a slot", () => {
    const full = { ...esp32, roomBytes: esp32.usedBytes, imageBytesMax: esp32.imageBytes };
    assert.deepEqual(overRoom([full]), []);
    assert.match(overRoom([{ ...full, roomBytes: full.roomBytes - 1 }]).join(), /^esp32: the files take \d+ bytes of/);
    assert.match(overRoom([{ ...full, imageBytesMax: full.imageBytesMax - 1 }]).join(), /^esp32: the sample .* slot.$/);
  });
});
