import { sha512 } from "../../../hal/espruino/sha512";
import { testSha512 } from "../../support/hashes";
import { withEspruinoGlobals } from "./globals";

describe("SHA-512 for Espruino", () => {
  withEspruinoGlobals();

  testSha512(sha512);
});
