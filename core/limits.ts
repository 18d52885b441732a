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

/** Bytes that are hashed ahead with each chunk that comes, on boards that take long to: twice a chunk, to catch up. */
export const HASH_AHEAD_BYTES_MAX = 1024;

/** Bytes of an image whose CRC-32 is computed at once, on boards that seal one: a copy in RAM of 300 variables. */
export const SEAL_PIECE_BYTES = 4096;

// SMP (docs/spec-smp.md). What management sends and takes is bounded before anything of it is stored.

/** Entries of a request's map: the largest that a client sends, the first chunk of an upload, has 6. */
export const SMP_FIELDS_MAX = 16;

/** Bytes of a key: the longest that requests have is `boot_mode`. Longer than that for keys that are not known yet. */
export const SMP_KEY_BYTES_MAX = 32;

/** Maps, arrays and tags within each other, the request's own map included: no request needs more than 3. */
export const SMP_CBOR_DEPTH_MAX = 8;

/** Characters of a text that is compared with names; all of them are shorter, so a longer one is none of them. */
export const SMP_TEXT_BYTES_MAX = 32;

/** Bytes of a console line that is sent, newline included: what MCUboot's and Zephyr's line buffers hold. */
export const SMP_LINE_BYTES = 127;

/** Bytes of a console line that is taken, without its newline: Go's mcumgr cuts at its `mtu`, 512 unless told. */
export const SMP_RECEIVED_LINE_BYTES_MAX = 512;

// Management over SMP: what a client may cost (docs/spec-smp.md, "Authorisation").

/** Records of progress in one upload: after a power loss at most an eighth of the file is sent again. */
export const UPLOAD_MARKS_MAX = 8;

/** Erases of a slot over wires in 24 hours of uptime: pages that last 10,000 erases last a year of attack at least. */
export const ERASES_PER_DAY_DEFAULT = 24;

/** How long a login lasts: long enough for one repair, short enough for a wire that was forgotten. */
export const LOGIN_SECONDS = 600;

/** Longest wait after a failed login: 2 s after the first, twice as long after each further one, up to this. */
export const LOGIN_WAIT_SECONDS_MAX = 4096;

/** Bytes of a request that is remembered, so that its repetition gets the same answer: a login has 140. */
export const REPEATED_REQUEST_BYTES_MAX = 256;

/** How long it is remembered: clients repeat a request after seconds. */
export const REPEATED_REQUEST_MS = 10000;

/** Bytes of a file that are hashed at once; a journal of four pages of 4 KB. */
export const FILE_HASH_BYTES_MAX = 16384;

/** Time from the answer to a restart, so that the answer has left: what MCUboot's serial recovery waits. */
export const RESTART_DELAY_MS = 250;

/** Recovery without a client ends after this, if an image can start. */
export const RECOVERY_TIMEOUT_MS_DEFAULT = 600000;
