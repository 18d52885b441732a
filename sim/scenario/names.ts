/** Words of scenarios and the numbers they stand for. */

import { ResetCause } from "../../core/boot/reset-cause";
import { recordName } from "../journal-reader";
import { causeName } from "../reset";

const CAUSES = new Map<string, ResetCause>(
  Array.from({ length: ResetCause.WarmStart + 1 }, (_, cause) => [causeName(cause), cause]),
);

/** The cause of a name that the schema has taken. */
export function causeOf(name: string): ResetCause {
  return CAUSES.get(name) ?? ResetCause.Unknown;
}

/** Names of all journal records that can be appended. */
export const RECORD_NAMES: readonly string[] = Array.from({ length: 256 }, (_, type) => recordName(type)).filter(
  (name) => !name.startsWith("record-"),
);

/** Names of all reasons, by the function that names them. */
export function reasonNames(reasonName: (reason: number) => string): string[] {
  return Array.from({ length: 256 }, (_, reason) => reasonName(reason)).filter((name) => !/^reason-\d+$/.test(name));
}
