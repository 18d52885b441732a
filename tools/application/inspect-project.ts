/** A TypeScript application, compiled and checked; what is found is said of the lines that the developer wrote. */

import path from "node:path";
import type { Context } from "../context";
import { resolvePath } from "../files";
import { checkApplication, type CheckSetting } from "./check";
import { type CompiledProject, compileProject } from "./compile-project";
import type { FileFinding } from "./inspect-script";

export interface InspectedProject {
  readonly project: CompiledProject;
  readonly findings: readonly FileFinding[];
}

/**
 * Refuses (malformed) what does not compile.
 *
 * @param source path of the entry module
 */
export function inspectProject(context: Context, source: string, setting: CheckSetting): InspectedProject {
  const project = compileProject(resolvePath(context, source), context.cwd);
  const findings = project.ownFiles.flatMap((file) => {
    const { findings: found } = checkApplication(project.modules.get(file) ?? "", { ...setting, origin: "compiled" });
    return found.map((each) => ({
      ...each,
      ...project.sourcePlace(file, each.line, each.column),
      file: path.relative(context.cwd, file),
    }));
  });
  return { project, findings };
}
