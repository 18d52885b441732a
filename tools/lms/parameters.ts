/** The parameter sets that boards verify, by the names that the command line uses: M32_H10_W4. */

import { lmsParameters } from "../../core/crypto/lms";

export interface LmsParameterSet {
  readonly name: string;
  /** Bytes of a hash: n and m. */
  readonly hashBytes: 24 | 32;
  /** Levels of the tree: h. There are 2^h one-time keys, each for one signature. */
  readonly height: 5 | 10 | 15;
  /** Bits of a digit: w. More: shorter signatures, and more work on the board. */
  readonly width: 2 | 4 | 8;
  /** Type codes (RFC 8554, tables 1 and 2; SP 800-208, tables 1 and 3). */
  readonly type: number;
  readonly oneTimeType: number;
}

const HEIGHTS = [5, 10, 15] as const;
const WIDTHS = [2, 4, 8] as const;

function setsOf(hashBytes: 24 | 32, firstType: number, firstOneTimeType: number): LmsParameterSet[] {
  return HEIGHTS.flatMap((height, heightIndex) =>
    WIDTHS.map((width, widthIndex) => ({
      name: `M${hashBytes}_H${height}_W${width}`,
      hashBytes,
      height,
      width,
      type: firstType + heightIndex,
      oneTimeType: firstOneTimeType + widthIndex,
    })),
  );
}

export const LMS_PARAMETER_SETS: readonly LmsParameterSet[] = [...setsOf(24, 10, 6), ...setsOf(32, 5, 2)];

export const LMS_PARAMETER_NAMES: readonly string[] = LMS_PARAMETER_SETS.map((set) => set.name);

/** Enough for a release a week over 19 years, 2,508 bytes each. */
export const LMS_DEFAULT_NAME = "M32_H10_W4";

/** The parameter set of this name; `undefined` if there is none. */
export function parameterSetNamed(name: string): LmsParameterSet | undefined {
  return LMS_PARAMETER_SETS.find((set) => set.name === name);
}

/** The parameter set that a public key (RFC 8554, 5.3) names; `undefined` for any that boards do not verify. */
export function parameterSetOf(publicKey: Uint8Array): LmsParameterSet | undefined {
  if (lmsParameters(publicKey) === undefined) {
    return undefined;
  }
  const types = new DataView(publicKey.buffer, publicKey.byteOffset, 8);
  return LMS_PARAMETER_SETS.find(
    (set) => set.type === types.getUint32(0) && set.oneTimeType === types.getUint32(4),
  );
}

/** One-time keys of a key with these parameters. */
export function leavesOf(set: LmsParameterSet): number {
  return 2 ** set.height;
}
