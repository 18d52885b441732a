import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { COMMANDS, main } from "../../tools/main";
import { runMain } from "./run-main";

const packageJson = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

describe("the command trialboot", () => {
  it("shows every verb when none is given, and says that this is not enough", async () => {
    const result = await runMain([]);
    assert.equal(result.exitCode, 2);
    assert.equal(result.stdout, "");
    for (const command of COMMANDS) {
      assert.ok(result.stderr.includes(`\n  ${command.name} `), command.name);
    }
  });

  it("shows the overview on stdout when asked for it", async () => {
    for (const argv of [["help"], ["--help"], ["-h"]]) {
      const result = await runMain(argv);
      assert.equal(result.exitCode, 0);
      assert.match(result.stdout, /Usage: trialboot VERB/);
      assert.equal(result.stderr, "");
    }
  });

  for (const command of COMMANDS) {
    it(`explains ${command.name} in three ways`, async () => {
      const byHelp = await runMain(["help", command.name]);
      const byFlag = await runMain([command.name, "--help"]);
      const byShortFlag = await runMain([command.name, "-h"]);
      assert.equal(byHelp.exitCode, 0);
      assert.equal(byHelp.stdout, byFlag.stdout);
      assert.equal(byHelp.stdout, byShortFlag.stdout);
      assert.match(byHelp.stdout, new RegExp(`^Usage: trialboot ${command.name}`));
      for (const line of byHelp.stdout.split("\n")) {
        assert.ok(line.length <= 120, line);
      }
    });
  }

  it("prints its version", async () => {
    for (const argv of [["--version"], ["-V"], ["version"]]) {
      const result = await runMain(argv);
      assert.deepEqual([result.exitCode, result.stdout], [0, packageJson.version + "\n"]);
    }
    const json = await runMain(["version", "--json"]);
    assert.equal((JSON.parse(json.stdout) as { version: string }).version, packageJson.version);
  });

  it("has its exit codes in docs/cli.md, all of them and no others", () => {
    const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const listed = Array.from(page.matchAll(/^\| (\d+) \|/gm), (match) => Number(match[1]));
    const source = readFileSync(new URL("../../tools/exit-codes.ts", import.meta.url), "utf8");
    assert.deepEqual(listed, Array.from(source.matchAll(/^ {2}\w+ = (\d+),$/gm), (match) => Number(match[1])));
    assert.equal(listed.length, 11);
  });

  it("explains under sign the flags that imgtool sign has", async () => {
    const help = (await runMain(["sign", "--help"])).stdout;
    const imgtoolFlags =
      "key version header-size pad-header slot-size align max-align max-sectors overwrite-only pad confirm test " +
      "security-counter dependencies vid cid custom-tlv custom-tlv-file boot-record erased-val rom-fixed load-addr " +
      "non-bootable hex-addr vector-to-sign fix-sig fix-sig-pubkey sig-out sha endian compression public-key-format";
    for (const flag of imgtoolFlags.split(" ")) {
      assert.match(help, new RegExp(`^ {2}(-\\w, | {4})--${flag}( |$)`, "m"), flag);
    }
  });

  it("suggests the nearest verb", async () => {
    const result = await runMain(["verfy", "x"]);
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /^error: There is no verb "verfy"\.\nDid you mean "verify"\? See trialboot help\.\n$/);
    assert.match((await runMain(["help", "singn"])).stderr, /Did you mean "sign"/);
    assert.doesNotMatch((await runMain(["qqqqqqqqqq"])).stderr, /Did you mean/);
    assert.match((await runMain(["--key", "x"])).stderr, /The first argument is a verb/);
  });

  it("suggests the nearest flag", async () => {
    const typo = await runMain(["sign", "--slotsize", "1", "a", "b"]);
    assert.equal(typo.exitCode, 2);
    assert.match(typo.stderr, /trialboot sign has no flag --slotsize\.\nDid you mean --slot-size\?/);
    const oneDash = await runMain(["sign", "-pad-header", "a", "b"]);
    assert.match(oneDash.stderr, /Did you mean --pad-header\?/);
    const otherVerb = await runMain(["info", "--qqqqqqqq", "a"]);
    assert.doesNotMatch(otherVerb.stderr, /Did you mean/);
  });

  it("explains missing and surplus arguments, missing values and values of switches", async () => {
    assert.match((await runMain(["info"])).stderr, /IMAGE is missing\.\nUsage: trialboot info IMAGE/);
    assert.match((await runMain(["info", "a", "b"])).stderr, /"b" is one argument too many/);
    assert.match((await runMain(["verify", "a", "--key"])).stderr, /--key needs a value \(PUBLIC\.pem\)/);
    assert.match((await runMain(["verify", "--key", "--json", "a"])).stderr, /write --key=--json/);
    assert.match((await runMain(["info", "a", "--json=yes"])).stderr, /--json takes no value/);
    assert.equal((await runMain(["info", "--", "--json"])).exitCode, 1);
  });

  it("gives errors as JSON too when JSON is asked for", async () => {
    const result = await runMain(["info", "nowhere.bin", "--json"]);
    const value = JSON.parse(result.stdout) as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ["ok", "exitCode", "error", "next"]);
    assert.deepEqual([value["ok"], value["exitCode"]], [false, 1]);
    assert.match(result.stderr, /^error: nowhere\.bin cannot be read/);
    assert.equal((await runMain(["info", "--", "--json"])).stdout, "");
  });

  it("colours on a terminal, and not with NO_COLOR, TERM=dumb or into a pipe", async () => {
    const argv = ["verify", "images/good/basic-h32.bin", "--key", "keys/sign-a.public.pem"];
    const coloured = await runMain(argv, { terminal: true });
    assert.ok(coloured.stdout.includes("\u001b[32maccepted"));
    for (const options of [{}, { terminal: true, env: { NO_COLOR: "1" } }, { terminal: true, env: { TERM: "dumb" } }]) {
      const plain = await runMain(argv, options);
      assert.ok(!(plain.stdout + plain.stderr).includes("\u001b"));
    }
    const error = await runMain(["nothing"], { terminal: true });
    assert.ok(error.stderr.startsWith("\u001b[31merror:"));
  });

  it("hides the stack of its own defects unless TRIALBOOT_DEBUG is 1", async () => {
    const broken = (env: Record<string, string>): { run: Promise<number>; text: () => string } => {
      let stderr = "";
      const context = {
        env,
        cwd: "/",
        stdout: () => {
          throw new TypeError("broken output");
        },
        stderr: (text: string) => void (stderr += text),
        stdoutIsTerminal: false,
        stderrIsTerminal: false,
        askSecret: () => Promise.resolve(undefined),
      };
      return { run: main(["--version"], context), text: () => stderr };
    };
    const quiet = broken({});
    assert.equal(await quiet.run, 1);
    assert.match(quiet.text(), /internal error[^]*TRIALBOOT_DEBUG=1/);
    assert.doesNotMatch(quiet.text(), /broken output/);
    const debug = broken({ TRIALBOOT_DEBUG: "1" });
    assert.equal(await debug.run, 1);
    assert.match(debug.text(), /TypeError: broken output\n {4}at /);
  });
});
