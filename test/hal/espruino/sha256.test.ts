import { createSha256, sha256 } from "../../../hal/espruino/sha256";
import { testSha256 } from "../../support/hashes";
import { withEspruinoGlobals } from "./globals";

describe("SHA-256 for Espruino", () => {
  withEspruinoGlobals();

  testSha256(sha256, createSha256);
});
