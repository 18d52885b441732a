import { testFaults } from "./ed25519-convolve-faults";

// test/engines/ed25519-faults.long.ts has many more of them.
describe("faults in the engine's functions, in Ed25519 by native dot products", function () {
  this.timeout(60_000);
  testFaults(16);
});
