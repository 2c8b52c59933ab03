import type { ComponentPath } from "../transaction/types.ts";
import type { EvaluatedConfig } from "./evaluate.ts";
import { pushError } from "./pushError.ts";

/** One mounting of a definition. */
export interface MountedComponent {
  readonly path: ComponentPath;
  readonly definitionPath: string;
}

const MAX_DEPTH = 16;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Joins a component path and a child's name. */
export function childPath(parent: ComponentPath, name: string): ComponentPath {
  return parent === "" ? name : `${parent}/${name}`;
}

/** All mountings, parents first; the app is `""`. */
export function mountComponents(configs: ReadonlyMap<string, EvaluatedConfig>): MountedComponent[] {
  const mounted: MountedComponent[] = [];
  const visit = (path: ComponentPath, definitionPath: string, depth: number): void => {
    const config = configs.get(definitionPath);
    if (config === undefined) throw pushError("ComponentNotFound", `Component definition ${definitionPath} was not pushed`);
    if (depth > MAX_DEPTH) throw pushError("ComponentsTooDeep", `Components are nested more than ${MAX_DEPTH} deep at ${path}`);
    mounted.push({ path, definitionPath });
    const names = new Set<string>();
    for (const child of config.childComponents) {
      if (!NAME.test(child.name)) throw pushError("InvalidComponentName", `Component name "${child.name}" must be letters, digits and underscores, at most 64`);
      if (names.has(child.name)) {
        throw pushError("DuplicateComponentName", `Two components are named "${child.name}"; give one another name: app.use(component, { name: "…" })`);
      }
      names.add(child.name);
      visit(childPath(path, child.name), child.definitionPath, depth + 1);
    }
  };
  visit("", "", 0);
  return mounted;
}
