/** The list of units that a factory makes: a CSV file with a column `unit`. */

import { shown } from "../arguments";
import { malformed } from "../errors";

const UNITS_MAX = 1_000_000;
const UNIT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The fields of one line of CSV (RFC 4180), without line breaks inside of fields; `undefined` if it is none. */
function fieldsOf(line: string, separator: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const end = rest.indexOf(separator);
    const plain = end < 0 ? rest : rest.slice(0, end);
    if (quoted === null && plain.includes("\"")) {
      return undefined;
    }
    fields.push(quoted === null ? plain.trim() : (quoted[1] ?? "").replaceAll("\"\"", "\""));
    rest = rest.slice(quoted === null ? plain.length : quoted[0].length);
    if (rest === "") {
      return fields;
    }
    if (!rest.startsWith(separator)) {
      return undefined;
    }
    rest = rest.slice(separator.length);
  }
}

/**
 * Names of the units, in the order of the list. Other columns are not read.
 *
 * Refuses (malformed): no column `unit`, no units, a name that cannot be a file's, a name that is given twice, also
 * where only capitals differ, since some file systems see no difference.
 *
 * @param name the file's, for messages
 */
export function readUnits(text: string, name: string): string[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const head = lines[0] ?? "";
  const separator = head.includes(";") && !head.includes(",") ? ";" : ",";
  const column = fieldsOf(head, separator)?.indexOf("unit") ?? -1;
  if (column < 0) {
    throw malformed(`${shown(name)} has no column named unit.`, "Its first line names the columns; unit is required.");
  }
  const units: string[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") {
      continue;
    }
    const unit = fieldsOf(line, separator)?.[column];
    if (unit === undefined || !UNIT_NAME.test(unit)) {
      throw malformed(
        `Line ${index + 1} of ${shown(name)} names no unit: ${shown(line)}`,
        "A unit's name has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.",
      );
    }
    const earlier = seen.get(unit.toLowerCase());
    if (earlier !== undefined) {
      throw malformed(`Lines ${earlier} and ${index + 1} of ${shown(name)} name the same unit, ${unit}.`);
    }
    seen.set(unit.toLowerCase(), index + 1);
    units.push(unit);
  }
  if (units.length === 0 || units.length > UNITS_MAX) {
    throw malformed(`${shown(name)} names ${units.length} units.`, `It must name 1 to ${UNITS_MAX}.`);
  }
  return units;
}
