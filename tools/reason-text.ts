/** core/reasons.ts for people: a name that scripts can compare, a sentence, what to do next, and the exit code. */

import { Reason } from "../core/reasons";
import { ExitCode } from "./exit-codes";

export interface ReasonText {
  /** Stable identifier, in JSON output and logs. */
  readonly name: string;
  readonly sentence: string;
  /** What to do; "" where there is nothing to do. */
  readonly next: string;
}

const SIGN_AGAIN = "Sign the payload again with trialboot sign.";
const FETCH_AGAIN = "Get the file again from where it was made; if it is damaged there too, sign it again.";

const TEXTS: Readonly<Record<Reason, ReasonText>> = {
  [Reason.None]: { name: "none", sentence: "Nothing is wrong.", next: "" },

  [Reason.ImageTruncated]: {
    name: "image-truncated",
    sentence: "The file ends before the image does.",
    next: FETCH_AGAIN,
  },
  [Reason.ImageMagic]: {
    name: "image-magic",
    sentence: "This is not an MCUboot image: it does not start with the bytes 3d b8 f3 96.",
    next: "Name the signed file, not the payload; sign a payload with trialboot sign.",
  },
  [Reason.HeaderSize]: {
    name: "header-size",
    sentence: "The header gives itself a size that is smaller than a header.",
    next: "Sign again with --header-size 32 or more.",
  },
  [Reason.ImageTooLarge]: {
    name: "image-too-large",
    sentence: "The image does not fit in the slot and its trailer.",
    next: "Make the application smaller, or give the right --slot-size.",
  },
  [Reason.FlagsContradict]: {
    name: "flags-contradict",
    sentence: "The header's flags contradict each other.",
    next: SIGN_AGAIN,
  },
  [Reason.NonBootable]: {
    name: "non-bootable",
    sentence: "The image is marked as one that must not be started.",
    next: "Sign without --non-bootable if it is meant to start.",
  },
  [Reason.WrongAddress]: {
    name: "wrong-address",
    sentence: "The image was built for another flash address than that of the slot.",
    next: "Give the slot's address with --slot-address, or sign with the right --rom-fixed or without it.",
  },
  [Reason.TlvInfo]: {
    name: "tlv-info",
    sentence: "There is no TLV area after the payload where the header says that it ends.",
    next: FETCH_AGAIN,
  },
  [Reason.ProtectedSize]: {
    name: "protected-size",
    sentence: "Header and protected TLV area disagree about the area's size.",
    next: FETCH_AGAIN,
  },
  [Reason.TlvOverrun]: {
    name: "tlv-overrun",
    sentence: "A TLV entry goes past the end of its area.",
    next: FETCH_AGAIN,
  },
  [Reason.TlvNotAllowed]: {
    name: "tlv-not-allowed",
    sentence: "The unprotected TLV area holds an entry that may only stand in the protected one.",
    next: SIGN_AGAIN,
  },
  [Reason.TlvTooMany]: {
    name: "tlv-too-many",
    sentence: "The image has more TLV entries than a board reads.",
    next: "Sign with fewer --custom-tlv and --dependencies.",
  },
  [Reason.TlvLength]: {
    name: "tlv-length",
    sentence: "A TLV entry does not have the length that its type demands.",
    next: SIGN_AGAIN,
  },
  [Reason.TlvEmptyLast]: {
    name: "tlv-empty-last",
    sentence: "The last protected TLV entry is empty, which devices take for an unprotected one.",
    next: "Give the last --custom-tlv a value, or put it before another one.",
  },
  [Reason.TlvDuplicate]: {
    name: "tlv-duplicate",
    sentence: "A TLV entry that may stand once stands twice.",
    next: SIGN_AGAIN,
  },

  [Reason.Encrypted]: {
    name: "encrypted",
    sentence: "The image is encrypted; boards running trialboot do not decrypt.",
    next: "Sign without --encrypt.",
  },
  [Reason.Compressed]: {
    name: "compressed",
    sentence: "The image is compressed; boards running trialboot do not decompress.",
    next: "Sign without --compression.",
  },
  [Reason.PureSignature]: {
    name: "pure-signature",
    sentence: "The signature covers the image itself instead of its digest; boards check the digest form.",
    next: "Sign without --pure.",
  },
  [Reason.DigestKind]: {
    name: "digest-kind",
    sentence: "The image carries another digest than SHA-256.",
    next: "Sign with --sha 256.",
  },
  [Reason.SignatureKind]: {
    name: "signature-kind",
    sentence: "The image carries another kind of signature than Ed25519.",
    next: "Sign with an Ed25519 key; trialboot keys new makes one.",
  },
  [Reason.FullPublicKey]: {
    name: "full-public-key",
    sentence: "The image carries a whole public key instead of its hash; boards find keys by hash.",
    next: "Sign with --public-key-format hash.",
  },
  [Reason.DependencyOnOtherImage]: {
    name: "dependency-on-other-image",
    sentence: "The image depends on another image than itself, and the board has one only.",
    next: "Sign without that dependency; image number 0 is the board's own.",
  },

  [Reason.DigestMissing]: {
    name: "digest-missing",
    sentence: "The image carries no SHA-256 digest.",
    next: SIGN_AGAIN,
  },
  [Reason.DigestMismatch]: {
    name: "digest-mismatch",
    sentence: "The digest does not match: the file was changed or damaged after it was signed.",
    next: FETCH_AGAIN,
  },
  [Reason.Unsigned]: {
    name: "unsigned",
    sentence: "The image carries no signature.",
    next: "Sign it with --key.",
  },
  [Reason.KeyUnknown]: {
    name: "key-unknown",
    sentence: "The image is signed, but with none of the trusted keys.",
    next: "Compare the KEYHASH that trialboot info shows with that of trialboot keys public.",
  },
  [Reason.SignatureInvalid]: {
    name: "signature-invalid",
    sentence: "The signature is not one that the trusted key made over this image.",
    next: "Do not install it. Get the file again from its maker; if it is the same there, sign it again.",
  },
  [Reason.SignatureMissing]: {
    name: "signature-missing",
    sentence: "The board demands a signature by each of its schemes, and the image lacks one.",
    next: "Sign again with both --key and --lms-key.",
  },
  [Reason.VerifierBroken]: {
    name: "verifier-broken",
    sentence: "The board's signature check failed its own test, so that it accepts nothing.",
    next: "Flash the bootloader's files again. If it comes back, they are for another engine than the board's.",
  },

  [Reason.CounterMissing]: {
    name: "counter-missing",
    sentence: "The image carries no security counter, so a board cannot tell whether it is older than it may be.",
    next: "Sign with --security-counter.",
  },
  [Reason.CounterBelowFloor]: {
    name: "counter-below-floor",
    sentence: "The image's security counter is below the floor: going back to it is not allowed.",
    next: "Install a newer image, or sign this one with a --security-counter at or above the floor.",
  },
  [Reason.WrongVendor]: {
    name: "wrong-vendor",
    sentence: "The image was made for another vendor's boards, or names no vendor.",
    next: "Take the image for this product, or sign with the right --vid.",
  },
  [Reason.WrongClass]: {
    name: "wrong-class",
    sentence: "The image was made for another kind of board, or names none.",
    next: "Take the image for this product, or sign with the right --cid.",
  },
  [Reason.DependencyUnmet]: {
    name: "dependency-unmet",
    sentence: "The image needs a newer version than the one that is there.",
    next: "Install the version that it names first.",
  },
  [Reason.VersionNotNewer]: {
    name: "version-not-newer",
    sentence: "The image is not newer than the one on the board, and only a newer one was to be taken.",
    next: "Send a newer image, or send this one without asking for an upgrade only.",
  },

  [Reason.TrialRunning]: {
    name: "trial-running",
    sentence: "A trial is running; the other slot holds the confirmed image and is not written to.",
    next: "Wait until the trial is confirmed or rolled back, then try again.",
  },
  [Reason.WriterState]: {
    name: "writer-state",
    sentence: "The steps of an update came in the wrong order.",
    next: "Start the update again from its beginning.",
  },
  [Reason.SizeMismatch]: {
    name: "size-mismatch",
    sentence: "More or fewer bytes arrived than were announced.",
    next: "Send the whole file again.",
  },
  [Reason.TrailerPresent]: {
    name: "trailer-present",
    sentence: "The file brings its own boot trailer, and only the board decides what is confirmed.",
    next: "Send an image that was signed without --pad and --confirm.",
  },
  [Reason.FlashWrite]: {
    name: "flash-write",
    sentence: "The flash does not hold what was written to it.",
    next: "Try again; if it stays so, the flash is worn out and the board has to be replaced.",
  },
  [Reason.JournalUnwritable]: {
    name: "journal-unwritable",
    sentence: "The journal cannot be written to, so nothing that needs a record is done.",
    next: "Restart the board and try again; if it stays so, its flash is worn out.",
  },
  [Reason.DigestChanged]: {
    name: "digest-changed",
    sentence: "The slot holds another image than the one that was recorded.",
    next: "Install the image again.",
  },
  [Reason.SlotEmpty]: {
    name: "slot-empty",
    sentence: "There is no image: only erased bytes.",
    next: "Install an image, or name another file.",
  },
  [Reason.SlotInUse]: {
    name: "slot-in-use",
    sentence: "That slot holds the image that is running or confirmed.",
    next: "Install into the other slot.",
  },
  [Reason.ExtraBytes]: {
    name: "extra-bytes",
    sentence: "The file goes on after the end of the image.",
    next: "Send the file as trialboot sign wrote it, without --pad.",
  },
  [Reason.EraseLimit]: {
    name: "erase-limit",
    sentence: "Slots were erased over the wire as often as the board allows within 24 hours of uptime.",
    next: "Log in with a technician key that may erase, or leave the board switched on for a day.",
  },
  [Reason.TrialRejected]: {
    name: "trial-rejected",
    sentence: "The image failed its trial on this board, and does not start again unless it is installed again.",
    next: "Upload the image again, or better a mended one.",
  },

  [Reason.AttemptsUsedUp]: {
    name: "attempts-used-up",
    sentence: "The new image failed in all of its attempts, and the board went back to the confirmed one.",
    next: "Read the journal for the cause, mend the image and install it again.",
  },
  [Reason.ForgivenUsedUp]: {
    name: "forgiven-used-up",
    sentence: "Power failed too often during the trial, and the board went back to the confirmed image.",
    next: "Check the power supply, then install the image again.",
  },
  [Reason.WakesUsedUp]: {
    name: "wakes-used-up",
    sentence: "The new image slept and woke too often without being confirmed, and the board went back.",
    next: "Let the application confirm itself earlier, then install it again.",
  },
  [Reason.RejectedByApplication]: {
    name: "rejected-by-application",
    sentence: "The new image found itself unfit, and the board went back to the confirmed one.",
    next: "Read the journal for the failed check, mend the image and install it again.",
  },
  [Reason.TrialDoesNotVerify]: {
    name: "trial-does-not-verify",
    sentence: "The new image did not verify when it was to be started, and the board kept the confirmed one.",
    next: "Install the image again; if it happens again, the flash is suspect.",
  },

  [Reason.RecoveryGesture]: {
    name: "recovery-gesture",
    sentence: "The board is in recovery because somebody asked for it at the board (button or pin).",
    next: "Install an image, or restart the board without the gesture.",
  },
  [Reason.RecoveryRequested]: {
    name: "recovery-requested",
    sentence: "The board is in recovery because its application asked for it.",
    next: "Install an image, or restart the board.",
  },
  [Reason.NothingBootable]: {
    name: "nothing-bootable",
    sentence: "The board is in recovery because neither slot holds an image that may start.",
    next: "Install an image that is signed with one of the board's keys.",
  },
  [Reason.DiedRepeatedly]: {
    name: "died-repeatedly",
    sentence: "The board is in recovery because its confirmed image died again and again before it was healthy.",
    next: "Read the journal for the cause and install a mended image.",
  },
};

