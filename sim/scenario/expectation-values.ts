/** Everything that a scenario can expect, and the form in which it says so. */

/** Words for the two slots. */
export type PerSlot = Readonly<Partial<Record<"A" | "B", string>>>;

export interface ExpectationValues {
  /** Version that the last boot started; `recovery`; `nothing`. */
  readonly runs: string;
  readonly slot: string;
  readonly as: string;
  /** How the last boot ended, in the words of the trace. */
  readonly ends: string;
  readonly boots: number;
  readonly bootsAtMost: number;
  /** Each boot: `A 1.0.0 confirmed`, `B 2.0.0 trial`, `recovery`, `nothing`. */
  readonly starts: readonly string[];
  readonly causes: readonly string[];
  /** The last reason that any boot gave. */
  readonly reason: string;
  /** The last boot is in recovery for this reason. */
  readonly recovery: string;
  /** Records in this order; others may stand between them. */
  readonly journal: readonly string[];
  readonly journalExactly: readonly string[];
  readonly journalLacks: readonly string[];
  readonly floor: number;
  /** What the journal says of the slots. */
  readonly slots: PerSlot;
  /** What the board's own check says of the slots: a version, or the reason of refusal. */
  readonly holds: PerSlot;
  /** `untouched` since the scenario began, or the text with which the data begins. */
  readonly data: string;
  /** Reason for which an image that was sent was refused; `nothing`: none was. */
  readonly refused: string;
  readonly prints: string;
  readonly errors: string;
  /** Partitions that nothing wrote to or erased. */
  readonly untouched: readonly string[];
}

export type ExpectationName = keyof ExpectationValues;
