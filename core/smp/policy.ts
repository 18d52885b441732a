/** Who may do what over a wire (docs/spec-smp.md, "Authorisation"). */

/** What may be allowed without a login, because signatures protect what matters. Bits of a mask. */
export const enum Right {
  /** Lists, parameters, texts about the device, the journal. */
  Read = 1,
  Upload = 2,
  /** `test`, `confirm` and rollback. */
  Test = 4,
  Reset = 8,
}

/** What needs a technician's login. Bits of a mask; numbers on the wire and in journal records: never renumber. */
export const enum CommandSet {
  /** Erasing the free slot, and erases beyond the limit of the period. */
  Erase = 1,
  FactoryReset = 2,
  Files = 4,
  Console = 8,
}

/** By what a client reaches the device. */
export const enum Transport {
  Serial = 0,
  Ble = 1,
  Udp = 2,
}

/** What the board is doing. */
export const enum Situation {
  /** A confirmed image runs. */
  Confirmed = 0,
  /** An image runs on trial. */
  Trial = 1,
  Recovery = 2,
}

/** What a client gets over one transport in one situation. */
export interface Grants {
  /** Mask of `Right`: without a login. */
  readonly rights: number;
  /** Mask of `CommandSet`: what a login may give. */
  readonly sets: number;
}

/** Situations per transport in a policy table. */
const SITUATIONS = 3;

const ALL_RIGHTS = Right.Read + Right.Upload + Right.Test + Right.Reset;
const ALL_SETS = CommandSet.Erase + CommandSet.FactoryReset + CommandSet.Files + CommandSet.Console;

/**
 * What the table says; an empty table allows everything that a signature protects, and lets a technician log in for
 * the rest. A table that is too short gives nothing for what it does not name.
 *
 * @param policy by transport, and within it by situation
 */
export function grantsOf(policy: Grants[], transport: Transport, situation: Situation): Grants {
  if (policy.length === 0) {
    return { rights: ALL_RIGHTS, sets: ALL_SETS };
  }
  const at = transport * SITUATIONS + situation;
  return at < policy.length ? policy[at] : { rights: 0, sets: 0 };
}
