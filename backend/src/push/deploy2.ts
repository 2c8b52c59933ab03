import { randomUUID } from "node:crypto";
import { pushError } from "../components/pushError.ts";
import type { AuthProvider, ComponentInstance } from "../components/types.ts";
import type { HttpRoute, HttpRoutes } from "../http/handlers.ts";
import type { IndexConfig, IndexDiff } from "../schema/indexDiff.ts";
import type { Ports } from "../ports.ts";
import type { ComponentPath } from "../transaction/types.ts";
import type { JsonObject, JsonValue } from "../values/json.ts";
import { sha256Hex } from "./hash.ts";
import { SchemaError, type Deployer, type EvaluatedPush, type PushResult } from "./deployer.ts";
import type { PushReport } from "./pushReport.ts";
import { parseStartPush } from "./request.ts";
import { configHashes, describeApp, NO_SCHEMA_CHANGE, startPushResponse } from "./response.ts";

const SERVER_VERSION = "1.48.0";
const MAX_PUSH_BYTES = 200 * 1024 * 1024;
// `codegen` starts pushes and never finishes them.
const MAX_OPEN_PUSHES = 8;
const MAX_WAIT_MS = 10_000;

function large(json: (body: JsonObject) => Promise<JsonValue>): HttpRoute {
  return { json, maxBodyBytes: MAX_PUSH_BYTES };
}

export interface DeployOptions {
  /** Told of each push that was to change something. */
  readonly onPush: (report: PushReport) => void;
  readonly ports: Pick<Ports, "nowMs">;
}

/** The endpoints by which the official CLI pushes. Their callers hold the admin key; bodies are decompressed. */
export function deployRoutes(deployer: Deployer, options: DeployOptions): HttpRoutes {
  const endpoints = new DeployEndpoints(deployer, options);
  return {
    "POST /api/get_config_hashes": { json: () => endpoints.configHashes() },
    "POST /api/deploy2/start_push": large((body) => endpoints.startPush(body)),
    "POST /api/deploy2/evaluate_push": large((body) => endpoints.evaluatePush(body)),
    "POST /api/deploy2/evaluate_schema": large((body) => endpoints.evaluateSchema(body)),
    "POST /api/deploy2/wait_for_schema": { json: (body) => endpoints.waitForSchema(body) },
    "POST /api/deploy2/finish_push": large((body) => endpoints.finishPush(body)),
    "POST /api/deploy2/report_push_completed": { json: () => null },
  };
}

class DeployEndpoints {
  readonly #deployer: Deployer;
  readonly #options: DeployOptions;
  readonly #open = new Map<string, EvaluatedPush>();
  readonly #startedMs = new WeakMap<EvaluatedPush, number>();
  /** Pushes whose schema is being prepared. */
  readonly #preparing = new Map<EvaluatedPush, Promise<JsonObject>>();

  constructor(deployer: Deployer, options: DeployOptions) {
    this.#deployer = deployer;
    this.#options = options;
  }

