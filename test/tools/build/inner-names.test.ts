import assert from "node:assert/strict";
import path from "node:path";
import ts from "typescript";
import { innerNames, outerNames } from "../../../tools/build/mangle";
import { REPOSITORY } from "../../../tools/build/repository";

const INNER = /^(?:core\/(?:journal|boot|image|crypto|smp)|bootloader)\//;
const VISIBLE_OUTSIDE = [
  "core/boot/handover.ts", "core/smp/codec.ts", "core/smp/policy.ts", "bootloader/config.ts",
];
const ENTRIES = [
  "bootloader/entry.ts", "bootloader/service.ts", "bootloader/management.ts", "core/smp/server.ts",
  "core/smp/link-server.ts", "core/smp/technician.ts",
];

/** Every property that code of these files names, with the files that declare it. */
function namedProperties(): Map<string, Set<string>> {
  const configFile = path.join(REPOSITORY, "tsconfig.device.json");
  const config = ts.getParsedCommandLineOfConfigFile(configFile, {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic({ messageText }) {
      assert.fail(ts.flattenDiagnosticMessageText(messageText, " "));
    },
  });
  assert.ok(config);
  const program = ts.createProgram(ENTRIES, config.options);
  const checker = program.getTypeChecker();
  const found = new Map<string, Set<string>>();
  const note = (node: ts.Node): void => {
    const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
    const files = found.get(node.getText()) ?? new Set();
    for (const declaration of declarations) {
      files.add(path.relative(REPOSITORY, declaration.getSourceFile().fileName));
    }
    found.set(node.getText(), files);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      note(node.name);
    }
    if (ts.isObjectLiteralExpression(node)) {
      // What the literal is used as may be declared elsewhere.
      const wanted = checker.getContextualType(node)?.getProperties() ?? [];
      for (const property of wanted) {
        const files = found.get(property.name) ?? new Set();
        property.declarations?.forEach((one) => files.add(path.relative(REPOSITORY, one.getSourceFile().fileName)));
        found.set(property.name, files);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile) {
      visit(file);
    }
  }
  return found;
}

describe("short names of inner properties", function () {
  this.timeout(60_000);
  const names = innerNames();

  it("are given to nothing that a driver, an application, the configuration or the language can see", () => {
    const outside = [...namedProperties()]
      .filter(([, files]) => [...files].some((file) => !INNER.test(file) || VISIBLE_OUTSIDE.includes(file)))
      .map(([name]) => name);
    for (const name of ["sizeBytes", "confirm", "watchdogTimeoutMs", "length", "uptimeMs", "reason"]) {
      assert.ok(outside.includes(name), `the check sees ${name}`);
    }
    assert.deepEqual(outside.filter((name) => names.has(name)), []);
  });

  it("leave alone what the two files take for their own but get from outside", () => {
    // The configuration is passed on as what the image reader demands, the board as what it checks with.
    for (const name of ["trustedKeys", "vendorId", "knowsResetCauses", "hash", "verifier", "addressBytes", "major"]) {
      assert.ok(outerNames().has(name), name);
      assert.equal(names.has(name), false, name);
    }
  });

  it("are different from each other, from every outer name and from the language's words", () => {
    const short = [...names.values()];
    assert.equal(new Set(short).size, short.length);
    assert.deepEqual(short.filter((name) => outerNames().has(name) || ["do", "if", "in"].includes(name)), []);
    assert.ok(short.every((name) => /^[a-zA-Z$_]{1,2}$/.test(name)));
  });

  it("exist for what the bootloader writes most often, one letter each", () => {
    for (const name of ["state", "board", "ledger", "nextSequence", "values"]) {
      assert.equal(names.get(name)?.length, 1, name);
    }
  });

  it("are the same each time", () => {
    assert.deepEqual(innerNames(), names);
  });
});
