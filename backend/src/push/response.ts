import type { AnalyzedDefinition, AnalyzedFunction, AuthProvider } from "../components/types.ts";
import type { LoadedApp } from "../components/load.ts";
import { childPath } from "../components/tree.ts";
import type { JsonObject, JsonValue } from "../values/json.ts";
import type { ComponentPath } from "../transaction/types.ts";

// Shapes the official CLI reads out of `start_push` (it checks them with zod; more fields are allowed).

type ExportTree = Map<string, ExportTree | string>;

function isCallable(fn: AnalyzedFunction): boolean {
  return fn.isPublic && fn.kind !== "HttpAction";
}

/** Public functions by the folders and files they are in. */
function exportTree(definition: AnalyzedDefinition): ExportTree {
  const root: ExportTree = new Map();
  for (const [path, functions] of definition.modules) {
    const callable = functions.filter(isCallable);
    if (callable.length === 0) continue;
    let branch = root;
    for (const segment of path.replace(/\.js$/, "").split("/")) {
      const next = branch.get(segment);
      const child: ExportTree = next instanceof Map ? next : new Map();
      branch.set(segment, child);
      branch = child;
    }
    for (const { name } of callable) branch.set(name, `${path}:${name}`);
  }
  return root;
}

function exportsJson(tree: ExportTree): JsonObject {
  const branch = [...tree].map(([name, node]): JsonValue => [
    name,
    typeof node === "string" ? { type: "leaf", leaf: `_reference/function/${node}` } : exportsJson(node),
  ]);
  return { type: "branch", branch };
}

function functionJson(fn: AnalyzedFunction): JsonObject {
  return {
    name: fn.name,
    pos: null,
    udfType: fn.kind,
    visibility: { kind: fn.isPublic ? "public" : "internal" },
    args: JSON.stringify(fn.args),
    returns: JSON.stringify(fn.returns),
  };
}

function definitionType(definition: AnalyzedDefinition): JsonObject {
  if (definition.defaultName !== null) return { type: "childComponent", name: definition.defaultName, args: [] };
  return definition.httpPrefix === null ? { type: "app" } : { type: "app", httpPrefix: definition.httpPrefix };
}

function evaluatedJson(definition: AnalyzedDefinition, serverVersion: string): JsonObject {
  return {
    definition: {
      path: definition.definitionPath,
      definitionType: definitionType(definition),
      childComponents: definition.childComponents.map(({ name, definitionPath, env }) => ({
        name, path: definitionPath, args: [], env: env === null ? null : env.map(([variable, binding]) => [variable, { ...binding }]),
      })),
      httpMounts: Object.fromEntries(Object.entries(definition.httpMounts).map(([prefix, child]) => [prefix, `_reference/childComponent/${child}`])),
      exports: exportsJson(exportTree(definition)),
      envVars: definition.envVars.map(({ name, validator, optional }) => [name, { type: "value", value: JSON.stringify(validator), optional }]),
    },
    // A schema is JSON by its type; the compiler does not see interfaces as JsonObject.
    schema: definition.schema as unknown as JsonValue,
    functions: Object.fromEntries([...definition.modules].map(([path, functions]) => [
      path,
      { functions: functions.filter((fn) => fn.kind !== "HttpAction").map(functionJson), httpRoutes: null, cronSpecs: null, sourceMapped: null },
    ])),
    udfConfig: { serverVersion, importPhaseRngSeed: null, importPhaseUnixTimestamp: null },
  };
}

function checkedExports(tree: ExportTree, component: ComponentPath): JsonObject {
  return Object.fromEntries([...tree].map(([name, node]): [string, JsonValue] => [
    name,
    typeof node === "string"
      ? { type: "leaf", resource: { type: "function", path: { component, udfPath: node } } }
      : { type: "branch", children: checkedExports(node, component) },
  ]));
}

function checkedComponent(app: LoadedApp, path: ComponentPath): JsonObject {
  const definition = app.instances.get(path)?.definition;
  if (definition === undefined) throw new Error(`No component is mounted at ${path}`);
  return {
    definitionPath: definition.definitionPath,
    componentPath: path,
    args: {},
    childComponents: Object.fromEntries(definition.childComponents.map(({ name }) => [name, checkedComponent(app, childPath(path, name))])),
    httpRoutes: { httpModuleRoutes: definition.httpRoutes === null ? null : definition.httpRoutes.map((route) => ({ ...route })), mounts: Object.keys(definition.httpMounts) },
    exports: checkedExports(exportTree(definition), path),
  };
}

function authJson(provider: AuthProvider): JsonObject {
  if (provider.type === "oidc") return { domain: provider.domain, applicationID: provider.applicationID };
  return { ...provider, applicationID: provider.applicationID ?? null };
}

/** The part of a `start_push` response that describes the pushed app. */
export function describeApp(app: LoadedApp, serverVersion: string): JsonObject {
  return {
    appAuth: app.authProviders.map(authJson),
    analysis: Object.fromEntries([...app.definitions].map(([path, definition]) => [path, evaluatedJson(definition, serverVersion)])),
    app: checkedComponent(app, ""),
  };
}

/** `schemaChange` when nothing is compared with deployed data. */
export const NO_SCHEMA_CHANGE: JsonObject = { allocatedComponentIds: {}, schemaIds: {}, indexDiffs: {} };

/** A whole `start_push` response; `description` comes from {@link describeApp}. */
export function startPushResponse(description: JsonObject, schemaChange: JsonObject): JsonObject {
  return { environmentVariables: {}, externalDepsId: null, componentDefinitionPackages: {}, ...description, schemaChange };
}

/** Response of `get_config_hashes`. The CLI takes any `nodeVersion`, also null, for one that was pushed. */
export function configHashes(moduleHashes: readonly { path: string; hash: string; environment: string }[], serverVersion: string, nodeVersion?: string): JsonObject {
  return {
    config: { functions: "convex/", authInfo: [], projectSlug: null, teamSlug: null, prodUrl: null },
    moduleHashes: moduleHashes.map((module) => ({ ...module })),
    udfServerVersion: serverVersion,
    ...(nodeVersion === undefined ? {} : { nodeVersion }),
  };
}