  configHashes(): JsonValue {
    const modules = this.#deployer.deployedModules.map((module) => ({ path: module.path, hash: sha256Hex(module), environment: module.environment }));
    return configHashes(modules, SERVER_VERSION, this.#deployer.deployedNodeVersion);
  }

  startPush(body: JsonObject): Promise<JsonValue> {
    return this.#reported(body, () => this.#startPush(body));
  }

  async #startPush(body: JsonObject): Promise<JsonValue> {
    const startedMs = this.#options.ports.nowMs();
    const { push } = parseStartPush(body, this.#deployer.deployedModules);
    const evaluated = await this.#deployer.evaluate(push);
    this.#startedMs.set(evaluated, startedMs);
    const pushId = randomUUID();
    this.#keep(pushId, evaluated);
    const schemaChange = { ...NO_SCHEMA_CHANGE, pushId, indexDiffs: indexDiffsJson(await this.#deployer.indexChanges(evaluated.app)) };
    return { ...startPushResponse(describeApp(evaluated.app, push.app.udfServerVersion), schemaChange), pushId };
  }

  async evaluatePush(body: JsonObject): Promise<JsonValue> {
    const { push } = parseStartPush(body, this.#deployer.deployedModules);
    const { app } = await this.#reported(body, () => this.#deployer.evaluate(push));
    return { schemaChange: { ...NO_SCHEMA_CHANGE, indexDiffs: indexDiffsJson(await this.#deployer.indexChanges(app)) } };
  }

  async evaluateSchema(body: JsonObject): Promise<JsonValue> {
    const { push } = parseStartPush(body, this.#deployer.deployedModules);
    const { app } = await this.#deployer.evaluate(push);
    const predictions = await this.#deployer.predictSchema(app);
    const evaluations = Object.fromEntries([...app.instances].map(([path, instance]): [string, JsonValue] => [path, {
      definitionPath: instance.definition.definitionPath,
      schemaValidation: instance.definition.schema?.schemaValidation ?? false,
      tables: (predictions.get(path)?.tables ?? []).map((table) => ({ ...table })),
      indexes: (predictions.get(path)?.indexes ?? []).map(({ config, ...rest }) => ({ ...indexJson(config), ...rest })),
    }]));
    return { componentSchemaEvaluations: evaluations, newComponentDefinitions: [] };
  }

  /** Checks the documents against the schema and fills indexes. Work that takes longer goes on while the CLI asks again. */
  async waitForSchema(body: JsonObject): Promise<JsonValue> {
    const evaluated = this.#find(body["schemaChange"]);
    const { timeoutMs } = body;
    let work = this.#preparing.get(evaluated);
    if (work === undefined) {
      work = this.#prepare(evaluated, body).finally(() => this.#preparing.delete(evaluated));
      this.#preparing.set(evaluated, work);
    }
    const done = await this.#deployer.atMost(work, typeof timeoutMs === "number" ? timeoutMs : MAX_WAIT_MS);
    const unfinished = { schemaValidationComplete: false, indexesComplete: 0, indexesTotal: 1 };
    return done ?? { type: "inProgress", components: Object.fromEntries([...evaluated.app.instances.keys()].map((path) => [path, unfinished])) };
  }

  async #prepare(evaluated: EvaluatedPush, body: JsonObject): Promise<JsonObject> {
    try {
      await this.#reported(body, () => this.#deployer.prepare(evaluated));
      return { type: "complete" };
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      const table = /in table "([^"]+)"/.exec(error.message)?.[1] ?? null;
      return { type: "failed", error: error.message, componentPath: error.componentPath, tableName: table };
    }
  }

  async finishPush(body: JsonObject): Promise<JsonValue> {
    const dryRun = body["dryRun"] === true;
    const result = await this.#reported(body, async () => {
      const evaluated = this.#find(body["startPush"]);
      const finished = await this.#deployer.finish(evaluated, { dryRun });
      const nowMs = this.#options.ports.nowMs();
      if (!dryRun) this.#options.onPush({ ok: true, result: finished, tookMs: nowMs - (this.#startedMs.get(evaluated) ?? nowMs) });
      return finished;
    });
    return diffJson(result);
  }

  /** Tells of a failure, unless the request was only to learn something. */
  async #reported<T>(body: JsonObject, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (body["dryRun"] !== true && body["forCodegen"] !== true) this.#options.onPush({ ok: false, error });
      throw error;
    }
  }

  #keep(pushId: string, evaluated: EvaluatedPush): void {
    this.#open.set(pushId, evaluated);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_OPEN_PUSHES) break;
      this.#open.delete(oldest);
    }
  }

  #find(holder: JsonValue | undefined): EvaluatedPush {
    const pushId = typeof holder === "object" && holder !== null && !Array.isArray(holder) ? holder["pushId"] : undefined;
    const evaluated = typeof pushId === "string" ? this.#open.get(pushId) : undefined;
    if (evaluated === undefined) throw pushError("PushNotFound", "This push is not known any more. Start it again.");
    return evaluated;
  }
}

function indexJson(config: IndexConfig): JsonObject {
  // A configuration is plain JSON; the compiler does not see interfaces as JsonObject.
  return { ...config } as unknown as JsonObject;
}

function indexDiffJson(diff: IndexDiff | undefined): JsonObject {
  return {
    added_indexes: (diff?.added ?? []).map(indexJson), removed_indexes: (diff?.removed ?? []).map(indexJson),
    enabled_indexes: (diff?.enabled ?? []).map(indexJson), disabled_indexes: (diff?.disabled ?? []).map(indexJson),
  };
}

function indexDiffsJson(diffs: ReadonlyMap<ComponentPath, IndexDiff>): JsonObject {
  return Object.fromEntries([...diffs].map(([path, diff]) => [path, indexDiffJson(diff)]));
}

/** Names in `after` that `before` lacks, and the other way round. */
function namesDiff(before: Iterable<string>, after: Iterable<string>): { added: string[]; removed: string[] } {
  const old = new Set(before);
  const fresh = new Set(after);
  return { added: [...fresh].filter((name) => !old.has(name)), removed: [...old].filter((name) => !fresh.has(name)) };
}

const providerNames = (providers: readonly AuthProvider[] | undefined): string[] => (providers ?? []).map((provider) => JSON.stringify(provider));

function isEmpty(diff: Readonly<Record<string, JsonValue>>): boolean {
  return Object.values(diff).every((list) => Array.isArray(list) && list.length === 0);
}

function componentDiff(path: ComponentPath, { before, app, indexes, crons }: PushResult): JsonObject | null {
  const old: ComponentInstance | undefined = before?.instances.get(path);
  const now: ComponentInstance | undefined = app.instances.get(path);
  const type = old === undefined ? "create" : now === undefined ? "unmount" : "modify";
  const moduleDiff = namesDiff(old?.definition.modules.keys() ?? [], now?.definition.modules.keys() ?? []);
  const cron = crons.get(path);
  const cronDiff = { added: [...(cron?.added ?? [])], updated: [...(cron?.updated ?? [])], deleted: [...(cron?.deleted ?? [])] };
  const indexDiff = indexDiffJson(indexes.get(path));
  if (type === "modify" && [moduleDiff, cronDiff, indexDiff].every(isEmpty)) return null;
  return { diffType: { type }, moduleDiff, udfConfigDiff: null, cronDiff, indexDiff, schemaDiff: null };
}

function diffJson(result: PushResult): JsonObject {
  const paths = new Set([...(result.before?.instances.keys() ?? []), ...result.app.instances.keys()]);
  const diffs = [...paths].flatMap((path) => {
    const diff = componentDiff(path, result);
    return diff === null ? [] : [[path, diff] as const];
  });
  return {
    authDiff: namesDiff(providerNames(result.before?.authProviders), providerNames(result.app.authProviders)),
    definitionDiffs: {},
    componentDiffs: Object.fromEntries(diffs),
  };
}
