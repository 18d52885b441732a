/** "Image number n must have at least this version": DEPENDENCY entries, for callers that want them met. */

import { Reason } from "../reasons";
import type { ImageFacts } from "./image";
import { compareVersions } from "./version";

/**
 * Checks an image's dependencies on a board with one image, which is number 0. `verifyImage` lists dependencies and
 * does not evaluate them, as MCUboot in a build with one image; a board that wants them honoured asks here.
 *
 * Refuses with DependencyOnOtherImage (there is no such image) and DependencyUnmet (image 0 in a higher version than
 * this one).
 */
export function checkDependencies(image: ImageFacts): Reason {
  for (let i = 0; i < image.dependencies.length; i++) {
    const dependency = image.dependencies[i];
    if (dependency.imageId !== 0) {
      return Reason.DependencyOnOtherImage;
    }
    if (compareVersions(image.header.version, dependency.version) < 0) {
      return Reason.DependencyUnmet;
    }
  }
  return Reason.None;
}
