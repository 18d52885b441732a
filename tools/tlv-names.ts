/** Names of flags and TLV types, as imgtool spells them. */

import { ImageFlag, Tlv } from "../core/image/image";

const TLV_NAMES: Readonly<Record<Tlv, string>> = {
  [Tlv.KeyHash]: "KEYHASH",
  [Tlv.PublicKey]: "PUBKEY",
  [Tlv.Sha256]: "SHA256",
  [Tlv.Sha384]: "SHA384",
  [Tlv.Sha512]: "SHA512",
  [Tlv.Rsa2048Pss]: "RSA2048",
  [Tlv.Ecdsa224]: "ECDSA224",
  [Tlv.EcdsaSig]: "ECDSASIG",
  [Tlv.Rsa3072Pss]: "RSA3072",
  [Tlv.Ed25519]: "ED25519",
  [Tlv.SignaturePure]: "SIG_PURE",
  [Tlv.EncRsa2048]: "ENCRSA2048",
  [Tlv.EncKw]: "ENCKW",
  [Tlv.EncEc256]: "ENCEC256",
  [Tlv.EncX25519]: "ENCX25519",
  [Tlv.EncX25519Sha512]: "ENCX25519_SHA512",
  [Tlv.Dependency]: "DEPENDENCY",
  [Tlv.SecurityCounter]: "SEC_CNT",
  [Tlv.BootRecord]: "BOOT_RECORD",
  [Tlv.DecompressedSize]: "DECOMP_SIZE",
  [Tlv.DecompressedSha]: "DECOMP_SHA",
  [Tlv.DecompressedSignature]: "DECOMP_SIGNATURE",
  [Tlv.CompressedDecryptedSize]: "COMP_DEC_SIZE",
  [Tlv.VendorId]: "UUID_VID",
  [Tlv.ClassId]: "UUID_CID",
  [Tlv.Lms]: "LMS",
};

const FLAG_NAMES: Readonly<Record<ImageFlag, string>> = {
  [ImageFlag.Pic]: "PIC",
  [ImageFlag.EncryptedAes128]: "ENCRYPTED_AES128",
  [ImageFlag.EncryptedAes256]: "ENCRYPTED_AES256",
  [ImageFlag.NonBootable]: "NON_BOOTABLE",
  [ImageFlag.RamLoad]: "RAM_LOAD",
  [ImageFlag.RomFixed]: "ROM_FIXED",
  [ImageFlag.CompressedLzma1]: "COMPRESSED_LZMA1",
  [ImageFlag.CompressedLzma2]: "COMPRESSED_LZMA2",
  [ImageFlag.CompressedArmThumb]: "COMPRESSED_ARM_THUMB",
};


/** The name of a TLV type; `undefined` for types that are not predefined. */
export function tlvName(type: number): string | undefined {
  const names: Readonly<Record<number, string>> = TLV_NAMES;
  return names[type];
}

/** Names of the bits that are set; bits without a name as hexadecimal numbers. */
export function flagNames(flags: number): string[] {
  const names: Readonly<Record<number, string>> = FLAG_NAMES;
  const found: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const mask = 2 ** bit;
    if (Math.floor(flags / mask) % 2 === 1) {
      found.push(names[mask] ?? "0x" + mask.toString(16));
    }
  }
  return found;
}
