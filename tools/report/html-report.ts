/** The report of a run as one HTML file that opens from disk: no script, nothing from outside. */

import { Eta } from "eta";
import type { ScenarioResult } from "../../sim/scenario/result";
import {
  BOOT_TEMPLATE, FLASH_TEMPLATE, JOURNAL_TEMPLATE, REPORT_TEMPLATE, SCENARIO_TEMPLATE, STEP_TEMPLATE, STRIP_TEMPLATE,
} from "./template";
import type { ReportInfo } from "./view";
import { reportView } from "./view";

const TEMPLATES = {
  "@report": REPORT_TEMPLATE,
  "@scenario": SCENARIO_TEMPLATE,
  "@strip": STRIP_TEMPLATE,
  "@step": STEP_TEMPLATE,
  "@boot": BOOT_TEMPLATE,
  "@flash": FLASH_TEMPLATE,
  "@journal": JOURNAL_TEMPLATE,
};

let engine: Eta | undefined;

function templates(): Eta {
  if (engine === undefined) {
    engine = new Eta({ autoEscape: true, autoTrim: false });
    for (const [name, text] of Object.entries(TEMPLATES)) {
      engine.loadTemplate(name, text);
    }
  }
  return engine;
}

/** The whole file. */
export function htmlReport(results: readonly ScenarioResult[], info: ReportInfo): string {
  return templates().render("@report", reportView(results, info));
}
