import { join } from "node:path";
import { missingEnv, componentEnvs } from "../components/env.ts";
import { allocateHandles, type FunctionHandles } from "../components/handles.ts";
import { loadApp, type LoadedApp } from "../components/load.ts";
import { pushError } from "../components/pushError.ts";
import type { ModuleSource, PushRequest } from "../components/types.ts";
import { limitImports } from "../functions/importLimit.ts";
import type { RuntimeHost } from "../functions/runtimeHost.ts";
import { ModuleFiles } from "../functions/moduleFiles.ts";
import { applySchema, defineSystemTables } from "../schema/applySchema.ts";
import { prepareSchema, type PreparedSchema } from "../schema/prepareSchema.ts";
import { diffIndexes, type IndexDiff } from "../schema/indexDiff.ts";
import { SYSTEM_TABLES, type SystemTable } from "../schema/systemTables.ts";
import { checkCrons, reconcileCrons, type CronDiff } from "../scheduler/crons.ts";
import { UserError } from "../errors.ts";
import { withoutRoom } from "../storage/sqlite.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { checkValue } from "../values/validators.ts";
import { DeploymentStore, type StoredDeployment } from "./deploymentStore.ts";
import { predictSchema, type SchemaPrediction } from "./schemaPrediction.ts";

export interface DeployerOptions {
  readonly host: RuntimeHost;
  /** Folder of the loaded modules, and of the last push. */
  readonly modulesDir: string;
  /** Packages that a `"use node"` module left out of its bundle are looked for here. */
  readonly projectDir: string;
  /** Called when another app runs, or the same one in another environment. */
  readonly onApp: () => void;
}

/** What a push changed. */
export interface PushResult {
  readonly app: LoadedApp;
  /** The app before; null at the first push. */
  readonly before: LoadedApp | null;
  readonly indexes: ReadonlyMap<ComponentPath, IndexDiff>;
  readonly crons: ReadonlyMap<ComponentPath, CronDiff>;
}

/** A push that was evaluated but not applied yet. */
export interface EvaluatedPush {
  readonly deployment: StoredDeployment;
  readonly app: LoadedApp;
}

/** Thrown through a transaction to take back a rehearsal. */
class Rehearsed extends Error {
  readonly changes: Changes;
  constructor(changes: Changes) {
    super("rehearsed");
    this.changes = changes;
  }
}

type Changes = Pick<PushResult, "indexes" | "crons"> & { readonly handles: FunctionHandles };

/** More documents to look through than this, and a schema is prepared beside the app instead of in the push's transaction. */
const LONG_DOCUMENTS = 1000;

function isLong({ tables, indexes }: SchemaPrediction): boolean {
  const walked = [...tables.filter(({ outcome }) => outcome === "mustWalk"), ...indexes.filter(({ needsBackfill }) => needsBackfill)];
  return walked.some(({ numDocs }) => numDocs > LONG_DOCUMENTS);
}

/** Takes pushes: evaluates them, changes schema, crons and handles in one transaction, then swaps the app. */
export class Deployer {
  readonly #options: DeployerOptions;
  readonly #host: RuntimeHost;
  readonly #files: ModuleFiles;
  readonly #store: DeploymentStore;
  #deployment: StoredDeployment | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Schemas of a push that were filled and checked ahead of its transaction. */
  #prepared: { readonly app: LoadedApp; readonly schemas: Map<ComponentPath, PreparedSchema> } | null = null;

  constructor(options: DeployerOptions) {
    this.#options = options;
    this.#host = options.host;
    this.#files = new ModuleFiles(options.modulesDir);
    this.#files.linkPackages(options.projectDir);
    this.#store = new DeploymentStore(join(options.modulesDir, "pushes"));
  }

  /** The app's modules that run now, for pushes that send only what changed. */
  get deployedModules(): readonly ModuleSource[] {
    return this.#deployment?.push.app.functions ?? [];
  }

  /** The version of Node that the last push asked for, if it did. */
  get deployedNodeVersion(): string | undefined {
    return this.#deployment?.push.nodeVersion;
  }

  /**
   * Takes a push as a whole or not at all. While it is worked on, and when it fails, the old code runs.
   *
   * @throws UserError for everything the developer can mend: code that does not load, data that does not match the
   * schema, variables that are not set.
   */
  push(push: PushRequest, options: { dryRun?: boolean } = {}): Promise<PushResult> {
    return this.#inTurn(async () => await this.#apply(await this.#evaluate(push), options.dryRun === true));
  }

  /** Evaluates a push without changing anything. */
  evaluate(push: PushRequest): Promise<EvaluatedPush> {
    return this.#inTurn(() => this.#evaluate(push));
  }

