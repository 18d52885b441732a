import assert from "node:assert/strict";
import type { MakeBootPart } from "../../../bootloader/espruino/boot-part";
import { start } from "../../../bootloader/espruino/entry";
import type { BoardConfig, LoadFile } from "../../../bootloader/espruino/files";
import { BootFile, placeOf } from "../../../bootloader/espruino/files";
import { createCrc32 } from "../../../core/crc32";
import type { FakeInterpreter } from "../../hal/espruino/fake-interpreter";
import { fakeInterpreter } from "../../hal/espruino/fake-interpreter";

const crcOf = (text: string): number => createCrc32()(new Uint8Array(Buffer.from(text, "latin1")));

const MANAGEMENT = "text of management";
const SERVICE = "text of service";

describe("what the stub starts on Espruino", () => {
  let fake: FakeInterpreter;

  beforeEach(() => {
    fake = fakeInterpreter();
  });

  afterEach(() => {
    fake.restore();
  });

  /** What the boot part gets to read files with. */
  function access(
    places: BoardConfig["places"], copies: BoardConfig["copies"] = [],
  ): { load: LoadFile; config: BoardConfig } {
    let given: LoadFile | undefined;
    const plan = { isStorageMapped: true };
    const config = { plan, crcs: { bootCrc: crcOf("boot") }, places, copies } as unknown as BoardConfig;
    const make: MakeBootPart = (_interpreter, _config, load) => {
      given = load;
      return { begin: () => undefined, lendService: () => assert.fail("no application runs") };
    };
    fake.files.set(BootFile.Config, "config");
    fake.files.set(BootFile.Boot, "boot");
    fake.files.set(BootFile.Service, SERVICE);
    const values: Record<string, unknown> = { config, boot: make };
    start((text) => values[text] ?? `evaluated ${text}`, crcOf("config"));
    assert.ok(given !== undefined);
    return { load: given, config };
  }

  it("evaluates a file in place where the configuration names pages for it, and from Storage otherwise", () => {
    const address = fake.start + 4096;
    fake.flash.set(Buffer.from(MANAGEMENT, "latin1"), 4096);
    const { load, config } = access([{ name: BootFile.Management, address, sizeBytes: MANAGEMENT.length }]);
    const place = placeOf(config.places, BootFile.Management);
    assert.equal(load(BootFile.Management, crcOf(MANAGEMENT), place), `evaluated ${MANAGEMENT}`);
    assert.ok(fake.calls.includes(`memoryArea ${address} ${MANAGEMENT.length}`));
    assert.equal(placeOf(config.places, BootFile.Service), undefined);
    assert.equal(load(BootFile.Service, crcOf(SERVICE), undefined), `evaluated ${SERVICE}`);
    assert.throws(() => load(BootFile.Keys, 0, undefined), /950/);
  });

  it("reads a file into RAM in one piece where the host wrote it, and by its name if it stands elsewhere", () => {
    const address = fake.start + 4096;
    const copies = [{ name: BootFile.Boot, address, sizeBytes: "boot".length }];
    access([], copies);
    assert.ok(fake.calls.includes("Storage.read tb.boot 0 all"), fake.calls.join());
    fake.calls.length = 0;
    fake.flash.set(Buffer.from("boot", "latin1"), 4096);
    const { load } = access([], copies);
    assert.ok(!fake.calls.includes("Storage.read tb.boot 0 all"), fake.calls.join());
    fake.flash.set(Buffer.from(SERVICE, "latin1"), 8192);
    const place = { address: fake.start + 8192, sizeBytes: SERVICE.length };
    fake.files.delete(BootFile.Service);
    assert.equal(load(BootFile.Service, crcOf(SERVICE), place, true), `evaluated ${SERVICE}`);
    fake.flash[8192] = 0;
    assert.throws(() => load(BootFile.Service, crcOf(SERVICE), place, true), /950/);
    fake.files.set(BootFile.Service, SERVICE);
    assert.equal(load(BootFile.Service, crcOf(SERVICE), place, true), `evaluated ${SERVICE}`);
    assert.throws(() => load(BootFile.Service, crcOf(SERVICE) - 1, place, true), /950/);
  });

  it("evaluates nothing whose CRC-32 is another, wherever it stands", () => {
    const { load, config } = access([{ name: BootFile.Management, address: fake.start, sizeBytes: MANAGEMENT.length }]);
    const place = placeOf(config.places, BootFile.Management);
    assert.throws(() => load(BootFile.Management, crcOf(MANAGEMENT), place), /950/);
    assert.throws(() => load(BootFile.Service, crcOf(SERVICE) - 1, undefined), /950/);
  });
});
