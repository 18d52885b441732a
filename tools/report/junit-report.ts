/** The report of a run as JUnit XML, which CI systems read. */

import { create } from "xmlbuilder2";
import type { ScenarioResult } from "../../sim/scenario/result";
import { traceHeader, traceLine, traceRemarks } from "../../sim/trace";
import { printable } from "../output";

/** Characters that XML 1.0 cannot hold, beyond those that `printable` spells out: lone surrogates, U+FFFE, U+FFFF. */
const NOT_XML = /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The traces of boots that are kept in one test case. */
const LINES_MAX = 500;

function xmlText(text: string): string {
  return printable(text).replace(NOT_XML, "\ufffd");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** The trace of a scenario, a line per boot. */
function traceOf({ steps }: ScenarioResult): string {
  const lines = steps.flatMap(({ number, title, boots }) => [
    number === 0 ? "at the end" : `step ${number}: ${title}`,
    ...boots.flatMap(({ report }) => [traceLine(report), ...traceRemarks(report)]),
  ]);
  const left = lines.length - LINES_MAX;
  const more = left > 0 ? [`... ${left} more lines`] : [];
  return xmlText([traceHeader(), ...lines.slice(0, LINES_MAX), ...more].join("\n"));
}

/** The whole file. */
export function junitReport(results: readonly ScenarioResult[]): string {
  const failures = results.filter(({ passed }) => !passed).length;
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const counts = { tests: results.length, failures, errors: 0, skipped: 0, time };
  const suites = create({ version: "1.0", encoding: "UTF-8" }).ele("testsuites", counts);
  const suite = suites.ele("testsuite", { name: "trialboot scenarios", ...counts });
  for (const result of results) {
    const { scenario, failure, durationMs } = result;
    const file = xmlText(scenario.file);
    const testcase = suite.ele("testcase", {
      classname: file.replace(/\.(ya?ml|json)$/, "").replaceAll("/", "."),
      name: xmlText(scenario.title),
      file,
      time: seconds(durationMs),
    });
    if (failure !== undefined) {
      const sentence = xmlText(failure.sentence);
      testcase
        .ele("failure", { message: sentence, type: "expectation" })
        .txt(`${file}:${failure.line}: ${xmlText(failure.where)}: ${sentence}`);
    }
    testcase.ele("system-out").txt(traceOf(result));
  }
  return suites.end({ prettyPrint: true }) + "\n";
}