  /** Applies a push that was evaluated before. */
  finish(evaluated: EvaluatedPush, options: { dryRun?: boolean } = {}): Promise<PushResult> {
    return this.#inTurn(() => this.#apply(evaluated, options.dryRun === true));
  }

  /**
   * Does the long part of {@link finish} ahead of it and beside the running app: fills indexes, checks documents. What is
   * prepared serves the `finish` of the same push; the next preparation drops it.
   *
   * @throws SchemaError for a document that does not match.
   */
  prepare(evaluated: EvaluatedPush): Promise<void> {
    return this.#inTurn(async () => {
      await this.#prepare(evaluated.app);
      // What is short has not been prepared: it is tried.
      if (this.#prepared === null) await this.#rehearse(evaluated.app);
    });
  }

  /** Resolves to null when `work` takes longer than this. */
  async atMost<T>(work: Promise<T>, limitMs: number): Promise<T | null> {
    const late = Promise.withResolvers<null>();
    const timer = this.#host.ports.setTimer(() => late.resolve(null), limitMs);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      timer.cancel();
    }
  }

  /** What a push would change about indexes, without building any. */
  async indexChanges(app: LoadedApp): Promise<Map<ComponentPath, IndexDiff>> {
    const { value } = await this.#host.transactions.query(async (tx) => {
      const { catalog } = executionState(tx).database;
      return new Map([...app.instances].map(([path, { definition }]) => [path, this.#inComponent(path, () => diffIndexes(catalog, path, definition.schema))]));
    });
    return value;
  }

  /** What a push's schema would cost: tables to look through, indexes to build. */
  async predictSchema(app: LoadedApp): Promise<Map<ComponentPath, SchemaPrediction>> {
    const { value } = await this.#host.transactions.query(async (tx) =>
      new Map([...app.instances.values()].map((instance) => [instance.path, predictSchema(tx, instance)])));
    return value;
  }

  /** Serves the last pushed app; false when nothing was pushed yet. Call once, at the start. */
  restore(): Promise<boolean> {
    return this.#inTurn(async () => {
      const { value: name } = await this.#host.transactions.query(async (tx) => this.#store.selected(tx));
      if (name === null) return false;
      const deployment = this.#store.read(name);
      await this.#reload(deployment);
      this.#files.removeUnused();
      return true;
    });
  }

  /** Loads the modules again: what their top levels read from the environment may have changed. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#deployment !== null) await this.#reload(this.#deployment);
    });
  }

  /** Pushes do not overlap; one that fails does not keep the next from its turn. */
  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(body).catch((error: unknown) => {
      // Modules are files: of a disk that is full is told in the words of all storage.
      throw withoutRoom(error, this.#options.modulesDir, "push") ?? error;
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #evaluate(push: PushRequest): Promise<EvaluatedPush> {
    const { ports } = this.#host;
    const deployment = { push, timeMs: Math.floor(ports.nowMs()), seed: Buffer.from(ports.randomBytes(32)).toString("hex") };
    const app = await this.#load(deployment);
    // Not where an app is loaded again: one that runs goes on, whatever its crons come to.
    checkCrons(app.instances.values());
    return { deployment, app };
  }

  #load({ push, timeMs, seed }: StoredDeployment): Promise<LoadedApp> {
    const { hooks } = this.#host;
    const env = { variables: hooks.env(), ...hooks.urls() };
    return loadApp(push, { files: this.#files, env, timeMs, seed: Buffer.from(seed, "hex"), limit: limitImports(this.#host) });
  }

  async #reload(deployment: StoredDeployment): Promise<void> {
    const app = await this.#load(deployment);
    const { value: handles } = await this.#host.transactions.mutate(async (tx) => allocateHandles(tx, app.instances));
    this.#swap(deployment, app, handles);
  }

  async #apply({ deployment, app }: EvaluatedPush, dryRun: boolean): Promise<PushResult> {
    this.#checkEnv(app);
    const before = this.#host.app?.loaded ?? null;
    if (dryRun) {
      await this.#prepare(app);
      try {
        return { app, before, ...(await this.#rehearse(app)) };
      } finally {
        await this.#discardPrepared();
      }
    }
    await this.#prepare(app);
    const name = this.#store.save(deployment);
    const { value } = await this.#commit(app, name);
    this.#swap(deployment, app, value.handles);
    this.#store.removeOthers(name);
    return { app, before, indexes: value.indexes, crons: value.crons };
  }

  async #commit(app: LoadedApp, name: string): Promise<{ value: Changes }> {
    try {
      const done = await this.#host.transactions.mutate(async (tx) => {
        const changes = this.#change(tx, app);
        this.#store.select(tx, name, this.#host.ports.nowMs());
        return changes;
      });
      this.#prepared = null;
      return done;
    } catch (error) {
      await this.#discardPrepared();
      throw error;
    }
  }

  /** Prepares the components whose schema changes would keep the executor for long; once for an app. */
  async #prepare(app: LoadedApp): Promise<void> {
    if (this.#prepared?.app === app) return;
    await this.#discardPrepared();
    const { transactions } = this.#host;
    const { value } = await transactions.query(async (tx) => ({
      database: executionState(tx).database,
      long: [...app.instances.values()].filter((instance) => isLong(predictSchema(tx, instance))),
    }));
    if (value.long.length === 0) return;
    const prepared = { app, schemas: new Map<ComponentPath, PreparedSchema>() };
    this.#prepared = prepared;
    try {
      for (const { path, definition: { schema } } of value.long) {
        if (schema !== null) prepared.schemas.set(path, await prepareSchema({ database: value.database, runner: transactions }, path, { schema }));
      }
    } catch (error) {
      const failed = value.long.find(({ path }) => !prepared.schemas.has(path));
      await this.#discardPrepared();
      throw error instanceof UserError && failed !== undefined ? new SchemaError(failed.path, error) : error;
    }
  }

  async #discardPrepared(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = null;
    for (const schema of prepared?.schemas.values() ?? []) await schema.discard();
  }

  async #rehearse(app: LoadedApp): Promise<Changes> {
    try {
      await this.#host.transactions.mutate(async (tx) => {
        throw new Rehearsed(this.#change(tx, app));
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.changes;
      throw error;
    }
    throw new Error("A rehearsal always throws");
  }

  #change(tx: Transaction, app: LoadedApp): Changes {
    const indexes = new Map<ComponentPath, IndexDiff>();
    const prepared = this.#prepared?.app === app ? this.#prepared.schemas : null;
    for (const { path, definition } of app.instances.values()) {
      defineSystemTables(tx, path, SYSTEM_TABLES.filter(({ scope }) => scope === "component" || path === "").map(asDefinition));
      indexes.set(path, this.#inComponent(path, () => prepared?.get(path)?.apply(tx) ?? applySchema(tx, path, definition.schema)));
    }
    const handles = allocateHandles(tx, app.instances);
    const crons = reconcileCrons(tx, app.instances.values(), this.#host.ports.nowMs());
    return { indexes, crons, handles };
  }

  #inComponent<T>(path: ComponentPath, body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new SchemaError(path, error);
    }
  }

  #checkEnv(app: LoadedApp): void {
    const { hooks } = this.#host;
    const envs = componentEnvs(app.definitions, { variables: hooks.env(), ...hooks.urls() });
    const missing = missingEnv(app.instances.values(), envs);
    const ofApp = missing.filter(({ componentPath }) => componentPath === "").map(({ name }) => name);
    if (ofApp.length > 0) {
      throw pushError("MissingEnvironmentVariables", `Environment variables declared as required in convex.config.ts are not set: ${ofApp.join(", ")}. Set them and push again.`);
    }
    const [first] = missing;
    if (first !== undefined) {
      throw pushError("MissingComponentEnvironmentVariable", `Component ${first.componentPath} needs the environment variable ${first.name}; pass it where the component is used: app.use(component, { env: { ${first.name}: … } })`);
    }
    for (const { path, definition } of app.instances.values()) {
      for (const { name, validator } of definition.envVars) {
        const value = envs.get(path)?.[name];
        const problem = value === undefined ? null : checkValue(validator, value, { tableOfNumber: () => null });
        if (problem !== null) throw pushError("InvalidEnvironmentVariable", `Environment variable ${name}${path === "" ? "" : ` of component ${path}`} does not match its validator: ${problem}`);
      }
    }
  }

  #swap(deployment: StoredDeployment, app: LoadedApp, handles: FunctionHandles): void {
    this.#deployment = deployment;
    this.#host.app = { loaded: app, handles };
    this.#options.onApp();
  }
}

/** A system table in the words of the schema layer. */
export function asDefinition({ tableName, indexes }: SystemTable) {
  return { name: tableName, indexes: indexes.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields })) };
}

/** A schema that cannot be taken, with the component it belongs to. */
export class SchemaError extends UserError {
  readonly componentPath: ComponentPath;

  constructor(componentPath: ComponentPath, error: UserError) {
    super(error.code, componentPath === "" ? error.message : `In component ${componentPath}: ${error.message}`, { cause: error });
    this.componentPath = componentPath;
  }
}
