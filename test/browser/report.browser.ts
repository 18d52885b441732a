/** The HTML report in a real browser, opened from disk as a QA person opens it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { describeBoard, placesOf } from "../../sim/board-description";
import { runScenario } from "../../sim/scenario/run-scenario";
import { loadBoard } from "../../tools/boards";
import { htmlReport } from "../../tools/report/html-report";
import { loadShipped, SCENARIO_SETTING, scenarioOf } from "../sim/scenario/shipped";
import { findChromium } from "./chromium";

const ATTACK = "<script>document.title = 'hacked'</script><img src=x onerror=\\\"document.title='hacked'\\\">";
const FAILING = `title: "Fails <script>document.title = 'hacked'</script>"
why: "${ATTACK}"
board: esp32
images:
  old: { version: 1.0.0 }
  new: { version: 2.0.0, does: [print: "${ATTACK}", hang: 5 s] }
steps:
  - install: new
    note: "${ATTACK}"
    expect: { runs: 2.0.0, boots: 3 }
`;

function makeReport(): string {
  const shipped = ["update-confirmed.yaml", "five-deaths.yaml", "small-pages-power-cuts.yaml"].map(loadShipped);
  const results = [...shipped, scenarioOf(FAILING)].map((scenario) => runScenario(scenario, SCENARIO_SETTING));
  return htmlReport(results, { commit: "0123456789ab", date: "2026-01-01 00:00 UTC" });
}

describe("the report in a browser", () => {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    it("chromium is not installed");
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-report-"));
  const file = path.join(folder, "report.html");
  const said: string[] = [];
  let browser: Browser;

  /** The report in a fresh page, with everything that the page complains of in `said`. */
  async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
    said.length = 0;
    const page = await browser.newPage(options);
    page.on("console", (message) => said.push(`console ${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      said.push("dialog");
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) {
        said.push(`request: ${request.url()}`);
      }
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  before(async () => {
    writeFileSync(file, makeReport());
    // Containers of CI run as root, where the browser's own sandbox does not start.
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("opens from disk without a complaint, loads nothing, and sums up", async () => {
    const page = await open();
    assert.equal(await page.title(), "1 failed: trialboot scenarios");
    assert.equal(await page.locator("#passed").innerText(), "3");
    assert.equal(await page.locator("#failed").innerText(), "1");
    assert.equal(await page.locator("#commit").innerText(), "0123456789ab");
    assert.equal(await page.locator("details.scenario").count(), 4);
    assert.deepEqual(said, []);
    await page.close();
  });

  it("runs nothing of what an application or a scenario file says", async () => {
    const page = await open();
    await page.locator("details.scenario.failed > summary").click();
    const printed = page.locator("details.scenario.failed .printed");
    assert.match(await printed.innerText(), /<script>document\.title = 'hacked'<\/script><img src=x onerror=/);
    assert.equal(await page.locator("script, img, iframe, object").count(), 0);
    assert.equal(await page.title(), "1 failed: trialboot scenarios");
    assert.deepEqual(said, []);
    await page.close();
  });

  it("would refuse a script even if one stood in it", async () => {
    const page = await open();
    const script = "<script>document.title = 'hacked'</script>";
    await page.setContent((await page.content()).replace("</main>", `${script}</main>`));
    assert.notEqual(await page.title(), "hacked");
    assert.ok(said.some((text) => /Content Security Policy/.test(text)), said.join("\n"));
    await page.close();
  });

  it("leads from the summary to the failed step, and says what was expected and found", async () => {
    const page = await open();
    const scenario = page.locator("details.scenario.failed");
    assert.equal(await scenario.locator("tr .chip").first().isVisible(), false);
    await page.locator(".failures a").click();
    await scenario.locator("tr .chip").first().waitFor({ state: "visible" });
    const finding = scenario.locator(".finding.failed");
    assert.equal((await finding.innerText()).replace(/\s+/g, " "), "✗ runs expected 2.0.0, found 1.0.0 line 10");
    assert.equal(await scenario.locator(".strip .boot").count(), 3);
    await page.close();
  });

  it("has a square for every page of every partition", async () => {
    const page = await open();
    await page.locator("details.scenario.failed > summary").click();
    const board = describeBoard(loadBoard("esp32"));
    const { journal, slots, data } = placesOf(board);
    const places = { boot: board.partitions["boot"], journal, slotA: slots[0], slotB: slots[1], data };
    for (const [name, place] of Object.entries(places)) {
      const squares = page.locator(`details.scenario.failed .hue-${name} .pages .page`);
      assert.equal(await squares.count(), place.sizeBytes / board.geometry.pageSizeBytes, name);
      assert.ok(await squares.first().isVisible());
    }
    await page.close();
  });

  it("can be used with the keyboard alone", async () => {
    const page = await open();
    await page.locator("#show-all").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("details.scenario.passed").first().isVisible(), false);
    assert.equal(await page.locator("details.scenario.failed").isVisible(), true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("details.scenario.failed").getAttribute("open"), "");
    await page.close();
  });

  for (const width of [1280, 800, 390]) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`fits ${width} pixels, ${colorScheme}, with text that can be read`, async () => {
        const page = await open({ viewport: { width, height: 900 }, colorScheme });
        await page.locator("details.scenario.failed > summary").click();
        const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
        assert.ok(Number(overflow) <= 0, `${String(overflow)} pixels too wide`);
        const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
        assert.equal(ground, colorScheme === "light" ? "rgb(246, 247, 249)" : "rgb(18, 22, 28)");
        await page.close();
      });
    }
  }

  it("prints with every scenario unfolded, dark on white whatever the screen has", async () => {
    const page = await open({ colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    const colours = await page.evaluate("[getComputedStyle(document.body)].map((s) => s.color + s.backgroundColor)[0]");
    assert.equal(colours, "rgb(27, 36, 48)rgb(255, 255, 255)");
    const steps = page.locator("details.scenario.passed h3").first();
    assert.ok((await steps.boundingBox()) !== null);
    assert.ok(((await page.locator("details.scenario.passed").first().boundingBox())?.height ?? 0) > 400);
    await page.close();
  });
});
