import assert from "node:assert/strict";
import { loginMessage } from "../../../core/smp/login";

describe("what a technician's key signs", () => {
  it("is purpose, zero byte, nonce, command sets in four bytes, and name of the key", () => {
    const nonce = new Uint8Array(32).fill(0xa5);
    const keyName = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const purpose = "747269616c626f6f74206c6f67696e2031";
    const message = Buffer.from(loginMessage(nonce, 13, keyName)).toString("hex");
    assert.equal(message, purpose + "00" + "a5".repeat(32) + "0000000d" + "0102030405060708");
  });
});
