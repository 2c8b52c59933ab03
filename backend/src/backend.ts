import { join } from "node:path";
import { createAuthenticator } from "./auth/authenticator.ts";
import type { PushRequest } from "./components/types.ts";
import { openFileStorage } from "./files/fileStorage.ts";
import { createFunctionRunner, type AppRunner } from "./functions/runner.ts";
import type { LogEntry } from "./functions/types.ts";
import { startHttpServer } from "./http/server.ts";
import { systemPorts, type Ports } from "./ports.ts";
import { deployRoutes } from "./push/deploy2.ts";
import { asDefinition, Deployer, type PushResult } from "./push/deployer.ts";
import type { PushReport } from "./push/pushReport.ts";
import { createScheduler } from "./scheduler/scheduler.ts";
import { defineSystemTables } from "./schema/applySchema.ts";
import { SYSTEM_TABLES } from "./schema/systemTables.ts";
import { openDatabase, type Durability } from "./storage/database.ts";
import { StorageError } from "./storage/sqlite.ts";
import { sharedCall, withQueryCache } from "./subscriptions/cachedCalls.ts";
import { QueryCache } from "./subscriptions/queryCache.ts";
import type { Connection } from "./sync/session.ts";
import { createSyncServer, type AttachedClient, type SyncServer } from "./sync/syncServer.ts";
import { INSTANCE_NAME, loadDeploymentKeys } from "./system/deploymentKeys.ts";
import { openEnvironmentCache } from "./system/environmentCache.ts";
import { changeEnvironment, type EnvironmentChange } from "./system/environment.ts";
import { FunctionLog } from "./system/functionLog.ts";
import { withSystemQueries } from "./system/systemRunner.ts";
import { UsageMeter, type FunctionUsage } from "./system/usage.ts";
import { ModuleFiles } from "./functions/moduleFiles.ts";
import { inlineQueries } from "./push/inlineQuery.ts";
import { openTransfer } from "./transfer/transfer.ts";
import { DatabaseRunner } from "./transaction/runner.ts";

export interface BackendOptions {
  /** Folder of the data; made when missing. One process at a time may use it. */
  readonly dataDir: string;
  /** Port of the API; 0: any free one. @default 3210 */
  readonly port?: number;
  /** Port of HTTP actions; 0: any free one. @default 3211 */
  readonly sitePort?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** `full`: what was acknowledged survives a power cut. `fast`: the death of the process. @default "full" */
  readonly durability?: Durability;
  /** Where packages are looked for that a `"use node"` module left out of its bundle. @default the working directory */
  readonly projectDir?: string;
  readonly ports?: Ports;
  /**
   * How many times longer than on Convex code may run without a break: where what it does is measured, on a machine that
   * is busy, and not how long it takes. @default 1
   */
  readonly patience?: number;
  /** Called for each entry of the function log. */
  readonly onLog?: (entry: LogEntry) => void;
  /** Called for each push over HTTP, also one that is refused; not for {@link Backend.push}, whose caller knows. */
  readonly onPush?: (report: PushReport) => void;
  /** Told of trouble of the backend's own or of the machine's. @default printed to standard error */
  readonly onTrouble?: (error: unknown) => void;
}

/** A running backend. */
export interface Backend {
  /** `http://127.0.0.1:3210`: what clients and the CLI are given. */
  readonly url: string;
  readonly siteUrl: string;
  readonly adminKey: string;
  /** For calls in process, without a socket. */
  readonly functions: AppRunner;
  /**
   * What each function has done since the backend was opened, to the last call. Counts are Convex's: documents and
   * bytes with their index keys, index ranges and gets, calls on a bill apart from nested ones. Single calls come in
   * {@link BackendOptions.onLog}; totals over restarts in the admin query `_system/usage:functions`.
   *
   * @example const calls = backend.usage().reduce((sum, { calls }) => sum + calls, 0);
   */
  usage(): FunctionUsage[];
  /** Serves a client of the sync protocol that is in this process, over a connection that is no socket. */
  connect(connection: Connection): AttachedClient;
  /** Makes an app the one that runs. @throws UserError for what the developer must mend; the old app goes on. */
  push(request: PushRequest): Promise<PushResult>;
  /** Sets environment variables of the deployment; null removes one. */
  setEnv(changes: readonly EnvironmentChange[]): Promise<void>;
  /** Ends connections, finishes what runs, flushes. */
  close(): Promise<void>;
}

/** The version that `GET /version` tells; the client package's whose protocol is spoken. */
const VERSION = "1.48.0";

/**
 * Opens a Convex-compatible backend on a data folder. The app of the last push runs again at once; when it cannot be
 * loaded any more, `onTrouble` is told and the backend waits for a push.
 *
 * @throws StorageError when the folder is in use, damaged or of a newer version, and Node's error for a busy port.
 * @example
 * const backend = await openBackend({ dataDir: ".convex-data" });
 * await backend.push((await bundleApp({ functionsDir: "convex" })).request);
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const opening = new Opening();
  try {
    return await open(options, opening);
  } catch (error) {
    await opening.undo();
    throw error;
  }
}

/** What has been opened so far, to be closed in the opposite order. */
class Opening {
  readonly #closers: (() => Promise<void> | void)[] = [];

