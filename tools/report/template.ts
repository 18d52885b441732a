/** The form of the report, in Eta's language. `<%= %>` escapes; `<%~ %>` is for the templates of this file only. */

import { STYLE } from "./style";

/** Nothing may be loaded and nothing may run, whatever an application prints. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export const REPORT_TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title><%= it.failed.length === 0 ? "Passed" : it.failed.length + " failed" %>: trialboot scenarios</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Scenarios of the trialboot simulator</h1>
<p>
<% if (it.failed.length === 0) { %><span class="verdict good">All passed</span><% } else { %>
<span class="verdict bad"><%= it.failed.length %> of <%= it.scenarios.length %> failed</span><% } %>
<span class="soft"><%= it.date %></span>
</p>
<dl class="figures">
<div><dt>passed</dt><dd id="passed" class="good"><%= it.passedCount %></dd></div>
<div><dt>failed</dt>
<dd id="failed" class="<%= it.failed.length === 0 ? "" : "bad" %>"><%= it.failed.length %></dd></div>
<div><dt>expectations</dt><dd><%= it.expectations %></dd></div>
<div><dt>simulated boots</dt><dd><%= it.boots %></dd></div>
<div><dt>seconds</dt><dd id="seconds"><%= it.seconds %></dd></div>
<div><dt>seed</dt><dd class="text" id="seed"><%= it.seeds %></dd></div>
<div><dt>commit</dt>
<dd class="text" id="commit" title="<%= it.commit %>"><%= it.commit || "not known" %></dd></div>
</dl>
<% if (it.failed.length > 0) { %>
<section class="failures" aria-labelledby="failures">
<h2 id="failures">What failed first</h2>
<ol>
<% it.failed.forEach((scenario) => { %>
<li><a href="#<%= scenario.id %>-steps"><%= scenario.title %></a><br>
<%= scenario.failure.sentence %>
<span class="soft"><%= scenario.failure.where %>,
<code><%= scenario.file %>:<%= scenario.failure.line %></code></span></li>
<% }) %>
</ol>
</section>
<% } %>
</header>
<main>
<fieldset>
<legend>Show</legend>
<label><input type="radio" name="show" id="show-all" checked> all</label>
<label><input type="radio" name="show" id="show-failed"> failed</label>
<label><input type="radio" name="show" id="show-passed"> passed</label>
</fieldset>
<% it.scenarios.forEach((scenario) => { %><%~ include("@scenario", scenario) %><% }) %>
</main>
<footer>
<p>Made by <code>trialboot sim run</code>. A run is a function of scenario, seed and commit; times on the boards are
virtual. docs/qa.md explains this page.</p>
</footer>
</body>
</html>
`;

export const SCENARIO_TEMPLATE = `
<details class="scenario <%= it.passed ? "passed" : "failed" %>" id="<%= it.id %>">
<summary>
<span class="verdict <%= it.passed ? "good" : "bad" %>"><%= it.passed ? "pass" : "fail" %></span>
<span class="title"><%= it.title %></span>
<span class="soft"><%= it.bootCount %> boots, <%= it.duration %></span>
<% if (it.failure) { %><span class="more bad"><%= it.failure.where %>, line <%= it.failure.line %>:
<%= it.failure.sentence %></span><% } %>
</summary>
<div class="inside">
<p class="soft"><code><%= it.file %></code> on <%= it.board %><% if (it.changes.length > 0) { %>
(<%= it.changes.join(", ") %>)<% } %>, seed <%= it.seed %></p>
<% if (it.why) { %><p><%= it.why %></p><% } %>
<% if (it.strip.length > 0) { %><%~ include("@strip", it) %><% } %>
<div id="<%= it.id %>-steps">
<% it.steps.forEach((step) => { %><%~ include("@step", step) %><% }) %>
</div>
<% if (it.flash) { %><%~ include("@flash", it.flash) %><% } %>
<%~ include("@journal", it.journal) %>
</div>
</details>
`;

export const STRIP_TEMPLATE = `
<div class="strip" role="img" aria-label="Timeline of <%= it.strip.length %> boots; the steps below list each of them">
<% it.strip.forEach((boot) => { %><span class="boot <%= boot.classes %>" title="<%= boot.title %>"
 style="flex-grow:<%= boot.weight %>"><b><%= boot.label %></b></span><% }) %>
</div>
<div class="legend" aria-hidden="true">
<span><b class="chip chip-slotA">slot A</b></span><span><b class="chip chip-slotB">slot B</b></span>
<span><b class="chip chip-recovery">recovery</b></span><span><b class="chip chip-none">nothing started</b></span>
<span>hatched: on trial</span><span>red below: watchdog, crash or hang</span><span>amber below: power cut</span>
</div>
`;

export const STEP_TEMPLATE = `
<h3 class="<%= it.passed ? "" : "bad" %>"><%= it.title %> <span class="soft">line <%= it.line %></span></h3>
<% if (it.note) { %><p><%= it.note %></p><% } %>
<% if (it.boots.first.length > 0) { %>
<div class="scroll"><table>
<thead><tr><th class="number">boot</th><th>cause</th><th>starts</th><th>version</th><th>as</th><th>ends</th>
<th class="number">uptime</th><th>flash</th><th>reason</th></tr></thead>
<tbody>
<% it.boots.first.forEach((boot) => { %><%~ include("@boot", boot) %><% }) %>
<% if (it.boots.leftOut > 0) { %><tr><td></td><td colspan="8" class="soft">... <%= it.boots.leftOut %> more boots ...
</td></tr><% } %>
<% it.boots.last.forEach((boot) => { %><%~ include("@boot", boot) %><% }) %>
</tbody></table></div>
<% } %>
<ul class="findings">
<% it.findings.forEach((finding) => { %>
<li class="finding <%= finding.passed ? "passed" : "failed" %>">
<span class="<%= finding.passed ? "good" : "bad" %>" role="img"
 aria-label="<%= finding.passed ? "holds" : "broken" %>"><%= finding.passed ? "\\u2713" : "\\u2717" %></span>
<b><%= finding.name %></b>
<span class="said"><% if (finding.passed) { %><%= finding.expected %><% } else { %>
expected <b><%= finding.expected %></b>, found <b><%= finding.found %></b><% } %></span>
<span class="line soft">line <%= finding.line %></span>
</li>
<% }) %>
</ul>
`;

export const BOOT_TEMPLATE = `
<% const below = it.happenings.length + it.notes.length + it.console.length > 0; %>
<tr class="<%= below ? "above" : "" %>">
<td class="number"><%= it.number %></td><td class="tight"><%= it.cause %></td>
<td class="tight"><b class="chip chip-<%= it.kind %>"><%= it.starts %></b></td>
<td><%= it.version %></td><td class="tight"><%= it.standing %></td>
<td class="tight <%= it.endedBy === "horizon" ? "good" : it.ends === "power-cut" ? "warn" : "" %><%=
 ["watchdog", "panic", "hangs"].includes(it.ends) ? "bad" : "" %>"><%= it.ends %></td>
<td class="number"><%= it.uptime %></td><td class="tight soft"><%= it.flash %></td><td><%= it.reason %></td>
</tr>
<% if (below) { %><tr class="below"><td></td><td colspan="8">
<% it.happenings.forEach((event) => { %><div><%= event.at %> &ensp; <%= event.text %></div><% }) %>
<% it.notes.forEach((note) => { %><div><%= note %></div><% }) %>
<% if (it.console.length > 0) { %><div class="printed code"><%= it.console.join("\\n") %></div><% } %>
</td></tr><% } %>
`;

export const FLASH_TEMPLATE = `
<details class="inner" open><summary>Flash at the end</summary>
<p class="soft">One square is a page of <%= it.pageSize %> bytes; the number in it counts its
erases<% if (it.endurance) { %>, of which it bears <%= it.endurance %><% } %>. <%= it.otherPages %>
pages belong to no partition.</p>
<% it.partitions.forEach((partition) => { %>
<div class="partition hue-<%= partition.name %>">
<div><b><%= partition.title %></b><br><span class="soft code"><%= partition.offset %></span></div>
<div class="pages" role="img" aria-label="<%= partition.title %>: <%= partition.summary %>">
<% partition.pages.forEach((page) => {
 %><i class="page <%= page.classes %>" title="<%= page.title %>"><%= page.erases %></i><% }) %></div>
</div>
<% }) %>
<div class="legend hue-slotA" aria-hidden="true">
<span><i class="page blank"></i>empty, untouched</span><span><i class="page used"></i>in use, untouched</span>
<span><i class="page blank touched"></i>erased in this scenario</span>
<span><i class="page used touched"></i>written in this scenario</span>
<span><i class="page used worn"></i>worn out</span><span><i class="page unstable"></i>bits left unstable by a cut</span>
</div>
<% if (it.changes.length > 0) { %>
<details class="inner"><summary>Pages that were written or erased</summary>
<div class="scroll"><table>
<thead><tr><th>partition</th><th>pages</th><th class="number">erases</th><th>last change</th>
<th class="number">boot</th>
<th class="number">uptime</th></tr></thead>
<tbody><% it.changes.forEach((change) => { %><tr><td><%= change.partition %></td><td><%= change.pages %></td>
<td class="number"><%= change.erases %></td><td><%= change.kind %></td><td class="number"><%= change.boot %></td>
<td class="number"><%= change.uptime %></td></tr><% }) %></tbody></table></div>
</details>
<% } %>
</details>
`;

export const JOURNAL_TEMPLATE = `
<details class="inner"><summary>Journal in words (<%= it.rows.length + it.leftOut %> records)</summary>
<div class="scroll"><table>
<thead><tr><th class="number">boot</th><th class="number">number</th><th>record</th><th>what it says</th></tr></thead>
<tbody>
<% it.rows.forEach((row) => { %><tr><td class="number"><%= row.boot %></td><td class="number"><%= row.sequence %></td>
<td class="tight code"><%= row.name %></td><td><%= row.words %></td></tr><% }) %>
<% if (it.leftOut > 0) { %><tr><td></td><td></td><td></td><td class="soft"><%= it.leftOut %> more</td></tr><% } %>
</tbody></table></div>
</details>
`;
