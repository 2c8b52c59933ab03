import { sha256, type ModuleFiles } from "../functions/moduleFiles.ts";
import type { ImportLimit } from "../functions/importLimit.ts";
import { InstanceModules, type ImportPhase } from "../functions/moduleLoader.ts";
import type { ComponentPath } from "../transaction/types.ts";
import { analyzeDefinition, runtimeModules } from "./analyze.ts";
import { evaluateAuthConfig } from "./authConfig.ts";
import { componentEnvs, type DeploymentEnv } from "./env.ts";
import { evaluateConfigs, type EvaluatedConfig } from "./evaluate.ts";
import { mountComponents } from "./tree.ts";
import type { AnalyzedDefinition, AnalyzedFunction, ComponentInstance, ComponentSource, DeployedApp, PushRequest } from "./types.ts";

/** A component of the running app with its loaded code. */
export interface LoadedInstance extends ComponentInstance {
  readonly modules: InstanceModules;
  /** Its functions by `dir/module.js:name`. */
  readonly functions: ReadonlyMap<string, AnalyzedFunction>;
}

/** An app ready to run: its parts, and the modules of each. */
export interface LoadedApp extends DeployedApp {
  readonly definitions: ReadonlyMap<string, AnalyzedDefinition>;
  readonly instances: ReadonlyMap<ComponentPath, LoadedInstance>;
}

/** What loading takes from its surroundings. */
export interface LoadContext {
  readonly files: ModuleFiles;
  readonly env: DeploymentEnv;
  readonly timeMs: number;
  readonly seed: Uint8Array;
  readonly limit: ImportLimit;
}

/**
 * Evaluates a push: configs, the tree of components, and every module of every definition. Throws a `UserError` for
 * anything the developer must mend. Nothing of the running app changes.
 */
export async function loadApp(push: PushRequest, context: LoadContext): Promise<LoadedApp> {
  const phase = { timeMs: context.timeMs, seed: context.seed, limit: context.limit };
  const rootEnv = { ...context.env.variables, CONVEX_CLOUD_URL: context.env.cloudUrl, CONVEX_SITE_URL: context.env.siteUrl };
  const configs = await evaluateConfigs(push, context.files, { ...phase, env: rootEnv });
  const envs = componentEnvs(configs, context.env);
  const mounted = mountComponents(configs);
  const sources = new Map([push.app, ...push.components].map((source) => [source.definitionPath, source]));
  const definitions = new Map<string, AnalyzedDefinition>();
  const instances = new Map<ComponentPath, LoadedInstance>();
  for (const { path, definitionPath } of mounted) {
    const source = sources.get(definitionPath);
    const config = configs.get(definitionPath);
    if (source === undefined || config === undefined) throw new Error(`mountComponents returned the unknown definition ${definitionPath}`);
    const env = envs.get(path) ?? {};
    const modules = await layOutInstance(source, path, { files: context.files, phase: { ...phase, env } });
    const definition = definitions.get(definitionPath) ?? (await analyze({ source, config, modules }, { files: context.files, phase: { ...phase, env } }));
    definitions.set(definitionPath, definition);
    instances.set(path, { path, definition, modules, functions: functionsByPath(definition) });
  }
  const authProviders = await evaluateAuthConfig(push.app, context.files, { ...phase, env: rootEnv });
  return { definitions, instances, authProviders };
}

function functionsByPath(definition: AnalyzedDefinition): Map<string, AnalyzedFunction> {
  return new Map([...definition.modules].flatMap(([module, functions]) => functions.map((fn) => [`${module}:${fn.name}`, fn] as const)));
}

interface Loading {
  readonly files: ModuleFiles;
  readonly phase: ImportPhase;
}

async function layOutInstance(source: ComponentSource, path: ComponentPath, { files, phase }: Loading): Promise<InstanceModules> {
  // The environment is part of the salt: what a top level read from it must not outlive a change.
  const salt = `${path}\n${sha256(JSON.stringify(Object.entries(phase.env).sort()))}`;
  return new InstanceModules(await files.layOut(runtimeModules(source), salt), phase);
}

async function analyze(
  parts: { source: ComponentSource; config: EvaluatedConfig; modules: InstanceModules },
  { files, phase }: Loading,
): Promise<AnalyzedDefinition> {
  const { schema, definitionPath } = parts.source;
  const schemaModules = schema === null ? null : new InstanceModules(await files.layOut([schema], `schema:${definitionPath}`), phase);
  return await analyzeDefinition({ ...parts, schema: schemaModules });
}
