import assert from "node:assert/strict";
import ts from "typescript";
import { readText, typescriptFiles } from "./project-files";

/** What docs/threats.md says of each id: the first two columns of its tables. */
function threatTable(markdown: string): Map<string, string> {
  const table = new Map<string, string>();
  for (const [, id, state] of markdown.matchAll(/^\|\s*`?((?:THREAT|REQ)\.[A-Z0-9_.]+)`?\s*\|\s*`?(\w+)`?\s*\|/gm)) {
    assert.ok(id !== undefined && state !== undefined);
    assert.ok(!table.has(id), `${id} stands twice in docs/threats.md`);
    table.set(id, state);
  }
  return table;
}

const ID = /^((?:THREAT|REQ)\.[A-Z0-9_.]*[A-Z0-9_])(?![A-Z0-9_])/;

/** Ids that the titles of `describe` and `it` in a test file start with. */
function idsInTitles(file: string, text: string): string[] {
  const ids: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) {
      const id = ID.exec(node.text)?.[1];
      if (id !== undefined) {
        ids.push(id);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return ids;
}

const TESTED = new Set(
  typescriptFiles()
    .filter((file) => file.startsWith("test/") && file !== "test/house/threats.test.ts")
    .flatMap((file) => idsInTitles(file, readText(file))),
);

describe("docs/threats.md", () => {
  it("says of each id whether it is answered or open", () => {
    const table = threatTable(readText("docs/threats.md"));
    assert.ok(table.size > 0, "there is no table whose first column is an id");
    const unclear = [...table].filter(([, state]) => state !== "answered" && state !== "open");
    assert.deepEqual(unclear, []);
  });

  it("has a test for every id that it calls answered", () => {
    const answered = [...threatTable(readText("docs/threats.md"))].filter(([, state]) => state === "answered");
    assert.deepEqual(answered.map(([id]) => id).filter((id) => !TESTED.has(id)), []);
  });

  it("lists every id that a test names, as answered", () => {
    const table = threatTable(readText("docs/threats.md"));
    assert.deepEqual([...TESTED].filter((id) => table.get(id) !== "answered"), []);
  });

  it("is read as its tables are written", () => {
    const table = threatTable("| id | state |\n|---|---|\n| `THREAT.A.B` | answered | x |\n| REQ.SEC.C_D | open |\n");
    assert.deepEqual([...table], [["THREAT.A.B", "answered"], ["REQ.SEC.C_D", "open"]]);
    const titles = 'it("THREAT.A.B: is refused", f); it(`REQ.SEC.C_D ${board}`, f); it("about THREAT.X", f)';
    assert.deepEqual(idsInTitles("a.ts", titles), ["THREAT.A.B", "REQ.SEC.C_D"]);
  });
});
