/** `node --import tsx tools/board/write-document.ts`: makes the tables of docs/boards.md from boards/. */

import { readFileSync, writeFileSync } from "node:fs";
import { withBoardsDocument } from "./document";
import { readTried } from "./tried";

const DOCUMENT = new URL("../../docs/boards.md", import.meta.url);

writeFileSync(DOCUMENT, withBoardsDocument(readFileSync(DOCUMENT, "utf8"), readTried()));
