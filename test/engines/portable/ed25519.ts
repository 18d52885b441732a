/** Ed25519 checks in doubles, with and without tables and hints. Every engine computes with the same numbers. */

import type { Ed25519Check } from "../../../core/crypto/ed25519";
import { createPortableEd25519 } from "../../../core/crypto/ed25519-portable";
import { sha512 } from "../../../core/crypto/sha512";
import type { Check, Suite } from "./check";
import { fromHex } from "./check";

/** The comb table of the base point B with 4 teeth; also that of the public key -B. */
const BASE_TABLE =
  "bf3375245afde633497df4bbef93298ebfaf93aa643709cf5c17d2c14b6ee4457f04feff6da5c9170bcba5172d456afd91dbb1ff898b7a95" +
  "ca503686fa25ea058e3cf62dc17040e612bbb657e8545a704c97dd97be9aa630ed21d331bbdd3b0e129a660872f179965751e601705604c4" +
  "bce1da49b25c66addf841bf31fe4ac2ed5ced7a5e7c35880655b6156030cc1abb8264e4ca2c2220c8705d87caf19fc14daf58a33b21cea9e" +
  "f851f29d78c9a688ac60eaabb3c5a1f042b6773e4ebeda28dc38fb285091f0bc3f2d767e224f16a54f2251fb927dae82fd28c5e846942605" +
  "a50e0983b5ac23dc1259fc4784ae6ab0829ac410460746bc59fd0860d70777184c8fd6fa1743f009bde838c8dc317dff7546c1f949b31b6c" +
  "ad822ea5d8732b459c181e33b9c3c6cd910536d57604ad51350386a14fd47348bb5ad3cbb55b867fed7341f2b00a09e05c830ef4ca722b3a" +
  "c858be6284c0c6c0ceb915313eb69e7beed76c4fc7c0a7cb0c3e83b5809c998152f8b2d06e4d3ea2da2b0c0a5002b26c3061152ac7c592ba" +
  "62bfc4036fbcfea8a29a863ead66c1c74db77c55d8d45e2e5daba9ae5855f63c67ef469b1c6b530a9147476e8cb064400e115d9d7cb20940" +
  "d3672af9ec99b151ede1f7062a1e7c5f51e5b7fa617c4bc7ddd6bba511596661c4b33124523e6d3404cc39d9a6eeb59ed15337880ebced4b" +
  "56c8bda751b5380d6f25cc5316bf65983ed23b6a5780c1e3a26f605c9138d792c4c366a005b40b51ff8f844b3a8b5e1484d3a54ee8ca1438" +
  "ca76802f8de99b7d5e098acff77da70af92023f70b5d7e7ef3b8f7f3ffe9f5d2a2bcf2d7c184187a5194ff05037b681ea9323d1ebcd1fc86" +
  "35d805ff26cab63a32211ee55e08f568dd1e9c019a1b4f0937c146482d1f92d368c6a8476dc6703956eec68f1df471799ebdc75edd9e6878" +
  "f05fbeb50d106b3832ac7680bdca94717af2c9352ade9f42491801abbcef7c643f583d9259db13db586e0ae0b7914a0820d62e3c45c98b17" +
  "79e7c790993a182562a8a1c1dc9e6a22da82fad282c994c497ffa42c517d917db2be328253b4dc34";

/** -B as a key, its signature of the bytes 0 to 31, and the x-coordinate of R. */
const MINUS_B = "58666666666666666666666666666666666666666666666666666666666666e6";
const MESSAGE = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const SIGNATURE =
  "6f6ca5462ae560235abfc4bf18f762edd72bc1a7de9e49eec0aeb5ecaa8d37ce5d66fea5236df6ec1652157fad3d42d4cc24bee81a638936" +
  "36f6bf9e5b92b207";
const HINT = "03b51773fba03f80223e41583c732f506db11a6974889ca78ed1241d2dfcce41";

/** RFC 8032 7.1, TEST 3. */
const RFC_KEY = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const RFC_MESSAGE = "af82";
const RFC_SIGNATURE =
  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d" +
  "c027beceea1ec40a";
const RFC_HINT = "4f445bba8b44933201eda162798f8f091a79b65f2c16dbf9666ef59fd00ea539";


let pauses = 0;

/** One verifier for all cases: building it is part of what an engine has to get right, and takes time on Espruino. */
function createCheck(): Ed25519Check {
  return createPortableEd25519(fromHex(BASE_TABLE), {
    sha512,
    pause(this: void): void {
      pauses++;
    },
  });
}

function withTables(check: Check): void {
  const verify = createCheck();
  const table = fromHex(BASE_TABLE);
  const key = fromHex(MINUS_B);
  const message = fromHex(MESSAGE);
  check.test("a signature holds with a table, with and without a hint", () => {
    check.isTrue(verify(key, message, fromHex(SIGNATURE), table), "without a hint");
    check.isTrue(verify(key, message, fromHex(SIGNATURE + HINT), table), "with a hint");
  });
  check.test("changes of R, S, hint, message and table are refused", () => {
    const signature = fromHex(SIGNATURE + HINT);
    for (let at = 0; at < 96; at += 32) {
      signature[at]++;
      check.equal(verify(key, message, signature, table), false, "change at " + at.toString());
      signature[at]--;
    }
    message[5]++;
    check.equal(verify(key, message, signature, table), false, "message");
    message[5]--;
    table[100]++;
    check.equal(verify(key, message, signature, table), false, "table");
    table[100]--;
    check.isTrue(verify(key, message, signature, table), "unchanged again");
  });
}

function withoutTables(check: Check): void {
  const verify = createCheck();
  check.test("the signature of RFC 8032 holds without a table, with pauses", () => {
    pauses = 0;
    check.isTrue(verify(fromHex(RFC_KEY), fromHex(RFC_MESSAGE), fromHex(RFC_SIGNATURE), undefined), "without a hint");
    check.isTrue(pauses >= 30, "pauses");
  });
  check.test("without a table, another message and a key that is no point are refused", () => {
    const signature = fromHex(RFC_SIGNATURE + RFC_HINT);
    check.isTrue(verify(fromHex(RFC_KEY), fromHex(RFC_MESSAGE), signature, undefined), "as it is");
    check.equal(verify(fromHex(RFC_KEY), fromHex(MESSAGE), signature, undefined), false, "message");
    const key = fromHex(RFC_KEY);
    for (let i = 0; i < 4; i++) {
      key[0]++;
      check.equal(verify(key, fromHex(RFC_MESSAGE), signature, undefined), false, "key " + key[0].toString());
    }
  });
}

export const ed25519Suite: Suite = {
  name: "Ed25519",
  run(check: Check): void {
    withTables(check);
    withoutTables(check);
  },
};
