/** Keys whose private halves are public: everybody can sign for a board that trusts one. */

import type { TrustedKey } from "../../core/ports";
import { usageError } from "../errors";
import { hexText } from "../output";

/** Key hashes of test/vectors/mcuboot/keys/TEST-ONLY-*.pem. A test holds this list against the folder. */
export const TEST_KEY_HASHES: readonly string[] = [
  "ebe75ae043eec0be39edfbf9e406c271b0b866e84ce0c11d6944415bf309b3a3",
  "4cfcb708723206b6a0dee1619c9e88ab4d8987b4dbdfd8260c58a280d54eddf6",
  "774745312586a047585bf699fe8c133eca7b9d8617dabb708b8c0795c10f796e",
];

/** Refuses (usage) test keys, except for boards that are in development anyway. */
export function refuseTestKeys(keys: readonly TrustedKey[], isDevelopment: boolean): void {
  const known = keys.find(({ keyHash }) => TEST_KEY_HASHES.includes(hexText(keyHash)));
  if (known !== undefined && !isDevelopment) {
    throw usageError(
      `Key ${hexText(known.keyHash).slice(0, 16)}... is one of trialboot's own tests: everybody has its private half.`,
      "Make a key with trialboot keys new, or add --development for a board on your desk.",
    );
  }
}
