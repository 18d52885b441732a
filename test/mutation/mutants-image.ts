/** Ways to break the judging of images. */

import type { Mutant } from "./mutant";
import { mutantsOf } from "./mutant";

const JUDGE = mutantsOf("core/image/judge.ts", [
  ["one TLV too many is taken", "count === TLV_ENTRIES_MAX", "count === TLV_ENTRIES_MAX + 1"],
  ["the head of an entry may leave its area", "if (start > endBytes) {", "if (start > endBytes + 3) {"],
  ["an empty last protected entry is taken", "isProtected && start === endBytes", "!isProtected && start === endBytes"],
  [
    "types may stand in the area that is not theirs",
    "(rule !== 0 && type < Tlv.Dependency) === isProtected ||",
    "",
  ],
  [
    "entries behind an LMS signature need not be signed by it",
    "isProtected && image.lmsMessageBytes !== 0 && type !== Tlv.Lms",
    "false",
  ],
  [
    "types that are refused by name are ignored",
    "image.typeRefusal = Math.min(image.typeRefusal, -rule);",
    "image.typeRefusal = Math.min(image.typeRefusal, NO_REFUSAL);",
  ],
  ["of several refusals the last one is told", "Math.min(image.typeRefusal, -rule)", "-rule"],
  ["no refused type refuses the image", "if (image.typeRefusal < NO_REFUSAL) {", "if (image.typeRefusal < 0) {"],
  ["an LMS value may be its key hash alone", "length <= ANY_LENGTH", "length < ANY_LENGTH"],
  ["values may be longer than they have to be", "} else if (length !== rule) {", "} else if (length < rule) {"],
  ["a digest or counter may stand there twice", "if (!mayRepeat && findValue(", "if (mayRepeat && findValue("],
  [
    "an image without the demanded id passes",
    "(found === undefined || !startsWith(found, demanded))",
    "found !== undefined && !startsWith(found, demanded)",
  ],
  [
    "an image may be one byte too large",
    "image.totalSizeBytes > maxSizeBytes",
    "image.totalSizeBytes > maxSizeBytes + 1",
  ],
  [
    "protected TLVs do not count as TLV bytes",
    "protectedBytes + openBytes > TLV_BYTES_MAX",
    "openBytes > TLV_BYTES_MAX",
  ],
  [
    "the protected area need not say its size",
    "readU32(tlvs, 0) === TLV_PROTECTED_INFO_MAGIC + protectedBytes * 65536",
    "readU16(tlvs, 0) === TLV_PROTECTED_INFO_MAGIC",
  ],
  [
    "the unprotected area need not say its size",
    "readU32(tlvs, protectedBytes) === TLV_INFO_MAGIC + openBytes * 65536",
    "readU16(tlvs, protectedBytes) === TLV_INFO_MAGIC",
  ],
  [
    "only half of the digest is compared",
    "!startsWith(hash.sha256Region(source, 0, signedBytes), stated) ||",
    "!startsWith(hash.sha256Region(source, 0, signedBytes), viewBytes(stated, 0, 16)) ||",
  ],
  ["the header is not read again", "!startsWith(source.read(0, IMAGE_HEADER_BYTES), header) ||", ""],
  ["TLVs are not read again", "!startsWith(source.read(signedBytes - protectedBytes, tlvs.length), tlvs)", "false"],
  ["an image for another address passes", "return Reason.WrongAddress;", "return Reason.None;"],
  [
    "a missing counter is no reason",
    "return counter === undefined ? Reason.CounterMissing : Reason.CounterBelowFloor;",
    "return counter === undefined ? Reason.None : Reason.CounterBelowFloor;",
  ],
  ["the floor itself is refused", "image.counter >= counterFloor", "image.counter > counterFloor"],
  ["one below the floor passes", "image.counter >= counterFloor", "image.counter >= counterFloor - 1"],
  ["seals are believed where they are absent", "image.seal === Seal.None", "image.seal !== Seal.None"],
  ["signatures are not checked", "reason = checks.verifier.checkSignatures(", "checks.verifier.checkSignatures("],
  ["LMS signs from the wrong place on", "image.lmsMessageBytes += signedBytes - protectedBytes;", ""],
  ["one kind of encryption is ignored", "type <= Tlv.EncX25519Sha512 ?", "type < Tlv.EncX25519Sha512 ?"],
  ["one kind of signature is ignored", "if (type >= Tlv.Rsa2048Pss &&", "if (type > Tlv.Rsa2048Pss &&"],
]);

const HEADER = mutantsOf("core/image/header.ts", [
  [
    "headers of 31 bytes are taken",
    "< IMAGE_HEADER_BYTES) {\n    return Reason.HeaderSize",
    "< 31) {\n    return Reason.HeaderSize",
  ],
  ["some compressed images are taken", "if (compressed !== 0) {", "if (compressed === FLAGS1_COMPRESSED) {"],
  ["encrypted images are taken", "if (aes !== 0) {", "if (aes === FLAGS0_AES) {"],
  [
    "images may reach past their end",
    "if (leastSizeBytes(header) > maxSizeBytes) {",
    "if (signedSizeBytes(header) > maxSizeBytes) {",
  ],
]);

const SIGNATURES = mutantsOf("core/image/signatures.ts", [
  [
    "four bytes of a key hash are enough",
    "if (startsWith(keyHash, keys[i].keyHash)) {",
    "if (startsWith(keyHash, viewBytes(keys[i].keyHash, 0, 4))) {",
  ],
  ["a signature that does not hold is skipped", "return Reason.SignatureInvalid;", "continue;"],
  ["signatures pass for those of the other scheme", "isLms(key) !== (type === Tlv.Lms) || ", ""],
  ["one signature more is checked", "signers.length === TRUSTED_KEYS_MAX", "signers.length === TRUSTED_KEYS_MAX + 1"],
  ["a key hash serves several signatures", "signers.push(key);\n        key = undefined;", "signers.push(key);"],
  ["signatures of strangers are enough", "signers.length > 0 ? Reason.None : Reason.KeyUnknown", "Reason.None"],
  ["no signature is needed", "let reason: Reason = Reason.Unsigned;", "let reason: Reason = Reason.None;"],
  ["the LMS signature may be missing", "hasScheme(keys, true) !== hasScheme(signers, true)", "false"],
  ["the Ed25519 signature may be missing", "hasScheme(keys, false) !== hasScheme(signers, false) ||", ""],
  ["the policies are swapped", "=== SignaturePolicy.All;", "=== SignaturePolicy.Any;"],
  ["a broken verifier accepts", "isBroken ? Reason.VerifierBroken :", "isBroken ? Reason.None :"],
  ["a failed self-test has no effect", "isBroken = !selfTest();", "selfTest();"],
  [
    "a broken verifier goes on verifying",
    "return !isBroken && verify(key, message, signature);",
    "return verify(key, message, signature);",
  ],
]);

export const IMAGE_MUTANTS: readonly Mutant[] = [...JUDGE, ...HEADER, ...SIGNATURES];
