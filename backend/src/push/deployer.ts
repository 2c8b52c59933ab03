import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allocateHandles } from "../components/handles.ts";
import { loadApp, type LoadedApp } from "../components/load.ts";
import type { PushRequest } from "../components/types.ts";
import { componentEnvs, missingEnv, type DeploymentEnv } from "../components/env.ts";
import { pushError } from "../components/pushError.ts";
import { ModuleFiles, sha256 } from "../functions/moduleFiles.ts";
import type { RuntimeHost } from "../functions/runtimeHost.ts";
import { reconcileCrons, type CronDiff } from "../scheduler/crons.ts";
import { applySchema, defineSystemTables } from "../schema/applySchema.ts";
import type { IndexDiff } from "../schema/indexDiff.ts";
import { SYSTEM_TABLES } from "../schema/systemTables.ts";
import { readRows, stringField } from "../system/rows.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";

/** What a push changed. */
export interface PushResult {
  readonly app: LoadedApp;
  readonly indexes: ReadonlyMap<ComponentPath, IndexDiff>;
  readonly crons: ReadonlyMap<ComponentPath, CronDiff>;
}

export interface DeployerOptions {
  readonly host: RuntimeHost;
  /** Folder of the loaded modules and of the last push. */
  readonly modulesDir: string;
  /** Packages that a `"use node"` module left out of its bundle are looked for here. */
  readonly projectDir: string;
  /** Called when another app runs, or the same one in another environment. */
  readonly onApp: () => void;
}

const DEPLOYMENTS = "_deployments";

/** Puts apps into service: one push at a time, each as a whole or not at all. */
export class Deployer {
  readonly #options: DeployerOptions;
  readonly #files: ModuleFiles;
  #request: PushRequest | null = null;
  #inOrder: Promise<unknown> = Promise.resolve();

  constructor(options: DeployerOptions) {
    this.#options = options;
    this.#files = new ModuleFiles(options.modulesDir);
    this.#files.linkPackages(options.projectDir);
  }

  /**
   * Evaluates a push and makes it the app that runs. While it is being evaluated, and when it fails, the old one runs.
   *
   * @throws UserError for anything the developer must mend.
   */
  async push(request: PushRequest): Promise<PushResult> {
    return await this.#oneAtATime(() => this.#deploy(request, { isNew: true }));
  }

  /** Brings back the app of the last push; false when there was none. */
  async restore(): Promise<boolean> {
    return await this.#oneAtATime(async () => {
      const { value: name } = await this.#options.host.transactions.query(async (tx) => deployedName(tx));
      if (name === null) return false;
      // Written by #store from a PushRequest.
      const request = JSON.parse(readFileSync(this.#pushFile(name), "utf8")) as PushRequest;
      await this.#deploy(request, { isNew: false });
      return true;
    });
  }

  /** Loads the app again, so that its modules see the environment as it is now. */
  async reload(): Promise<void> {
    await this.#oneAtATime(async () => {
      if (this.#request !== null) await this.#deploy(this.#request, { isNew: false });
    });
  }

  async #oneAtATime<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#inOrder.then(body);
    // The next waits for this one to end, well or not; whoever asked for it gets its error.
    this.#inOrder = result.catch(() => undefined);
    return await result;
  }

  async #deploy(request: PushRequest, { isNew }: { isNew: boolean }): Promise<PushResult> {
    const { host, onApp } = this.#options;
    const env: DeploymentEnv = { variables: host.hooks.env(), ...host.hooks.urls() };
    const app = await loadApp(request, {
      files: this.#files,
      env,
      timeMs: host.ports.nowMs(),
      seed: host.ports.randomBytes(32),
    });
    refuseMissingEnv(app, env);
    const name = isNew ? this.#store(request) : null;
    const { value } = await host.transactions.mutate(async (tx) => applyApp(tx, app, { name, nowMs: host.ports.nowMs() }));
    host.app = { loaded: app, handles: value.handles };
    this.#request = request;
    if (name !== null) this.#removeOthers(name);
    onApp();
    return { app, indexes: value.indexes, crons: value.crons };
  }

  #pushFile(name: string): string {
    return join(this.#options.modulesDir, "pushes", `${name}.json`);
  }

  /** Writes the push to disk before the database names it. */
  #store(request: PushRequest): string {
    const text = JSON.stringify(request);
    const name = sha256(text);
    const file = this.#pushFile(name);
    if (existsSync(file)) return name;
    mkdirSync(join(this.#options.modulesDir, "pushes"), { recursive: true });
    const draft = `${file}.${process.pid}.new`;
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, file);
    return name;
  }

  #removeOthers(name: string): void {
    const folder = join(this.#options.modulesDir, "pushes");
    for (const file of readdirSync(folder)) if (file !== `${name}.json`) rmSync(join(folder, file), { force: true });
  }
}

function refuseMissingEnv(app: LoadedApp, env: DeploymentEnv): void {
  const missing = missingEnv(app.instances.values(), componentEnvs(app.definitions, env)).map(({ name }) => name);
  if (missing.length === 0) return;
  throw pushError("MissingEnvironmentVariables", `The following required environment variables are not set: ${missing.join(", ")}. Set them with \`npx convex env set\`.`);
}

/** All that a push changes in the database, in one transaction. */
function applyApp(tx: Transaction, app: LoadedApp, { name, nowMs }: { name: string | null; nowMs: number }) {
  const indexes = new Map<ComponentPath, IndexDiff>();
  for (const [path, { definition }] of app.instances) {
    const scope = SYSTEM_TABLES.filter((table) => table.scope === "component");
    defineSystemTables(tx, path, scope.map(asDefinition));
    indexes.set(path, applySchema(tx, path, definition.schema));
  }
  const crons = reconcileCrons(tx, app.instances.values(), nowMs);
  const handles = allocateHandles(tx, app.instances);
  if (name !== null && deployedName(tx) !== name) {
    for (const row of deployments(tx)) tx.remove("", stringField(row, "_id"));
    tx.insert("", DEPLOYMENTS, { name });
  }
  return { indexes, crons, handles };
}

/** A system table in the words of the schema layer. */
export function asDefinition({ tableName, indexes }: (typeof SYSTEM_TABLES)[number]) {
  return { name: tableName, indexes: indexes.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields })) };
}

const deployments = (tx: Transaction) => readRows(tx, { componentPath: "", index: `${DEPLOYMENTS}.by_creation_time`, bounds: [] });

function deployedName(tx: Transaction): string | null {
  const [row] = deployments(tx);
  return row === undefined ? null : stringField(row, "name");
}
