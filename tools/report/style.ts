/** The looks of the report: light and dark, screen and paper, no script. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #5a6675; --line: #d8dee6; --focus: #1f5fbf;
  --good: #17743a; --good-ground: #e3f4e8; --bad: #b3211d; --bad-ground: #fdeae8; --warn: #8a5300;
  --slotA: #2f6fc4; --slotB: #7a4bb8; --recovery: #b8720a; --none: #8a94a0;
  --boot: #64748b; --journal: #0f7d78; --data: #5d7a1f; --bar: #eef1f5;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --card: #1b2129; --ink: #e6ebf2; --soft: #9eabba; --line: #343d49; --focus: #7fb2ff;
    --good: #6fd391; --good-ground: #17301f; --bad: #ff8f87; --bad-ground: #3b1a1a; --warn: #f0bb6a;
    --slotA: #5b98e8; --slotB: #a883e0; --recovery: #e0a040; --none: #75808d;
    --boot: #94a3b8; --journal: #3bb5ae; --data: #a3c25a; --bar: #262e38;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 28px 0 10px; }
h3 { font-size: 14px; margin: 22px 0 8px; }
p { margin: 4px 0; }
a { color: var(--focus); }
code, .code { font: 13px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.verdict { display: inline-block; justify-self: start; font-weight: 700; border-radius: 6px; padding: 2px 10px; }
.verdict.good { background: var(--good-ground); } .verdict.bad { background: var(--bad-ground); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; margin: 18px 0 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.figures dt { color: var(--soft); font-size: 13px; }
.figures dd { margin: 0; font-size: 22px; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures dd.text { font-size: 14px; line-height: 33px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.failures { background: var(--bad-ground); border: 1px solid var(--bad); border-radius: 8px; padding: 10px 18px 14px;
  margin-top: 18px; }
.failures h2 { margin: 4px 0 8px; }
.failures ol { margin: 0; padding-left: 20px; }
.failures li { margin: 6px 0; overflow-wrap: anywhere; }
fieldset { border: 0; padding: 0; margin: 24px 0 10px; display: flex; gap: 18px; flex-wrap: wrap; align-items: center; }
legend { float: left; padding: 0; margin-right: 18px; font-weight: 650; }
body:has(#show-failed:checked) .scenario.passed { display: none; }
body:has(#show-passed:checked) .scenario.failed { display: none; }
.scenario { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; }
.scenario.failed { border-left: 4px solid var(--bad); }
.scenario > summary { padding: 10px 16px; cursor: pointer; display: grid; gap: 2px 14px;
  grid-template-columns: 62px minmax(0, 1fr) auto; align-items: baseline; list-style: none; }
.scenario > summary::-webkit-details-marker { display: none; }
.scenario > summary .title { font-weight: 600; overflow-wrap: anywhere; padding-left: 18px; text-indent: -18px; }
.scenario > summary .title::before { content: "\\25B8"; display: inline-block; width: 18px;
  color: var(--soft); text-indent: 0; }
.scenario[open] > summary .title::before { content: "\\25BE"; }
.scenario > summary .more { grid-column: 2 / -1; padding-left: 18px; overflow-wrap: anywhere; }
.scenario > .inside { padding: 0 16px 18px; border-top: 1px solid var(--line); }
.strip { display: flex; gap: 2px; margin: 14px 0 8px; }
.boot { flex-basis: 0; min-width: 2px; height: 40px; border-radius: 3px; overflow: hidden; text-align: center;
  color: #fff; border-bottom: 5px solid transparent; background-clip: padding-box; font-size: 12px; line-height: 35px; }
.boot b { font-weight: 600; }
.boot.slotA { background-color: var(--slotA); } .boot.slotB { background-color: var(--slotB); }
.boot.recovery { background-color: var(--recovery); } .boot.none { background-color: var(--none); }
.boot.trial {
  background-image: repeating-linear-gradient(-45deg, rgb(255 255 255 / 0.25) 0 5px, transparent 5px 10px); }
.boot.ended-badly { border-bottom-color: var(--bad); } .boot.power-cut { border-bottom-color: var(--warn); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
th, td { padding: 4px 12px 4px 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.tight { white-space: nowrap; }
tr.below td { border-bottom: 1px solid var(--line); padding-left: 24px; font-size: 13px; color: var(--soft); }
tr.above td { border-bottom: 0; }
.chip { display: inline-block; border-radius: 10px; padding: 0 9px; font-size: 12.5px; font-weight: 600; color: #fff; }
.chip-slotA { background: var(--slotA); } .chip-slotB { background: var(--slotB); }
.chip-recovery { background: var(--recovery); } .chip-none { background: var(--none); }
@media screen and (prefers-color-scheme: dark) { .chip, .boot { color: #10151b; } }
.printed { margin: 4px 0; padding: 4px 10px; border-left: 3px solid var(--line); white-space: pre-wrap;
  color: var(--ink); }
.finding { display: grid; grid-template-columns: 22px 110px minmax(0, 1fr) auto; gap: 2px 10px; font-size: 14px;
  padding: 3px 6px; border-radius: 5px; }
.finding.failed { background: var(--bad-ground); }
.finding .said { overflow-wrap: anywhere; }
.findings { margin: 8px 0 0; padding: 0; list-style: none; }
.partition { display: grid; grid-template-columns: 190px minmax(0, 1fr); gap: 4px 16px; margin: 8px 0; }
.pages { display: flex; flex-wrap: wrap; gap: 2px; }
.page { width: 20px; height: 20px; border-radius: 3px; border: 1px solid var(--hue); text-align: center;
  font: 600 9px/18px system-ui, sans-serif; overflow: hidden; color: var(--ink); }
.page.blank { border-color: color-mix(in srgb, var(--hue) 45%, transparent); }
.page.used { background: color-mix(in srgb, var(--hue) 30%, transparent); }
.page.touched { border-width: 2px; line-height: 16px; border-color: var(--hue); }
.page.used.touched { background: color-mix(in srgb, var(--hue) 62%, transparent); }
.page.worn { border-color: var(--bad); }
.page.unstable { background: repeating-linear-gradient(45deg, var(--bad) 0 3px, transparent 3px 6px); }
.hue-boot { --hue: var(--boot); } .hue-journal { --hue: var(--journal); } .hue-slotA { --hue: var(--slotA); }
.hue-slotB { --hue: var(--slotB); } .hue-data { --hue: var(--data); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--soft); margin-top: 10px; }
.legend span { display: inline-flex; gap: 6px; align-items: center; }
.inner > summary { cursor: pointer; font-weight: 600; font-size: 14px; margin-top: 20px; }
footer { padding-top: 24px; padding-bottom: 48px; font-size: 13px; color: var(--soft); }
@media (max-width: 820px) {
  .partition { grid-template-columns: 1fr; }
  .finding { grid-template-columns: 22px minmax(0, 1fr); }
  .finding .said, .finding .line { grid-column: 2; }
  main, header, footer { padding-left: 14px; padding-right: 14px; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; }
  body { zoom: 0.8; }
  fieldset { display: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  .scenario { break-inside: avoid-page; border-color: #999; }
  .scenario > summary .title::before { content: ""; width: 0; }
  .page, .chip, .verdict, .finding.failed, .boot { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
