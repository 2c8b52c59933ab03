import type { ValidatorJson } from "../schema/types.ts";
import type { ModuleFiles } from "../functions/moduleFiles.ts";
import { InstanceModules, type ImportPhase, type ModuleExports } from "../functions/moduleLoader.ts";
import { explainFailures, pushError } from "./pushError.ts";
import type { ChildComponent, ComponentSource, ModuleSource, PushRequest } from "./types.ts";

/** What a `convex.config` says. */
export interface EvaluatedConfig {
  readonly definitionPath: string;
  /** Null for the app. */
  readonly defaultName: string | null;
  readonly childComponents: readonly ChildComponent[];
  readonly httpMounts: Readonly<Record<string, string>>;
  readonly httpPrefix: string | null;
  readonly envVars: readonly { name: string; validator: ValidatorJson; optional: boolean }[];
}

/** The `export()` of `defineApp` and `defineComponent`; the library's own code writes it. */
interface ExportedConfig {
  readonly name?: string;
  readonly definitionType: { readonly type: "app" } | { readonly type: "childComponent"; readonly name: string };
  readonly httpPrefix?: string;
  readonly childComponents: readonly { name: string; path: string; env?: readonly [string, EnvBinding][] | null }[];
  readonly httpMounts: Readonly<Record<string, string>>;
  readonly envVars?: readonly [string, { value: string; optional?: boolean }][];
}

type EnvBinding = { type: "value"; value: string } | { type: "envVar"; name: string };

const NO_CONFIG: ExportedConfig = { definitionType: { type: "app" }, childComponents: [], httpMounts: {} };

const DEPENDENCY_IMPORT = /(["'])\.\/_componentDeps\/([A-Za-z0-9_-]+)\1/g;

function dependencyModule(path: string, name: string): ModuleSource {
  return {
    path: `_componentDeps/${Buffer.from(path).toString("base64url")}.js`,
    source: `export default { componentDefinitionPath: ${JSON.stringify(path)}, defaultName: ${JSON.stringify(name)}, export() { return this; } };\n`,
    environment: "isolate",
  };
}

/** Evaluates all `convex.config` modules of a push, dependencies first (their default names are needed). */
export async function evaluateConfigs(push: PushRequest, files: ModuleFiles, phase: ImportPhase): Promise<Map<string, EvaluatedConfig>> {
  const sources = new Map([push.app, ...push.components].map((source) => [source.definitionPath, source]));
  const done = new Map<string, EvaluatedConfig>();
  const visit = async (path: string, trail: readonly string[]): Promise<void> => {
    if (done.has(path)) return;
    if (trail.includes(path)) throw pushError("ComponentCycle", `Components use each other in a circle: ${[...trail, path].join(" -> ")}`);
    const source = sources.get(path);
    if (source === undefined) throw pushError("ComponentNotFound", `Component definition ${path} is used but was not pushed`);
    for (const dependency of source.dependencies) await visit(dependency, [...trail, path]);
    done.set(path, await evaluateOne(source, { files, phase, done }));
  };
  for (const path of sources.keys()) await visit(path, []);
  return done;
}

async function evaluateOne(
  source: ComponentSource,
  context: { files: ModuleFiles; phase: ImportPhase; done: ReadonlyMap<string, EvaluatedConfig> },
): Promise<EvaluatedConfig> {
  const { definition } = source;
  if (definition === null) return toConfig(source.definitionPath, NO_CONFIG);
  return await explainFailures(definition.path, async () => {
    const dependencies = source.dependencies.map((path) => dependencyModule(path, context.done.get(path)?.defaultName ?? ""));
    const rewritten = { ...definition, source: definition.source.replace(DEPENDENCY_IMPORT, "$1./_componentDeps/$2.js$1") };
    // The environment is part of the salt: what a config read from it must not outlive a change.
    const laidOut = await context.files.layOut([rewritten, ...dependencies], `config:${source.definitionPath}\n${JSON.stringify(context.phase.env)}`);
    const exports = await new InstanceModules(laidOut, context.phase).import(definition.path);
    return toConfig(source.definitionPath, exportedConfig(definition.path, exports));
  });
}

function exportedConfig(path: string, exports: ModuleExports): ExportedConfig {
  const value = exports["default"];
  if (typeof value !== "object" || value === null || !("export" in value) || typeof value.export !== "function") {
    throw pushError("InvalidDefinition", `The default export of ${path} must be defineApp(...) or defineComponent(...)`);
  }
  // The bundle's own copy of the convex package made this object.
  return value.export() as ExportedConfig;
}

function toConfig(definitionPath: string, config: ExportedConfig): EvaluatedConfig {
  return {
    definitionPath,
    defaultName: config.definitionType.type === "app" ? null : config.definitionType.name,
    childComponents: config.childComponents.map(({ name, path, env }) => ({ name, definitionPath: path, env: env ?? null })),
    httpMounts: Object.fromEntries(Object.entries(config.httpMounts).map(([prefix, reference]) => [prefix, reference.replace("_reference/childComponent/", "")])),
    httpPrefix: config.httpPrefix ?? null,
    // The library wrote the validator's JSON.
    envVars: (config.envVars ?? []).map(([name, { value, optional }]) => ({ name, validator: JSON.parse(value) as ValidatorJson, optional: optional ?? false })),
  };
}

