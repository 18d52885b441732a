/** "Image number n must have at least this version": DEPENDENCY entries, for callers that want them met. */

import { Reason } from "../reasons";
import { readVersion } from "./header";
import type { Dependency, Version } from "./image";
import { Tlv } from "./image";
import type { JudgedImage } from "./judge";
import { compareVersions } from "./version";

/** The dependencies of an image, in the order of the file. */
export function listDependencies(image: JudgedImage): Dependency[] {
  const dependencies: Dependency[] = [];
  for (let i = 0; i < image.values.length; i++) {
    if (image.types[i] === Tlv.Dependency) {
      dependencies.push({ imageId: image.values[i][0], version: readVersion(image.values[i], 4) });
    }
  }
  return dependencies;
}

/**
 * Checks an image's dependencies on a board with one image, which is number 0. Judging an image lists dependencies and
 * does not evaluate them, as MCUboot in a build with one image; a board that wants them honoured asks here.
 *
 * Refuses with DependencyOnOtherImage (there is no such image) and DependencyUnmet (image 0 in a higher version than
 * this one).
 *
 * @param version of the image itself
 */
export function checkDependencies(version: Version, dependencies: Dependency[]): Reason {
  for (let i = 0; i < dependencies.length; i++) {
    if (dependencies[i].imageId !== 0) {
      return Reason.DependencyOnOtherImage;
    }
    if (compareVersions(version, dependencies[i].version) < 0) {
      return Reason.DependencyUnmet;
    }
  }
  return Reason.None;
}
