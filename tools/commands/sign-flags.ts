/** The flags of `trialboot sign`: those of `imgtool sign`, and by name those that are not supported. */

import type { CommandLine } from "../arguments";

const NO_ENCRYPTION = "boards running trialboot do not decrypt images.";
const WITHOUT_ENCRYPTION = "Sign without encryption; protect the transport instead.";

export const SIGN: CommandLine = {
  name: "trialboot sign",
  summary:
    "Makes a signed MCUboot image from a payload, byte for byte as imgtool sign does with the same flags. INPUT is a " +
    "bundle (.js or any other bytes) or Intel HEX, OUTPUT is binary, or Intel HEX if its name ends in .hex.",
  positionals: ["INPUT", "OUTPUT"],
  flags: [
    { name: "key", short: "k", value: "PRIVATE.pem", help: "Ed25519 key; without it the image stays unsigned" },
    { name: "passphrase-file", value: "FILE", help: "Take the key's passphrase from the first line of a file" },
    { name: "lms-key", value: "FILE", help: "LMS key: signs as well as --key, or instead of it" },
    { name: "lms-passphrase-file", value: "FILE", help: "Take the LMS key's passphrase from the first line of a file" },
    { name: "break-lock", help: "Take the LMS key's lock, which a process on another machine left behind" },
    { name: "version", short: "v", value: "VERSION", help: "major.minor.revision+build; required" },
    { name: "header-size", short: "H", value: "BYTES", help: "Size of the header, 32 or more; required" },
    {
      name: "pad-header",
      help: "Put the header in front of INPUT; otherwise INPUT begins with that many zero bytes",
    },
    { name: "slot-size", short: "S", value: "BYTES", help: "Size of the slot; required" },
    {
      name: "align",
      value: "BYTES",
      choices: ["1", "2", "4", "8", "16", "32"],
      help: "Write unit of flash; default 1",
    },
    {
      name: "max-align",
      value: "BYTES",
      choices: ["8", "16", "32"],
      help: "Form of the trailer; default 8 or --align",
    },
    { name: "max-sectors", short: "M", value: "N", help: "Sectors that the trailer reserves room for; default 128" },
    { name: "overwrite-only", help: "Reserve the small trailer of overwrite-only bootloaders" },
    { name: "pad", help: "Pad to the slot's size, add the trailer's magic (for the factory)" },
    { name: "confirm", help: "Pad, and mark the image as confirmed" },
    { name: "test", help: "Pad, and mark the image for a test" },
    {
      name: "security-counter",
      short: "s",
      value: "N|auto",
      help: "Counter against going back; auto: from the version",
    },
    { name: "dependencies", short: "d", value: "LIST", help: 'Other images\' least versions: "(ID, VERSION), ..."' },
    { name: "vid", value: "UUID|DOMAIN", help: "Vendor of the boards that the image is for" },
    { name: "cid", value: "UUID|NAME", help: "Class of the boards that the image is for" },
    { name: "custom-tlv", value: "TAG", secondValue: "VALUE", multiple: true, help: "Protected entry" },
    {
      name: "custom-tlv-file",
      value: "TAG",
      secondValue: "FILE",
      multiple: true,
      help: "Protected entry from a file",
    },
    { name: "boot-record", value: "TYPE", help: "Protected boot record with this software type (12 characters)" },
    {
      name: "erased-val",
      short: "R",
      value: "VALUE",
      choices: ["0", "0xff"],
      help: "Erased flash reads this; default 0xff",
    },
    { name: "rom-fixed", short: "F", value: "ADDRESS", help: "Flash address that the payload was built for" },
    { name: "load-addr", short: "L", value: "ADDRESS", help: "RAM address that the payload is to be copied to" },
    { name: "non-bootable", help: "Mark the image as one that must not be started" },
    { name: "hex-addr", short: "x", value: "ADDRESS", help: "Address of the first byte in Intel HEX output" },
    { name: "vector-to-sign", value: "WHAT", choices: ["payload", "digest"], help: "Write what is to be signed" },
    { name: "fix-sig", value: "FILE", help: "Put in a signature that was made elsewhere (64 bytes, or base64)" },
    { name: "fix-sig-pubkey", value: "PUBLIC.pem", help: "The public key that belongs to --fix-sig" },
    { name: "sig-out", value: "FILE", help: "Write the signature to a file too, in base64" },
    { name: "sha", value: "KIND", choices: ["auto", "256"], help: "Digest; SHA-256 is the only one" },
    { name: "endian", short: "e", value: "ORDER", choices: ["little"], help: "Byte order; little is the only one" },
    { name: "compression", value: "KIND", choices: ["disabled"], help: "No compression is the only choice" },
    { name: "public-key-format", value: "FORM", choices: ["hash"], help: "Keys are named by hash" },
  ],
  refused: [
    {
      name: "endian",
      short: "e",
      hasValue: true,
      allowed: ["little"],
      because: "boards read little-endian images only.",
      next: "Leave --endian out.",
    },
    {
      name: "sha",
      hasValue: true,
      allowed: ["auto", "256"],
      because: "boards check SHA-256 only.",
      next: "Leave --sha out, or write --sha 256.",
    },
    {
      name: "pure",
      hasValue: false,
      because: "boards check signatures over the digest only.",
      next: "Leave --pure out.",
    },
    {
      name: "public-key-format",
      hasValue: true,
      allowed: ["hash"],
      because: "boards find the key by its hash.",
      next: "Leave --public-key-format out.",
    },
    {
      name: "compression",
      hasValue: true,
      allowed: ["disabled"],
      because: "boards running trialboot do not decompress images.",
      next: "Leave --compression out; minify the bundle instead.",
    },
    { name: "encrypt", short: "E", hasValue: true, because: NO_ENCRYPTION, next: WITHOUT_ENCRYPTION },
    { name: "encrypt-keylen", hasValue: true, because: NO_ENCRYPTION, next: WITHOUT_ENCRYPTION },
    { name: "hmac-sha", hasValue: true, because: NO_ENCRYPTION, next: WITHOUT_ENCRYPTION },
    { name: "save-enctlv", hasValue: false, because: NO_ENCRYPTION, next: WITHOUT_ENCRYPTION },
    { name: "clear", short: "c", hasValue: false, because: NO_ENCRYPTION, next: WITHOUT_ENCRYPTION },
    {
      name: "pad-sig",
      hasValue: false,
      because: "it belongs to ECDSA signatures; Ed25519 signatures always have 64 bytes.",
      next: "Leave --pad-sig out.",
    },
  ],
  remarks: [
    "Boards refuse images without a security counter, so give one (--security-counter) to every image that is to run.",
    "Signing elsewhere (HSM, another machine): run sign with --vector-to-sign digest, sign those 32 bytes with " +
      "Ed25519, then run the same command with --fix-sig and --fix-sig-pubkey instead of --vector-to-sign.",
    "An LMS key signs a limited number of times, and its state file is written before each signature: see " +
      "docs/lms-keys.md before you copy or back it up.",
    "Images for updates are signed without --pad, --test and --confirm: a board decides by itself what is confirmed, " +
      "and refuses files that bring a trailer.",
  ],
};
