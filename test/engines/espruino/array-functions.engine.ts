/** The stand-ins for E.convolve and E.mapInPlace that the tests on Node use, against the real ones. */

import assert from "node:assert/strict";
import { runInThisContext } from "node:vm";
import { arrayFunctions } from "../../support/convolve";
import { isInstalled, runOnEspruino } from "./interpreter";

/** Text of ES5, for both engines: gives one line per call. Espruino prints long numbers inexactly, so by halves. */
const PROGRAM = `function (convolve, mapInPlace) {
  var lines = [], state = 1;
  function next(limit) {
    state = (state * 1103 + 12345) % 1048576;
    return state % limit;
  }
  function fill(array, limit, least) {
    for (var i = 0; i < array.length; i++) array[i] = next(limit) + least;
    return array;
  }
  function show(number) {
    var high = Math.floor(number / 1048576);
    lines.push(high + ":" + (number - high * 1048576));
  }
  function list(array) {
    var text = "";
    for (var i = 0; i < array.length; i++) text += " " + array[i];
    lines.push(text);
  }
  var i, left, right, bytes, out, from;
  for (i = 0; i < 60; i++) {
    left = fill(new Int32Array(1 + next(39)), 1048576, -524288);
    right = fill(new Int32Array(1 + next(60)), 1048576, -524288);
    show(convolve(left, right, next(200) - 100));
    show(convolve(left.subarray(next(left.length)), right, next(20)));
    show(convolve([1, 2, 4, 8, 16], fill(new Uint8Array(270), 2, 0), next(265)));
    show(convolve.bind(0, left, right)(next(13)));
  }
  bytes = fill(new Uint8Array(100), 256, 0);
  for (i = 0; i < 60; i++) {
    out = fill(new Int32Array(1 + next(30)), 256, 0);
    // The last of these ends where its memory ends.
    from = i < 59 ? next(60) : 68;
    mapInPlace(bytes.subarray(from, from + 32), out, undefined, -20);
    list(out);
    out = fill(new Uint8Array(1 + next(40)), 256, 0);
    mapInPlace(bytes.subarray(from, from + 3), out, undefined, -1);
    list(out);
    right = fill(new Int32Array(26), 1048576, -524288);
    from = fill(new Uint8Array(next(14)), 26, 0);
    out = fill(new Int32Array(13), 256, 0);
    mapInPlace(from, out, right);
    list(out);
    mapInPlace(from, out.subarray(next(13)), convolve.bind(0, fill(new Int32Array(1), 1217, -608), right));
    list(out);
    mapInPlace.bind(0, from, out, right.subarray(0, 26))();
    list(out);
  }
  return lines.join("\\n");
}`;

describe("E.convolve and E.mapInPlace", () => {
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }

  it("do what the tests on Node take them to do", () => {
    const run = runInThisContext(`(${PROGRAM})`) as (...functions: unknown[]) => string;
    const expected = run(arrayFunctions.convolve, arrayFunctions.mapInPlace).split("\n");
    const lines = runOnEspruino(`print("start\\n"+(${PROGRAM})(E.convolve,E.mapInPlace)+"\\nend");`);
    const start = lines.findIndex((line) => line.endsWith("start"));
    assert.equal(expected.length, 60 * 4 + 60 * 5);
    assert.deepEqual(lines.slice(start + 1, lines.indexOf("end")), expected);
  });
});
