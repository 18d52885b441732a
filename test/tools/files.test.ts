import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { linkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { processContext } from "../../tools/context";
import { createFile, isReadableByOthers, isSameFile, readFile, writeFile } from "../../tools/files";
import { scratchFolder } from "./run-main";

describe("files of the command line", () => {
  const folder = scratchFolder();
  const context = { ...processContext(), cwd: dirname(folder.path("x")) };
  after(() => folder.remove());

  it("are read up to the limit and not a byte beyond", () => {
    writeFileSync(folder.path("four"), "1234");
    assert.equal(readFile(context, "four", 4).length, 4);
    assert.throws(() => readFile(context, "four", 3), /larger than/);
  });

  it("are replaced as a whole, and nothing is left behind", () => {
    writeFile(context, "out", "first");
    writeFile(context, "out", "second");
    assert.equal(readFileSync(folder.path("out"), "latin1"), "second");
    assert.deepEqual(readdirSync(context.cwd).filter((name) => name.endsWith(".tmp")), []);
  });

  it("keep their old content when the new one cannot be written", () => {
    mkdirSync(folder.path("folder"));
    assert.throws(() => writeFile(context, "folder", "x"), /cannot be written: it is a folder/);
    assert.throws(() => writeFile(context, "missing/out", "x"), /cannot be written: there is no such file or folder/);
  });

  it("are created once, with exactly the mode that is asked for", () => {
    const umask = process.umask(0o077);
    try {
      createFile(context, "created", "x", 0o640);
    } finally {
      process.umask(umask);
    }
    assert.equal(process.platform === "win32" ? 0o640 : statSync(folder.path("created")).mode % 0o1000, 0o640);
    assert.throws(() => createFile(context, "created", "y", 0o600), /exists already/);
    assert.equal(readFileSync(folder.path("created"), "latin1"), "x");
  });

  it("are recognised under another name", () => {
    writeFileSync(folder.path("same"), "x");
    linkSync(folder.path("same"), folder.path("alias"));
    assert.equal(isSameFile(context, "same", "alias"), true);
    assert.equal(isSameFile(context, "same", "out"), false);
    assert.equal(isSameFile(context, "same", "not-there"), false);
  });

  it("tell whether others may read them", () => {
    writeFileSync(folder.path("mode"), "x");
    for (const [mode, expected] of [[0o600, false], [0o640, true], [0o604, true], [0o610, true]] as const) {
      chmodSync(folder.path("mode"), mode);
      assert.equal(isReadableByOthers(context, "mode"), process.platform !== "win32" && expected, mode.toString(8));
    }
  });

  it("have names", () => {
    assert.throws(() => readFile(context, "", 1), /is not a file name/);
    assert.throws(() => readFile(context, "a\u0000b", 1), /is not a file name/);
  });

  if (existsSync("/dev/zero")) {
    it("are read up to the limit also where their size is not known before", () => {
      assert.throws(() => readFile(context, "/dev/zero", 5000000), /larger than/);
    });
  }

  // Windows lets only administrators make symbolic links.
  if (process.platform !== "win32") {
    it("are written through symbolic links", () => {
      writeFileSync(folder.path("target"), "old");
      symlinkSync(folder.path("target"), folder.path("link"));
      writeFile(context, "link", "new");
      assert.equal(readFileSync(folder.path("target"), "latin1"), "new");
    });

    it("are not created through a symbolic link that leads nowhere", () => {
      symlinkSync(folder.path("nowhere"), folder.path("dangling"));
      assert.throws(() => createFile(context, "dangling", "y", 0o600), /exists already/);
      assert.equal(existsSync(folder.path("nowhere")), false);
    });
  }
});
