import type { ComponentPath } from "../transaction/types.ts";
import type { EvaluatedConfig } from "./evaluate.ts";
import { childPath } from "./tree.ts";

export type Env = Readonly<Record<string, string>>;

/** The deployment's variables and addresses. */
export interface DeploymentEnv {
  readonly variables: Env;
  readonly cloudUrl: string;
  readonly siteUrl: string;
}

/** Variables that a component needs and nobody has set. */
export interface MissingEnv {
  readonly componentPath: ComponentPath;
  readonly name: string;
}

type EnvConfig = Pick<EvaluatedConfig, "childComponents" | "httpMounts" | "envVars">;

/**
 * `process.env` of every mounted component. The app sees all variables of the deployment; a component sees those its
 * parent binds to it, and the two built-in ones.
 */
export function componentEnvs(configs: ReadonlyMap<string, EnvConfig>, deployment: DeploymentEnv): Map<ComponentPath, Env> {
  const envs = new Map<ComponentPath, Env>();
  const visit = (path: ComponentPath, definitionPath: string, env: Env): void => {
    envs.set(path, env);
    const config = configs.get(definitionPath);
    for (const child of config?.childComponents ?? []) {
      const bound: Record<string, string> = {};
      for (const [name, binding] of child.env ?? []) {
        const value = binding.type === "value" ? String(binding.value) : env[binding.name];
        if (value !== undefined) bound[name] = value;
      }
      const mount = Object.entries(config?.httpMounts ?? {}).find(([, name]) => name === child.name)?.[0];
      const siteUrl = (env["CONVEX_SITE_URL"] ?? "") + (mount ?? "").replace(/\/$/, "");
      visit(childPath(path, child.name), child.definitionPath, { ...bound, CONVEX_CLOUD_URL: deployment.cloudUrl, CONVEX_SITE_URL: siteUrl });
    }
  };
  visit("", "", { ...deployment.variables, CONVEX_CLOUD_URL: deployment.cloudUrl, CONVEX_SITE_URL: deployment.siteUrl });
  return envs;
}

/** Required variables (declared without `v.optional`) that have no value, the app's first. */
export function missingEnv(
  instances: Iterable<{ readonly path: ComponentPath; readonly definition: EnvConfig }>,
  envs: ReadonlyMap<ComponentPath, Env>,
): MissingEnv[] {
  const missing: MissingEnv[] = [];
  for (const { path, definition } of instances) {
    for (const { name, optional } of definition.envVars) {
      if (!optional && envs.get(path)?.[name] === undefined) missing.push({ componentPath: path, name });
    }
  }
  return missing;
}
