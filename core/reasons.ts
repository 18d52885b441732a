/**
 * Why something was refused, or why the board went to recovery. Numbers, because they stand in journal records
 * and on the wire: never renumber. Their names and sentences for people are in tools/reason-text.ts.
 */
export const enum Reason {
  None = 0,

  // The image's structure (1..63). What MCUboot's loader or a strict reader of its format refuses.
  ImageTruncated = 1,
  ImageMagic = 2,
  HeaderSize = 3,
  ImageTooLarge = 4,
  FlagsContradict = 5,
  NonBootable = 6,
  WrongAddress = 7,
  TlvInfo = 8,
  ProtectedSize = 9,
  TlvOverrun = 10,
  TlvNotAllowed = 11,
  TlvTooMany = 12,
  TlvLength = 13,
  TlvEmptyLast = 14,
  TlvDuplicate = 15,

  // Features that are not built (64..79): refused by name, never skipped.
  Encrypted = 64,
  Compressed = 65,
  PureSignature = 66,
  DigestKind = 67,
  SignatureKind = 68,
  FullPublicKey = 69,
  DependencyOnOtherImage = 70,

  // Authenticity (80..95).
  DigestMissing = 80,
  DigestMismatch = 81,
  Unsigned = 82,
  KeyUnknown = 83,
  SignatureInvalid = 84,
  SignatureMissing = 85,
  VerifierBroken = 86,

  // Policy (96..111).
  CounterMissing = 96,
  CounterBelowFloor = 97,
  WrongVendor = 98,
  WrongClass = 99,
  DependencyUnmet = 100,
  VersionNotNewer = 101,

  // The slot and its writer (112..143).
  TrialRunning = 112,
  WriterState = 113,
  SizeMismatch = 114,
  TrailerPresent = 115,
  FlashWrite = 116,
  JournalUnwritable = 117,
  DigestChanged = 118,
  SlotEmpty = 119,
  SlotInUse = 120,
  ExtraBytes = 121,
  EraseLimit = 122,
  TrialRejected = 123,

  // Trials (144..159).
  AttemptsUsedUp = 144,
  ForgivenUsedUp = 145,
  WakesUsedUp = 146,
  RejectedByApplication = 147,
  TrialDoesNotVerify = 148,

  // Recovery (160..175).
  RecoveryGesture = 160,
  RecoveryRequested = 161,
  NothingBootable = 162,
  DiedRepeatedly = 163,
}
