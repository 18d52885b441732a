/**
 * What is beyond the groups that every client uses: logins, files, and trialboot's own group. A file of its own on
 * boards, evaluated at the first request to group 8 or 64.
 */

import type { SmpContext } from "./errors";
import type { CborFields } from "./cbor-reader";
import type { SmpHeader } from "./frame";
import { handleFiles } from "./group-files";
import { handleOwn, OWN_GROUP } from "./group-own";
import type { Login } from "./login";
import { createLogin } from "./login";
import type { Management } from "./management";

export interface Technician {
  readonly login: Login;
  /** Answers a request to group 8 or 64. */
  answer(context: SmpContext, request: SmpHeader, fields: CborFields): number;
}

export type CreateTechnician = (this: void, management: Management) => Technician;

/** One for each wire: a login counts for the wire that it came over. */
export function createTechnician(management: Management): Technician {
  const login = createLogin(management);
  return {
    login,
    answer: (context, request, fields) => request.group === OWN_GROUP
      ? handleOwn(context, login, request, fields)
      : handleFiles(context, login, request, fields),
  };
}
