import type { JsonObject } from "../values/json.ts";
import type { SchemaJson, ValidatorJson } from "../schema/types.ts";
import type { FunctionKind } from "../functions/types.ts";
import { InstanceModules, type ModuleExports } from "../functions/moduleLoader.ts";
import type { EvaluatedConfig } from "./evaluate.ts";
import { explainFailures, pushError } from "./pushError.ts";
import type { AnalyzedDefinition, AnalyzedFunction, ComponentSource, CronSpec, ModuleSource } from "./types.ts";

const SCHEMA_PATH = "schema.js";
const HTTP_PATH = "http.js";
const CRONS_PATH = "crons.js";
export const AUTH_CONFIG_PATH = "auth.config.js";

/** Modules that hold functions; shared chunks and auth.config do not. */
function isFunctionModule(module: ModuleSource): boolean {
  return !module.path.startsWith("_deps/") && module.path !== AUTH_CONFIG_PATH;
}

/** All modules an instance of this definition may import. */
export function runtimeModules(source: ComponentSource): ModuleSource[] {
  return source.functions.filter((module) => module.path !== AUTH_CONFIG_PATH);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

function kindOf(value: Record<string, unknown>): FunctionKind | null {
  if (value["isQuery"] === true) return "Query";
  if (value["isMutation"] === true) return "Mutation";
  if (value["isAction"] === true) return "Action";
  return value["isHttp"] === true ? "HttpAction" : null;
}

function exportedJson(value: Record<string, unknown>, name: "exportArgs" | "exportReturns"): unknown {
  const exporter = value[name];
  return typeof exporter === "function" ? JSON.parse(String(exporter())) : null;
}

function analyzeFunction(module: ModuleSource, name: string, value: unknown): AnalyzedFunction | null {
  const kind = isRecord(value) ? kindOf(value) : null;
  if (kind === null || !isRecord(value)) return null;
  if (module.environment === "node" && kind !== "Action") {
    throw pushError(
      "InvalidNodeFunction",
      `\`${name}\` defined in \`${module.path}\` is a ${kind === "HttpAction" ? "HTTP action" : kind} function. ` +
        "Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.",
    );
  }
  // The library's validators export this JSON.
  const args = exportedJson(value, "exportArgs") as ValidatorJson | null;
  if (args !== null && args.type !== "object" && args.type !== "any") {
    throw pushError("InvalidArgsValidator", `The args validator of ${module.path}:${name} must be an object or any, not ${args.type}`);
  }
  return {
    name,
    kind,
    isPublic: value["isPublic"] === true,
    args: args ?? { type: "any" },
    // As above.
    returns: exportedJson(value, "exportReturns") as ValidatorJson | null,
  };
}

function analyzeModule(module: ModuleSource, exports: ModuleExports): AnalyzedFunction[] {
  const functions: AnalyzedFunction[] = [];
  for (const [name, value] of Object.entries(exports)) {
    const analyzed = analyzeFunction(module, name, value);
    if (analyzed !== null) functions.push(analyzed);
  }
  return functions;
}

/** A router made by `httpRouter()`. */
export interface Router {
  getRoutes(): readonly (readonly [path: string, method: string, handler: unknown])[];
  lookup(path: string, method: string): readonly [handler: { invokeHttpAction(request: Request): Promise<unknown> }, method: string, path: string] | null;
}

/** The router of an `http.js`. */
export function routerOf(exports: ModuleExports): Router {
  const router = exports["default"];
  if (!isRecord(router) || router["isRouter"] !== true) {
    throw pushError("InvalidHttpModule", "The default export of `http` must be the router: `export default http`");
  }
  // `isRouter` marks the library's HttpRouter.
  return router as unknown as Router;
}

function cronsOf(exports: ModuleExports): CronSpec[] {
  const crons = exports["default"];
  if (!isRecord(crons) || crons["isCrons"] !== true || typeof crons["export"] !== "function") {
    throw pushError("InvalidCronsModule", "The default export of `crons` must be the crons: `export default crons`");
  }
  // The library wrote this JSON.
  const specs = JSON.parse(String(crons["export"]())) as Record<string, { name: string; args: [JsonObject]; schedule: CronSpec["schedule"] }>;
  return Object.entries(specs).map(([name, spec]) => ({ name, functionPath: spec.name, args: spec.args[0], schedule: spec.schedule }));
}

/** Reads the schema out of a `schema.js`. */
export function schemaOf(exports: ModuleExports): SchemaJson {
  const schema = exports["default"];
  if (!isRecord(schema) || typeof schema["export"] !== "function") {
    throw pushError("InvalidSchema", "The default export of `schema` must be defineSchema(...)");
  }
  // The library wrote this JSON.
  return JSON.parse(String(schema["export"]())) as SchemaJson;
}

/** What a definition needs to be analyzed: its sources, its config and its loaded modules. */
export interface AnalysisInput {
  readonly source: ComponentSource;
  readonly config: EvaluatedConfig;
  /** `schema.js` apart from the functions: both may have chunks of the same name. */
  readonly schema: InstanceModules | null;
  readonly modules: InstanceModules;
}

/** Imports every module of a definition and looks at what it exports. */
export async function analyzeDefinition({ source, config, schema, modules }: AnalysisInput): Promise<AnalyzedDefinition> {
  const functions = new Map<string, AnalyzedFunction[]>();
  let httpRoutes: { method: string; path: string }[] | null = null;
  let crons: CronSpec[] = [];
  for (const module of source.functions.filter(isFunctionModule)) {
    await explainFailures(module.path, async () => {
      const exports = await modules.import(module.path);
      functions.set(module.path, analyzeModule(module, exports));
      if (module.path === HTTP_PATH) httpRoutes = routerOf(exports).getRoutes().map(([path, method]) => ({ method, path }));
      if (module.path === CRONS_PATH) crons = cronsOf(exports);
    });
  }
  const schemaJson = schema === null ? null : await explainFailures(SCHEMA_PATH, async () => schemaOf(await schema.import(SCHEMA_PATH)));
  return { ...config, schema: schemaJson, modules: functions, httpRoutes, crons };
}