  onClose(closer: () => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  /** Closes all, also what comes after one that cannot be closed. @throws the first failure */
  async undo(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

async function open(options: BackendOptions, opening: Opening): Promise<Backend> {
  const { dataDir, ports = systemPorts, onLog, onTrouble = printTrouble } = options;
  const database = openDatabase({ dir: dataDir, durability: options.durability ?? "full", ports });
  opening.onClose(() => database.close());
  const keys = loadDeploymentKeys(dataDir, ports);
  const transactions = new DatabaseRunner(database);
  opening.onClose(() => transactions.close());
  await transactions.mutate(async (tx) => defineSystemTables(tx, "", SYSTEM_TABLES.map(asDefinition)));

  const log = new FunctionLog({ ports });
  const usage = new UsageMeter({ transactions, ports, onTrouble });
  opening.onClose(() => usage.close());
  const urls = { cloudUrl: "", siteUrl: "" };
  const files = await openFileStorage({ transactions, ports, folder: join(dataDir, "files"), secret: keys.uploadSecret, cloudUrl: () => urls.cloudUrl, onTrouble });
  opening.onClose(() => files.close());
  const reloading: { reload: () => void } = { reload: () => undefined };
  const environment = await openEnvironmentCache(transactions, () => reloading.reload());
  opening.onClose(() => environment.close());
  const scheduler = createScheduler({ transactions, ports, onTrouble });
  opening.onClose(() => scheduler.close());
  const logged = (entry: LogEntry): void => {
    log.append(entry);
    usage.add(entry);
    onLog?.(entry);
  };
  const hooks = {
    scheduler: scheduler.hooks,
    files: files.hooks,
    env: () => environment.current(),
    urls: () => urls,
    log: logged,
    onTrouble,
  };
  const functions = createFunctionRunner({ transactions, ports, hooks, modulesDir: join(dataDir, "modules"), patience: options.patience ?? 1 });
  opening.onClose(() => functions.close());
  const callable = withSystemQueries(functions, { transactions, context: { app: () => functions.host.app?.loaded ?? null, urls: () => urls } });
  const cache = new QueryCache({ functions: callable, transactions, ports, onShared: (request, run) => logged(sharedCall(request, run, ports)) });
  opening.onClose(() => cache.close());
  const start = (): true => {
    scheduler.start(callable).catch(onTrouble);
    return true;
  };
  let isStarted = false;
  const deployer = new Deployer({
    host: functions.host,
    modulesDir: join(dataDir, "modules"),
    projectDir: options.projectDir ?? process.cwd(),
    onApp() {
      cache.invalidateAll();
      // Only when there is an app can what is due be run: a job whose function is missing fails for good.
      isStarted ||= start();
    },
  });
  reloading.reload = () => void deployer.reload().catch(onTrouble);

  const authenticator = createAuthenticator({ adminKey: keys.adminKey, providers: () => functions.host.app?.loaded.authProviders ?? [], ports });
  const transfer = await openTransfer({ transactions, files: files.transfer, ports, folder: join(dataDir, "transfer"), onReplaced: () => cache.invalidateAll(), onTrouble });
  opening.onClose(() => transfer.close());
  const sync: SyncServer = createSyncServer({ functions: callable, transactions, cache, authenticate: (token) => authenticator.fromToken(token), ports, onTrouble });
  const http = await startHttpServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 3210,
    sitePort: options.sitePort ?? 3211,
    instanceName: INSTANCE_NAME,
    version: VERSION,
    functions: withQueryCache(callable, cache),
    transactions,
    handlers: {
      admin: { ...deployRoutes(deployer, { onPush: options.onPush ?? (() => undefined), ports }), ...transfer.routes },
      files: files.http,
      readLogs: async (cursor, signal) => ({ ...(await log.read(cursor, { signal })) }),
      runTestFunction: inlineQueries(functions.host, new ModuleFiles(join(dataDir, "modules"))),
      updateEnvironmentVariables: async (changes) => void (await transactions.mutate(async (tx) => changeEnvironment(tx, changes))),
    },
    authenticate: (authorization) => authenticator.fromHeader(authorization),
    onUpgrade: (request, socket, head) => sync.upgrade(request, socket, head),
    ports,
    onTrouble,
  });
  opening.onClose(async () => {
    await sync.close();
    await http.close();
  });
  urls.cloudUrl = http.url;
  urls.siteUrl = http.siteUrl;
  try {
    await deployer.restore();
  } catch (error) {
    // A backend without functions can still take a push, which mends it; one that does not open cannot.
    onTrouble(new Error(`The functions that were pushed last cannot be loaded; push them again. ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
  }
  http.open();
  return {
    url: http.url,
    siteUrl: http.siteUrl,
    adminKey: keys.adminKey,
    functions,
    usage: () => usage.current(),
    connect: (connection) => sync.attach(connection),
    push: (request) => deployer.push(request),
    setEnv: async (changes) => void (await transactions.mutate(async (tx) => changeEnvironment(tx, changes))),
    close: () => opening.undo(),
  };
}

function printTrouble(error: unknown): void {
  // The disk's trouble is told by its words; where in the code it was met tells nobody more.
  const text = error instanceof StorageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
}
