/** Images as clients list them. */

import type { Version } from "../image/image";
import type { CborWriter } from "./cbor-writer";
import { writeEntry } from "./entry";
import type { SlotListing } from "./management";

/** `1.2.3`, or `1.2.3.4` where there is a build number: SMP's form, not imgtool's. */
export function formatVersion(version: Version): string {
  const text = version.major.toString() + "." + version.minor.toString() + "." + version.revision.toString();
  return version.build === 0 ? text : text + "." + version.build.toString();
}

/** Flags that are not set are left out. */
function writeFlag(writer: CborWriter, name: string, isSet: boolean): void {
  if (isSet) {
    writeEntry(writer, name, true);
  }
}

/** Exactly the keys that clients know: some refuse any other. */
export function writeListing(writer: CborWriter, slot: number, listing: SlotListing): void {
  writer.openMap();
  writeEntry(writer, "slot", slot);
  writeEntry(writer, "version", formatVersion(listing.version));
  writeEntry(writer, "hash", listing.digest);
  writeFlag(writer, "bootable", listing.isBootable);
  writeFlag(writer, "pending", listing.isPending);
  writeFlag(writer, "confirmed", listing.isConfirmed);
  writeFlag(writer, "active", listing.isActive);
  writeFlag(writer, "permanent", listing.isPermanent);
  writer.close();
}
