import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { systemPorts, type Ports } from "../../ports.ts";
import { bundleApp } from "../../push/bundle.ts";
import { Deployer, type PushResult } from "../../push/deployer.ts";
import { createScheduler, type Scheduler } from "../../scheduler/scheduler.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { DatabaseRunner } from "../../transaction/runner.ts";
import type { ComponentPath } from "../../transaction/types.ts";
import type { JsonObject, JsonValue } from "../../values/json.ts";
import type { FunctionHooks, FunctionRunnerOptions } from "../hooks.ts";
import { createFunctionRunner, type AppRunner } from "../runner.ts";
import type { CallRequest, FunctionError, Identity, LogEntry, Outcome } from "../types.ts";

/** Source files by their path below a project folder; functions live in `convex/`. */
export type ProjectFiles = Readonly<Record<string, string>>;

type TestLimits = Pick<FunctionRunnerOptions, "actionStallMs" | "importLimitMs">;

/** A real database, runner and scheduler, with an app made of source texts. For tests. */
export class TestApp {
  readonly projectDir: string;
  readonly logs: LogEntry[] = [];
  /** What the functions' host complained of on its own account. */
  readonly troubles: unknown[] = [];
  variables: Readonly<Record<string, string>> = {};
  readonly #dataDir = mkdtempSync(join(tmpdir(), "convex-test-app-"));
  readonly #ports: Ports;
  readonly #limits: TestLimits;
  #database: Database | null = null;
  #parts: { functions: AppRunner; deployer: Deployer; scheduler: Scheduler; transactions: DatabaseRunner } | null = null;

  constructor(ports: Ports = systemPorts, limits: TestLimits = {}) {
    this.#ports = ports;
    this.#limits = limits;
    const root = resolve(import.meta.dirname, "../../../..");
    mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
    // Below node_modules, so that imports of packages resolve.
    this.projectDir = mkdtempSync(join(root, "node_modules/.cache/app-"));
    writeFileSync(join(this.projectDir, "package.json"), '{"name":"test-app","type":"module"}\n');
  }

  get functions(): AppRunner { return this.#open().functions; }
  get deployer(): Deployer { return this.#open().deployer; }
  get transactions(): DatabaseRunner { return this.#open().transactions; }
  get scheduler(): Scheduler { return this.#open().scheduler; }

  write(files: ProjectFiles): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.projectDir, path)), { recursive: true });
      writeFileSync(join(this.projectDir, path), text);
    }
  }

  /** Writes the files, bundles all that is there and pushes it. */
  async push(files: ProjectFiles): Promise<PushResult> {
    this.write(files);
    const { request } = await bundleApp({ functionsDir: join(this.projectDir, "convex"), projectDir: this.projectDir });
    return await this.deployer.push(request);
  }

  async query(path: string, args: JsonObject = {}, call: Partial<CallRequest> = {}): Promise<JsonValue> {
    return mustSucceed((await this.functions.query(this.call(path, args, call))).outcome);
  }

  async mutation(path: string, args: JsonObject = {}, call: Partial<CallRequest> = {}): Promise<JsonValue> {
    return mustSucceed((await this.functions.mutation(this.call(path, args, call))).outcome);
  }

  async action(path: string, args: JsonObject = {}, call: Partial<CallRequest> = {}): Promise<JsonValue> {
    return mustSucceed((await this.functions.action(this.call(path, args, call))).outcome);
  }

  /** The error of a call that must fail. */
  async failure(kind: "query" | "mutation" | "action", path: string, args: JsonObject = {}, call: Partial<CallRequest> = {}): Promise<FunctionError> {
    const { outcome } = await this.functions[kind](this.call(path, args, call));
    if (outcome.ok) throw new Error(`${path} was expected to fail but returned ${JSON.stringify(outcome.value)}`);
    return outcome.error;
  }

  call(path: string, args: JsonObject = {}, call: Partial<CallRequest> = {}): CallRequest {
    const identity: Identity = { kind: "none" };
    return { componentPath: "", path, args, identity, caller: "Test", requestId: "0123456789abcdef", allowInternal: false, ...call };
  }

  /** Rows of a table, read past the functions. */
  async rows(table: string, componentPath: ComponentPath = ""): Promise<JsonObject[]> {
    const { value } = await this.transactions.query(async (tx) => {
      const cursor = tx.query(componentPath, { source: { type: "FullTableScan", tableName: table, order: null }, operators: [] });
      const rows: JsonObject[] = [];
      for (let row = cursor.next(); row !== null; row = cursor.next()) rows.push(row);
      return rows;
    });
    return value;
  }

  /** Ends everything as a stop would; what comes next opens the same data again. */
  async restart(): Promise<void> {
    await this.#shut();
    await this.deployer.restore();
  }

  async close(): Promise<void> {
    await this.#shut();
    rmSync(this.#dataDir, { recursive: true, force: true });
    rmSync(this.projectDir, { recursive: true, force: true });
  }

  async #shut(): Promise<void> {
    if (this.#parts !== null) {
      await this.#parts.scheduler.close();
      await this.#parts.functions.close();
      await this.#parts.transactions.close();
    }
    this.#parts = null;
    this.#database?.close();
    this.#database = null;
  }

  #open() {
    if (this.#parts !== null) return this.#parts;
    this.#database = openDatabase({ dir: join(this.#dataDir, "db"), ports: this.#ports, durability: "fast" });
    const transactions = new DatabaseRunner(this.#database);
    const scheduler = createScheduler({ transactions, ports: this.#ports });
    const hooks: FunctionHooks = {
      scheduler: scheduler.hooks,
      log: (entry) => void this.logs.push(entry),
      onTrouble: (error) => void this.troubles.push(error),
      env: () => this.variables,
      urls: () => ({ cloudUrl: "http://127.0.0.1:3210", siteUrl: "http://127.0.0.1:3211" }),
    };
    const modulesDir = join(this.#dataDir, "modules");
    const functions = createFunctionRunner({ transactions, ports: this.#ports, hooks, modulesDir, ...this.#limits });
    const deployer = new Deployer({ host: functions.host, modulesDir, projectDir: this.projectDir, onApp: () => undefined });
    this.#parts = { functions, deployer, scheduler, transactions };
    return this.#parts;
  }
}

function mustSucceed(outcome: Outcome): JsonValue {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}
