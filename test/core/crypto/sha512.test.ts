import { sha512 } from "../../../core/crypto/sha512";
import { testSha512 } from "../../support/hashes";

describe("SHA-512", () => {
  testSha512(sha512);
});
