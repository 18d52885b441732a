/** The journal as an audit log, read with what the bootloader lends. */

import { visitPages } from "../core/journal/audit";
import type { JournalPage } from "../core/journal/page";
import type { Chain } from "./chain";

/** Calls `visit` with the 32 bytes of each record the journal still holds, oldest first. */
export function visitJournal(chain: Chain, visit: (record: Uint8Array) => void): void {
  const journal = chain.ledger;
  const pages: JournalPage[] = [];
  for (let offset = 0; offset < journal.endBytes; offset += journal.pageBytes) {
    pages.push(chain.readPage(journal.flash, journal.hasher, offset));
  }
  visitPages(pages, visit);
}
