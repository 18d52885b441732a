/** What the programs print, one figure a line: a word, the index of the case, a number. */

/**
 * The numbers of one case.
 *
 * @param expected how many there must be
 * @throws Error if there are others, or something that is no number
 */
export function numbersAfter(lines: readonly string[], word: string, index: number, expected: number): number[] {
  const prefix = `${word} ${index} `;
  // Espruino's console prompt may stand in front of the last line.
  const found = lines.map((line) => line.replace(/^>/, "")).filter((line) => line.startsWith(prefix));
  const numbers = found.map((line) => Number(line.slice(prefix.length)));
  if (numbers.length !== expected || !numbers.every(Number.isFinite)) {
    const end = lines.slice(-8).join(" | ").slice(-1000);
    throw new Error(`case ${index}: ${numbers.length} of ${expected} values of ${word}; the output ended with: ${end}`);
  }
  return numbers;
}
