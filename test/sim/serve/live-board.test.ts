import assert from "node:assert/strict";
import { controlOf, CONTROLS_HELP } from "../../../sim/serve/controls";
import { createRememberingVerifier } from "../../../sim/fast-crypto";
import { LiveBoard } from "../../../sim/serve/live-board";
import { NoPseudoTerminal, openPseudoTerminal } from "../../../sim/serve/pseudo-terminal";
import type { SerialSocket } from "../../../sim/serve/sockets";
import { openDatagramServer, openSerialSocket } from "../../../sim/serve/sockets";
import { loadBoard } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { createHostVerifier } from "../../../tools/host-verifier";
import { openPort } from "../../../tools/ports/open-port";
import { reasonText } from "../../../tools/reason-text";
import { startSession, timeoutsFrom } from "../../../tools/smp/device-session";
import { readSlots } from "../../../tools/smp/image-group";
import { sampleText } from "../../../tools/sim-bundles";
import { imageOf, KEY, slotText } from "./served-bench";

describe("a board on the clock of the wall", () => {
  const closers: (() => void)[] = [];
  afterEach(() => closers.splice(0).forEach((close) => close()));

  it("answers two clients over TCP and one over UDP", async function () {
    this.timeout(60_000);
    const live = new LiveBoard(
      {
        board: loadBoard("nrf52840dk"),
        hash: createHostHash(),
        verifier: createRememberingVerifier(createHostVerifier()),
        reasonName: (reason) => reasonText(reason).name,
        trustedKeys: [KEY.trusted],
        hasNetwork: true,
      },
      1,
      {
        sent: (bytes) => serial.send(bytes),
        sentDatagram: (bytes, peer) => datagrams.send(bytes, peer),
        happened: () => undefined,
        failed: (error) => assert.fail(String(error)),
      },
    );
    const serial: SerialSocket = await openSerialSocket(0, (bytes) => live.act((board) => board.receive(bytes)));
    const datagrams = await openDatagramServer(0, (bytes, peer) => {
      live.act((board) => board.receiveDatagram(bytes, peer));
    });
    closers.push(() => live.end(), () => serial.close(), () => datagrams.close());
    live.board.provision(imageOf(await sampleText("espruino", "managed-node"), "1.0.0").bytes);
    live.act();
    const ports = [`tcp:127.0.0.1:${serial.port}`, `tcp:127.0.0.1:${serial.port}`, `udp:127.0.0.1:${datagrams.port}`];
    const sessions = [];
    for (const name of ports) {
      const port = await openPort(name, { baudRate: 115_200, timeoutMs: 10_000 });
      sessions.push(await startSession(port, "console", timeoutsFrom(5000)));
    }
    for (const session of sessions) {
      const slots = await readSlots(session.client, session.patience);
      assert.deepEqual(slots.map(slotText), ["0 1.0.0 active confirmed"]);
    }
    live.act(controlOf("power off"));
    assert.equal(live.board.hasPower, false);
    live.act(controlOf("  power   on "));
    assert.equal(live.board.hasPower, true);
    await Promise.all(sessions.map(async (session) => await session.close()));
  });

  it("knows its controls, and no others", () => {
    for (const name of CONTROLS_HELP.replace(/ \(.*\)/, "").replace("cut N", "cut 12").split(", ")) {
      assert.notEqual(controlOf(name), undefined, name);
    }
    for (const line of ["", "power", "cut", "cut 0", "cut -1", "cut 1e3", "constructor", "power off now"]) {
      assert.equal(controlOf(line), undefined, line);
    }
  });

  it("says why there is no pseudo terminal", async () => {
    const open = openPseudoTerminal("/nowhere/python3", () => undefined, () => undefined);
    await assert.rejects(async () => await open, (error: unknown) => {
      return error instanceof NoPseudoTerminal && error.message === "there is no /nowhere/python3 on this machine";
    });
  });
});
