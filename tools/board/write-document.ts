/**
 * `npm run boards`: makes the tables of docs/boards.md from boards/. Reports of `trialboot selftest` that are named
 * behind it are added to boards/tried.json first.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { boardsFile } from "../boards";
import { withBoardsDocument } from "./document";
import { addReport, readTried, type SelftestReport } from "./tried";

const DOCUMENT = new URL("../../docs/boards.md", import.meta.url);

const reports = process.argv.slice(2);
const tried = reports.reduce(
  (items, path) => addReport(items, JSON.parse(readFileSync(path, "utf8")) as SelftestReport), readTried(),
);
if (reports.length > 0) {
  writeFileSync(boardsFile("tried.json"), JSON.stringify(tried, undefined, 2) + "\n");
}
writeFileSync(DOCUMENT, withBoardsDocument(readFileSync(DOCUMENT, "utf8"), tried));
