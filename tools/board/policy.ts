/** The policy of a board file as the table that devices have. */

import type { Grants } from "../../core/smp/policy";
import { Right, Situation, Transport } from "../../core/smp/policy";
import { COMMAND_SETS } from "../smp/command-sets";
import type { BoardGrants, BoardPolicy } from "./board-data";

const RIGHTS = { read: Right.Read, upload: Right.Upload, test: Right.Test, reset: Right.Reset } as const;
const TRANSPORTS = [["serial", Transport.Serial], ["ble", Transport.Ble], ["udp", Transport.Udp]] as const;
const SITUATIONS = 3;
const NOTHING: BoardGrants = { rights: [], sets: [] };

const sum = (bits: readonly number[]): number => bits.reduce((mask, bit) => mask + bit, 0);

function grantsFrom({ rights, sets }: BoardGrants): Grants {
  return { rights: sum(rights.map((right) => RIGHTS[right])), sets: sum(sets.map((set) => COMMAND_SETS[set])) };
}

/** By transport and situation, see `grantsOf` of core/smp/policy.ts; empty where the board says nothing. */
export function policyTable(policy: BoardPolicy | undefined): Grants[] {
  if (policy === undefined) {
    return [];
  }
  const table: Grants[] = [];
  for (const [name, transport] of TRANSPORTS) {
    const situations = policy[name] ?? {};
    table[transport * SITUATIONS + Situation.Confirmed] = grantsFrom(situations.confirmed ?? NOTHING);
    table[transport * SITUATIONS + Situation.Trial] = grantsFrom(situations.trial ?? NOTHING);
    table[transport * SITUATIONS + Situation.Recovery] = grantsFrom(situations.recovery ?? NOTHING);
  }
  return table;
}
