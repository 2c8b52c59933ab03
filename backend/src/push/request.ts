import type { ComponentSource, ModuleSource, PushRequest } from "../components/types.ts";
import { pushError } from "../components/pushError.ts";
import { sha256Hex } from "./hash.ts";

/** A `start_push` request of the official CLI, in this backend's form. */
export interface CliPush {
  readonly push: PushRequest;
  readonly dryRun: boolean;
  readonly forCodegen: boolean;
}

function bad(what: string): never {
  throw pushError("BadPushRequest", `Bad push request: ${what}`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) bad(`${what} must be an object`);
  // Just checked.
  return value as Record<string, unknown>;
}

function text(value: unknown, what: string): string {
  return typeof value === "string" ? value : bad(`${what} must be a string`);
}

function list<T>(value: unknown, what: string, parse: (item: unknown, what: string) => T): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) bad(`${what} must be an array`);
  return value.map((item, index) => parse(item, `${what}[${index}]`));
}

// Paths become file names below the modules folder.
const SAFE_PATH = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\:]+$/;

function parseModule(value: unknown, what: string): ModuleSource {
  const module = record(value, what);
  const path = text(module["path"], `${what}.path`);
  if (path.startsWith("/") || !SAFE_PATH.test(path)) bad(`${what}.path "${path}" is not a relative module path`);
  const environment = module["environment"];
  if (environment !== "isolate" && environment !== "node") bad(`${what}.environment must be "isolate" or "node"`);
  const sourceMap = typeof module["sourceMap"] === "string" ? { sourceMap: module["sourceMap"] } : {};
  return { path, source: text(module["source"], `${what}.source`), environment, ...sourceMap };
}

function optionalModule(value: unknown, what: string): ModuleSource | null {
  return value === null || value === undefined ? null : parseModule(value, what);
}

function parseComponent(value: unknown, what: string): ComponentSource {
  const component = record(value, what);
  return {
    definitionPath: text(component["definitionPath"], `${what}.definitionPath`),
    definition: optionalModule(component["definition"], `${what}.definition`),
    dependencies: list(component["dependencies"], `${what}.dependencies`, text),
    schema: optionalModule(component["schema"], `${what}.schema`),
    functions: list(component["functions"], `${what}.functions`, parseModule),
    udfServerVersion: text(component["udfServerVersion"], `${what}.udfServerVersion`),
  };
}

/** Modules that the CLI did not send again because this backend said it had them. */
function unchangedModules(value: unknown, deployed: readonly ModuleSource[]): ModuleSource[] {
  const byPath = new Map(deployed.map((module) => [module.path, module]));
  return list(value, "unchangedModuleHashes", (item, what) => {
    const path = text(record(item, what)["path"], `${what}.path`);
    const module = byPath.get(path);
    if (module === undefined || sha256Hex(module) !== record(item, what)["sha256"]) bad(`${what}: module ${path} is not deployed with that hash`);
    return module;
  });
}

/** Reads a `start_push` body. `deployed` are the app modules that run now, for the differential form. */
export function parseStartPush(body: unknown, deployed: readonly ModuleSource[]): CliPush {
  const request = record(body, "body");
  const app = record(request["appDefinition"], "appDefinition");
  const { nodeVersion } = request;
  return {
    dryRun: request["dryRun"] === true,
    forCodegen: request["forCodegen"] === true,
    push: {
      app: {
        definitionPath: "",
        definition: optionalModule(app["definition"], "appDefinition.definition"),
        dependencies: list(app["dependencies"], "appDefinition.dependencies", text),
        schema: optionalModule(app["schema"], "appDefinition.schema"),
        functions: [
          ...list(app["changedModules"], "appDefinition.changedModules", parseModule),
          ...unchangedModules(app["unchangedModuleHashes"], deployed),
        ],
        udfServerVersion: text(app["udfServerVersion"], "appDefinition.udfServerVersion"),
      },
      components: list(request["componentDefinitions"], "componentDefinitions", parseComponent),
      ...(typeof nodeVersion === "string" ? { nodeVersion } : {}),
    },
  };
}
