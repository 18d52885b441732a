#!/usr/bin/env node
// In a checkout the command runs from its TypeScript source, installed it runs from dist.
import { existsSync } from "node:fs";

const source = new URL("../tools/main.ts", import.meta.url);
let entry = new URL("../dist/trialboot.js", import.meta.url);
if (existsSync(source)) {
  const { register } = await import("tsx/esm/api");
  register();
  entry = source;
}
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
