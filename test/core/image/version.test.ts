import assert from "node:assert/strict";
import fc from "fast-check";

import type { Version } from "../../../core/image/image";
import { compareVersions, compareVersionsWithBuild, formatVersion, parseVersion } from "../../../core/image/version";

const field = (max: number) => fc.oneof(fc.integer({ min: 0, max }), fc.constantFrom(0, 1, max));
const anyVersion: fc.Arbitrary<Version> = fc.record({
  major: field(255), minor: field(255), revision: field(65535), build: field(4294967295),
}, { noNullPrototype: true });

describe("a version", () => {
  it("survives formatting and parsing", () => {
    fc.assert(fc.property(anyVersion, (version) => {
      assert.deepEqual(parseVersion(formatVersion(version)), version);
    }));
  });

  it("has zeros for the parts that are left out", () => {
    const version = (major: number, minor: number, revision: number, build: number) =>
      ({ major, minor, revision, build });
    assert.deepEqual(parseVersion("0"), version(0, 0, 0, 0));
    assert.deepEqual(parseVersion("10"), version(10, 0, 0, 0));
    assert.deepEqual(parseVersion("1.20"), version(1, 20, 0, 0));
    assert.deepEqual(parseVersion("1.2.300"), version(1, 2, 300, 0));
    assert.deepEqual(parseVersion("1.2.3+400"), version(1, 2, 3, 400));
  });

  it("is refused as text in any other form", () => {
    const wrong = [
      "", ".", "1.", ".1", "1..2", "01", "1.02", "1.2.03", "1.2.3+04", "00", "1.2+3", "1+2", "1.2.3.4", "1.2.3+",
      "1.2.3+4+5", "1.2.3+4.5", "v1.2.3", " 1", "1 ", "-1", "1.2.3-4", "1.2.3/4", "1:2", "0x1", "1e2", "\u0661",
      "256", "0.256", "0.0.65536", "0.0.0+4294967296", "99999999999999999999999999",
    ];
    for (const text of wrong) {
      assert.equal(parseVersion(text), undefined, JSON.stringify(text));
    }
  });

  it("is parsed exactly where the grammar of imgtool matches", () => {
    const grammar = /^(?:[1-9]\d*|0)(?:\.(?:[1-9]\d*|0)(?:\.(?:[1-9]\d*|0)(?:\+(?:[1-9]\d*|0))?)?)?$/;
    const text = fc.string({ unit: fc.constantFrom("0", "1", "7", ".", "+", "-"), maxLength: 9 });
    fc.assert(fc.property(text, (candidate) => {
      const numbers = candidate.split(/[.+]/).map(Number);
      const isInRange = numbers.every((value, i) => value <= [255, 255, 65535, 4294967295][i]);
      assert.equal(parseVersion(candidate) !== undefined, grammar.test(candidate) && isInRange);
    }), { numRuns: 2000 });
  });

  it("is ordered by major, minor and revision, and by the build number only on request", () => {
    const order = ["0", "0.0.1", "0.1", "0.1.65535", "0.255", "1", "1.0.1", "2", "255.255.65535"];
    const versions = order.map((text) => parseVersion(text)!);
    versions.forEach((a, i) => {
      versions.forEach((b, j) => {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j));
      });
      const later = { ...a, build: 1 };
      assert.equal(compareVersions(a, later), 0);
      assert.ok(compareVersionsWithBuild(a, later) < 0);
      assert.ok(compareVersionsWithBuild(later, a) > 0);
      assert.equal(compareVersionsWithBuild(later, later), 0);
    });
    assert.ok(compareVersionsWithBuild(versions[0], versions[1]) < 0);
  });
});
