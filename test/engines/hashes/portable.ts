import { sha256 } from "../../../core/crypto/sha256";
import { sha512 } from "../../../core/crypto/sha512";
import { printHashes } from "./print-hashes";

export function printPortableHashes(): void {
  printHashes(sha256, sha512);
}
