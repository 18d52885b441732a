import { createSha256, sha256 } from "../../../core/crypto/sha256";
import { testSha256 } from "../../support/hashes";

describe("SHA-256", () => {
  testSha256(sha256, createSha256);
});
