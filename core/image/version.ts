/** Version texts and their order. MCUboot: `struct image_version`, `imgtool/version.py`, `boot_version_cmp`. */

import type { Version } from "./image";

const FIELD_COUNT = 4;
const CODE_ZERO = 48;
const CODE_NINE = 57;
const CODE_DOT = 46;
const CODE_PLUS = 43;

function fieldMax(field: number): number {
  if (field < 2) {
    return 255;
  }
  return field === 2 ? 65535 : 4294967295;
}

/**
 * Reads `major[.minor[.revision[+build]]]`: decimal, without leading zeros; parts left out are 0.
 *
 * @returns `undefined` for anything else, also for a number beyond its field (255, 255, 65535, 4294967295)
 */
export function parseVersion(text: string): Version | undefined {
  const fields: number[] = [0, 0, 0, 0];
  let field = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= CODE_ZERO && code <= CODE_NINE) {
      if (digits > 0 && fields[field] === 0) {
        return undefined;
      }
      fields[field] = fields[field] * 10 + (code - CODE_ZERO);
      digits++;
      if (fields[field] > fieldMax(field)) {
        return undefined;
      }
    } else {
      field++;
      if (digits === 0 || field === FIELD_COUNT || code !== (field === 3 ? CODE_PLUS : CODE_DOT)) {
        return undefined;
      }
      digits = 0;
    }
  }
  if (digits === 0) {
    return undefined;
  }
  return { major: fields[0], minor: fields[1], revision: fields[2], build: fields[3] };
}

/** All four fields, as imgtool prints them: `1.2.3+4`. */
export function formatVersion(version: Version): string {
  return version.major.toString() + "." + version.minor.toString() + "." + version.revision.toString() + "+" +
    version.build.toString();
}

/**
 * Order of two versions by major, minor and revision. The build number does not count, as in MCUboot's default.
 *
 * @returns negative, 0 or positive as `a` is lower than, equal to or higher than `b`
 */
export function compareVersions(a: Version, b: Version): number {
  if (a.major !== b.major) {
    return a.major - b.major;
  }
  return a.minor !== b.minor ? a.minor - b.minor : a.revision - b.revision;
}

/** As `compareVersions`; between equals the build number decides (MCUboot's MCUBOOT_VERSION_CMP_USE_BUILD_NUMBER). */
export function compareVersionsWithBuild(a: Version, b: Version): number {
  const order = compareVersions(a, b);
  return order !== 0 ? order : a.build - b.build;
}
