// Adds up build/reports/*.json and prints CI's last line; the arguments are the Make targets that failed.
// Plain JavaScript, since it has to speak even when the installation failed.
import { existsSync, readFileSync } from "node:fs";

/** Target and the report that its mocha run writes. */
const TARGETS = ["test", "test-engines", "test-browser", "interop"];

const failedTargets = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const target of TARGETS) {
  const report = new URL(`../../build/reports/${target}.json`, import.meta.url);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
  sum.passed += counts.passed;
  sum.skipped += counts.skipped;
  // A target that broke before or after its tests (types, lint, installation) is a failure of its own.
  sum.failed += counts.failed === 0 && failedTargets.includes(target) ? 1 : counts.failed;
}
// Targets without tests, such as explore, count one when they fail.
sum.failed += failedTargets.filter((target) => !TARGETS.includes(target)).length;
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : "";
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed${skipped}\n`);
process.exitCode = sum.failed > 0 || failedTargets.length > 0 ? 1 : 0;
