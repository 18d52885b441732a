/** Finds the flash operation that a scenario means, in what a boot would do. */

import type { FlashOperation } from "../power";
import type { CutMoment, PartitionName } from "./scenario";

/** An operation of a boot that was rehearsed. */
export interface RehearsedOperation extends FlashOperation {
  /** The partition that it is in; `undefined`: none. */
  readonly partition: PartitionName | undefined;
  /** Name of the journal record that it writes; empty if it writes none. */
  readonly record: string;
}

function matches(moment: CutMoment, operation: RehearsedOperation): boolean {
  if (moment.kind === "record") {
    return operation.record === moment.record;
  }
  return operation.kind === moment.kind && "partition" in moment && operation.partition === moment.partition;
}

/**
 * The number of the operation that is meant.
 *
 * @param seen how many operations of the kind earlier boots of the run have done
 * @returns `undefined` if this boot does not come to it
 */
export function findOperation(
  moment: CutMoment,
  operations: readonly RehearsedOperation[],
  seen: number,
): number | undefined {
  if (moment.kind === "time") {
    return undefined;
  }
  if (moment.kind === "operation") {
    return moment.number < operations.length ? moment.number : undefined;
  }
  const found = operations.flatMap((operation, i) => (matches(moment, operation) ? [i] : []));
  if (found.length === 0) {
    return undefined;
  }
  if (moment.kind !== "record" && moment.share !== undefined) {
    return found[Math.min(found.length - 1, Math.floor(moment.share * found.length))];
  }
  return moment.which < 0 ? found.at(-1) : found[moment.which - seen];
}

/** How many operations of the meant kind there are. */
export function countOperations(moment: CutMoment, operations: readonly RehearsedOperation[]): number {
  return operations.filter((operation) => matches(moment, operation)).length;
}

/** The moment in words. */
export function momentText(moment: CutMoment): string {
  switch (moment.kind) {
    case "time":
      return `after ${moment.afterMs / 1000} s`;
    case "operation":
      return `at flash operation ${moment.number}`;
    case "record":
      return `while the record ${moment.record} is written`;
    case "erase":
      return `while ${moment.partition} is erased`;
    case "write":
      return `while ${moment.partition} is written`;
  }
}
