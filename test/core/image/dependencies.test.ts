import assert from "node:assert/strict";

import { checkDependencies } from "../../../core/image/dependencies";
import type { Dependency, Version } from "../../../core/image/image";
import { Reason } from "../../../core/reasons";

const VERSION: Version = { major: 1, minor: 2, revision: 3, build: 4 };

const onItself = (revision: number): Dependency =>
  ({ imageId: 0, version: { major: 1, minor: 2, revision, build: 9 } });

describe("dependencies on a board with one image", () => {
  it("are met by the image itself or its later versions, whatever the build number", () => {
    assert.equal(checkDependencies(VERSION, []), Reason.None);
    assert.equal(checkDependencies(VERSION, [onItself(2), onItself(3)]), Reason.None);
    assert.equal(checkDependencies(VERSION, [onItself(3), onItself(4)]), Reason.DependencyUnmet);
  });

  it("cannot be met on another image", () => {
    const other: Dependency = { ...onItself(0), imageId: 1 };
    assert.equal(checkDependencies(VERSION, [onItself(3), other]), Reason.DependencyOnOtherImage);
  });
});
