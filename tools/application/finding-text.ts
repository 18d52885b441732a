/** Findings for people: a line that terminals link, and below it what to do. */

import { shown } from "../arguments";
import type { Style } from "../output";
import type { FileFinding } from "./inspect-script";
import type { Severity } from "./findings";

const STYLES: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", note: "dim" };

export function findingText(finding: FileFinding, style: (style: Style, text: string) => string): string {
  const { file, line, column, severity, sentence, next } = finding;
  const place = `${shown(file)}:${String(line)}:${String(column)}:`;
  const advice = next === "" ? "" : `\n    ${next}`;
  return `${place} ${style(STYLES[severity], `${severity}:`)} ${sentence}${advice}`;
}

/** "2 errors, 1 warning" and so on; notes only where there is nothing else. */
export function countsText(findings: readonly FileFinding[]): string {
  const counts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${String(count)} ${severity}${count === 1 ? "" : "s"}`];
  });
  return counts.length === 0 ? "nothing found" : counts.join(", ");
}