/** The texts of a reason; numbers of a newer device that this tool does not know are named as numbers. */
export function reasonText(reason: number): ReasonText {
  const texts: Readonly<Record<number, ReasonText>> = TEXTS;
  return (
    texts[reason] ?? {
      name: `reason-${reason}`,
      sentence: `The device gives reason number ${reason}, which this version of trialboot does not know.`,
      next: "Use the version of trialboot that the device was built with.",
    }
  );
}

/** The first reason of each class in core/reasons.ts, and the exit code of the class. */
const FIRST_OF_CLASS: readonly (readonly [number, ExitCode])[] = [
  [160, ExitCode.DeviceRefused],
  [144, ExitCode.DeviceRolledBack],
  [112, ExitCode.DeviceRefused],
  [96, ExitCode.Rollback],
  [80, ExitCode.Authenticity],
  [1, ExitCode.Malformed],
];

/** The exit code of a verb that ends with this reason. */
export function reasonExitCode(reason: number): ExitCode {
  switch (reason as Reason) {
    case Reason.None:
      return ExitCode.Ok;
    case Reason.WrongAddress:
    case Reason.WrongVendor:
    case Reason.WrongClass:
      return ExitCode.WrongBoard;
    case Reason.DependencyUnmet:
      return ExitCode.DeviceRefused;
    case Reason.SlotEmpty:
      return ExitCode.Malformed;
    case Reason.DiedRepeatedly:
      return ExitCode.DeviceRolledBack;
    default:
      return FIRST_OF_CLASS.find(([first]) => reason >= first)?.[1] ?? ExitCode.Failure;
  }
}
