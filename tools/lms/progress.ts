/** Large trees take minutes. */

import type { Context } from "../context";
import type { Output } from "../output";

/** Shows the share that is done on one line of a terminal, each whole per cent once; elsewhere nothing. */
export function progressLine(context: Context, output: Output): (share: number) => void {
  let shownPercent = 0;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (!output.quiet && context.stderrIsTerminal && percent > shownPercent) {
      shownPercent = percent;
      context.stderr(percent === 100 ? "\r\u001b[K" : `\rcomputing the tree: ${percent} %`);
    }
  };
}
