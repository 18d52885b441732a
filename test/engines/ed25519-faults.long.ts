import { testFaults } from "../core/crypto/ed25519-convolve-faults";

describe("very many faults in the engine's functions, in Ed25519 by native dot products", function () {
  this.timeout(3_600_000);
  testFaults(2000);
});
