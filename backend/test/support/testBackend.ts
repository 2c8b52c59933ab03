import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { bundleApp, openBackend, type Backend, type Bundle, type LogEntry, type Ports, type PushReport } from "../../src/index.ts";

export interface TestBackendOptions {
  /** The fixture's functions folder; null: what the data folder has. */
  readonly functionsDir: string | null;
  readonly ports?: Ports;
}

/** Bundles are made once per test file. */
const bundles = new Map<string, Promise<Bundle>>();

function bundleOf(functionsDir: string): Promise<Bundle> {
  const bundle = bundles.get(functionsDir) ?? bundleApp({ functionsDir });
  bundles.set(functionsDir, bundle);
  return bundle;
}

/** A backend on a folder of its own, with everything a test has to tidy up. */
export class TestBackend {
  readonly dataDir = mkdtempSync(join(tmpdir(), "convex-embedded-test-"));
  /** Calls that failed, in order. */
  readonly failures: LogEntry[] = [];
  /** What the backend complained of on its own account. */
  readonly troubles: unknown[] = [];
  /** What came of pushes over HTTP. */
  readonly pushes: PushReport[] = [];
  readonly #clients: ConvexClient[] = [];
  readonly #ports: Ports | undefined;
  #backend: Backend | null = null;

  private constructor(ports: Ports | undefined) {
    this.#ports = ports;
  }

  static async open({ functionsDir, ports }: TestBackendOptions): Promise<TestBackend> {
    const test = new TestBackend(ports);
    await test.start();
    if (functionsDir !== null) await test.running.push((await bundleOf(functionsDir)).request);
    return test;
  }

  get running(): Backend {
    if (this.#backend === null) throw new Error("The backend is not running");
    return this.#backend;
  }

  get http(): ConvexHttpClient {
    return new ConvexHttpClient(this.running.url, { logger: false });
  }

  /** A client with a socket of its own, closed with the backend. */
  connect(): ConvexClient {
    const client = new ConvexClient(this.running.url, { logger: false, unsavedChangesWarning: false });
    this.#clients.push(client);
    return client;
  }

  /** Opens the folder, as a new process would; `port` keeps the address of the last time. */
  async start(port = 0): Promise<void> {
    this.#backend = await openBackend({
      dataDir: this.dataDir,
      port,
      sitePort: 0,
      durability: "fast",
      ports: this.#ports,
      onTrouble: (error) => this.troubles.push(error),
      onPush: (report) => this.pushes.push(report),
      onLog: (entry) => {
        if (entry.error !== null) this.failures.push(entry);
      },
    });
  }

  /** Closes the backend; clients stay and try to reconnect. */
  async stop(): Promise<void> {
    const backend = this.#backend;
    this.#backend = null;
    await backend?.close();
  }

  async restart(): Promise<void> {
    const { port } = new URL(this.running.url);
    await this.stop();
    await this.start(Number(port));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
