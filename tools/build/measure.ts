/** Bytes of what flash pays for, per board, against the budgets. */

import { boardNames, loadBoard } from "../boards";
import { engineOf } from "./engines";
import { buildBundle } from "./bundle";
import { SIZED_TARGETS, type SizedTarget } from "./targets";

export interface Size {
  readonly board: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly budgetBytes: number | undefined;
}

/** Measures `targets` for every board; boards with one engine share its bundles. */
export async function measure(targets: readonly SizedTarget[] = SIZED_TARGETS): Promise<Size[]> {
  const bundles = new Map<string, string>();
  const sizes: Size[] = [];
  for (const board of boardNames()) {
    const engine = engineOf(loadBoard(board));
    for (const target of targets) {
      const key = `${engine.name}/${target.name}`;
      const text = bundles.get(key) ?? (await buildBundle(target, engine));
      bundles.set(key, text);
      sizes.push({ board, title: target.title, sizeBytes: text.length, budgetBytes: target.budgetBytes });
    }
  }
  return sizes;
}

/** Sentences for what is larger than its budget; empty if all fits. */
export function overBudget(sizes: readonly Size[]): string[] {
  return sizes.flatMap(({ board, title, sizeBytes, budgetBytes }) => {
    const excess = budgetBytes === undefined ? 0 : sizeBytes - budgetBytes;
    return excess > 0 ? [`${board}: ${title} is ${sizeBytes} bytes, ${excess} over its budget of ${budgetBytes}.`] : [];
  });
}
