/** What Espruino's RegExp gets wrong, most of it silently. */

/** Each construct outside classes, anchored at the place that is looked at. */
const OUTSIDE_CLASSES: readonly [RegExp, string][] = [
  [/^\{\d+(,\d*)?\}/, "counts repetitions with {n,m}, which silently never matches"],
  [/^\(\?[=!]/, "looks ahead, which silently never matches"],
  [/^\(\?:/, "has a group that does not capture, which never matches"],
  [/^\(\?/, "has a special group, which never matches"],
  [/^[*+?]\?/, "is not greedy, which never matches"],
  [/^\\[1-9]/, "refers back to a group, which throws"],
];

/** In a class, `\w` and its like followed or preceded by a hyphen. */
const ESCAPE_WITH_HYPHEN = /\\[wdsWDS]-|-\\[wdsWDS]/;

/** The length of what starts at `rest`: an escape, a class, or one character. */
function tokenLength(rest: string): number {
  if (rest.startsWith("\\")) {
    return 2;
  }
  const characterClass = /^\[(?:\\.|[^\]\\])*\]/.exec(rest);
  return characterClass === null ? 1 : characterClass[0].length;
}

/** The first thing in `pattern` that is not safe, as the end of a sentence; undefined if all is. */
export function regExpFault(pattern: string): string | undefined {
  let rest = pattern;
  while (rest !== "") {
    for (const [construct, fault] of OUTSIDE_CLASSES) {
      if (construct.test(rest)) {
        return fault;
      }
    }
    const length = tokenLength(rest);
    if (rest.startsWith("[") && ESCAPE_WITH_HYPHEN.test(rest.slice(0, length))) {
      return "has a class like [\\w-], which silently never matches";
    }
    rest = rest.slice(length);
  }
  return undefined;
}
