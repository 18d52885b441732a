import { hkdfSha256 } from "../../../core/crypto/hkdf";
import { hmacSha256 } from "../../../core/crypto/hmac";
import { createSha256, sha256 } from "../../../core/crypto/sha256";
import { sha512 } from "../../../core/crypto/sha512";
import type { HashPort } from "../../../core/ports";
import type { Check, Suite } from "./check";
import { fromAscii, fromHex } from "./check";

/** Around the places where padding takes another block. */
const LENGTHS: number[] = [1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 239, 240];

/** HMAC and HKDF need no more of the interface than this. */
const hash: HashPort = {
  sha256(bytes: Uint8Array): Uint8Array {
    return sha256(bytes);
  },
  crc32(): number {
    return 0;
  },
  sha256Region(): Uint8Array {
    return new Uint8Array(0);
  },
};

function pattern(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) {
    bytes[i] = (i * 7 + lengthBytes) % 256;
  }
  return bytes;
}

/** The digests of all `LENGTHS`, each hashed together with the one before. */
function chain(digest: (this: void, bytes: Uint8Array) => Uint8Array, digestBytes: number): Uint8Array {
  let last: Uint8Array = new Uint8Array(digestBytes);
  for (let i = 0; i < LENGTHS.length; i++) {
    const bytes = new Uint8Array(LENGTHS[i] + digestBytes);
    bytes.set(pattern(LENGTHS[i]), 0);
    bytes.set(last, LENGTHS[i]);
    last = digest(bytes);
  }
  return last;
}

function digests(check: Check): void {
  check.test("SHA-256 gives NIST's digests", () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    check.equalHex(sha256(fromAscii("abc")), abc, "abc");
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    check.equalHex(sha256(fromAscii("")), empty, "empty");
  });
  check.test("SHA-512 gives NIST's digests", () => {
    const abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    check.equalHex(sha512(fromAscii("abc")), abc, "abc");
    const empty = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
      "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
    check.equalHex(sha512(fromAscii("")), empty, "empty");
  });
  check.test("digests of lengths around the block boundaries are those of other implementations", () => {
    check.equalHex(chain(sha256, 32), "dd4da81b78233d03e98721212bbf5f5736e6f0b58f2db39a45076212520e3776", "SHA-256");
    const expected = "a52dedde2e928256b66e1401a133da8f82c4d79417b28d4e73cc94ff24aeff48" +
      "6ef536a17de169d3e7716ad4472b377d157145a670eb332d67552e8b557cee74";
    check.equalHex(chain(sha512, 64), expected, "SHA-512");
  });
  check.test("SHA-256 of pieces is SHA-256 of the whole", () => {
    const bytes = pattern(200);
    const computation = createSha256();
    let at = 0;
    for (let count = 1; at < 200; count += 13) {
      computation.update(bytes.subarray(at, Math.min(200, at + count)));
      at += count;
    }
    check.equalHex(computation.digest(), "8e3f3819b4f1b1f71c011c6b854c43601f132c3c88b8982b20733d2b1695c593", "pieces");
  });
}

function derived(check: Check): void {
  check.test("HMAC gives the results of RFC 4231", () => {
    const one = hmacSha256(hash, fromHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), fromAscii("Hi There"));
    check.equalHex(one, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", "case 1");
    const two = hmacSha256(hash, fromAscii("Jefe"), fromAscii("what do ya want for nothing?"));
    check.equalHex(two, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "case 2");
  });
  check.test("HKDF gives the results of RFC 5869", () => {
    const secret = fromHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    const one = hkdfSha256(hash, fromHex("000102030405060708090a0b0c"), secret, fromHex("f0f1f2f3f4f5f6f7f8f9"), 42);
    const expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    check.equalHex(one, expected, "case 1");
    const three = hkdfSha256(hash, new Uint8Array(0), secret, new Uint8Array(0), 42);
    const plain = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
    check.equalHex(three, plain, "case 3");
  });
}

export const hashesSuite: Suite = {
  name: "hashes",
  run(check: Check): void {
    digests(check);
    derived(check);
  },
};
