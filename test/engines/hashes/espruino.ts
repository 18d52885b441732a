import { sha256 } from "../../../hal/espruino/sha256";
import { sha512 } from "../../../hal/espruino/sha512";
import { printHashes } from "./print-hashes";

export function printEspruinoHashes(): void {
  printHashes(sha256, sha512);
}
