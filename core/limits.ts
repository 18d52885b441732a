/**
 * Every bound of device code, in one place, each with its reason. A loop that is not bounded by one of these, or by
 * the length of an array that is, is a defect.
 */

/** Bytes of the MCUboot header that have a meaning (fact: struct image_header). */
export const IMAGE_HEADER_BYTES = 32;

/** TLV entries read in one image; imgtool writes fewer than 20, and each costs a flash read. */
export const TLV_ENTRIES_MAX = 64;

/** Bytes of both TLV areas together, which the reader takes into RAM; the longest LMS signature has 4,780. */
export const TLV_BYTES_MAX = 8192;

/** Dependencies of one image; there is one image per board, so more than a few make no sense. */
export const DEPENDENCIES_MAX = 8;

/** Keys a board trusts: one in use, one spare, one in rotation on either side. */
export const TRUSTED_KEYS_MAX = 4;

/** Journal record size: a multiple of every write unit in use (4, 8, 16, 32). */
export const RECORD_BYTES = 32;

/** Size of the state block: whole records, so that records behind it stay aligned to the write unit. */
export const STATE_BYTES = 96;

/** Readings of a record whose CRC is wrong before it counts as doubtful: marginal bits may settle. */
export const RECORD_READS_MAX = 3;

/** Positions an append may skip because the read-back differed, before the page counts as worn out. */
export const APPEND_TRIES_MAX = 4;

/** Sequences stay below this; at one record a second it is reached after 68 years. */
export const SEQUENCE_MAX = 2147483648;

/** Pages of a journal; more than this cannot be scanned within a watchdog period of 5 s on the slowest board. */
export const JOURNAL_PAGES_MAX = 8;

/** Text of an uncaught error that is kept, in bytes: three records of 20. */
export const ERROR_TEXT_BYTES_MAX = 60;

/** Rounds of deciding in one boot: each slot is read once, and once more the journal may prove unwritable. */
export const DECISION_ROUNDS_MAX = 4;

/** Readings of an image that fails its checks, before the failure counts: a bad read must not cost an image. */
export const VERIFY_TRIES_MAX = 3;

/** Deaths of a confirmed image without a healthy period between them, before recovery. */
export const DEATHS_MAX = 5;

/** Full-cost starts of a trial (watchdog, panic, application reset) on a board that can tell reset causes. */
export const TRIAL_ATTEMPTS_DEFAULT = 1;

/** Starts of a trial that a blink of the mains may cost, before even those mean rejection. */
export const TRIAL_FORGIVEN_DEFAULT = 8;

/** Starts of a trial of any kind on a board that cannot tell reset causes. */
export const TRIAL_ATTEMPTS_BLIND = 3;

/** Wakes from deep sleep and announced restarts within one trial; a sleeping node must decide at last. */
export const TRIAL_WAKES_MAX = 255;

/** Bytes that are read from or written to a slot at a time: a multiple of every write unit, a part of every page. */
export const SLOT_CHUNK_BYTES = 512;
