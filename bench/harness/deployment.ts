import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp, openBackend, type Backend, type Bundle, type LogEntry } from "convex-embedded";
import { VirtualTime } from "./clock.ts";
import { Meter } from "./meter.ts";
import { weighed } from "./weighed.ts";

/** What is compared. */
export type Side = "ours" | "peer";

const bundles = new Map<Side, Promise<Bundle>>();

/** Made before the clock stops: a bundler is a process of its own. */
function bundleOf(side: Side): Promise<Bundle> {
  const functionsDir = join(import.meta.dirname, side, "convex");
  const bundle = bundles.get(side) ?? bundleApp({ functionsDir, conditions: ["@convex-dev/component-source"] });
  bundles.set(side, bundle);
  return bundle;
}

/** Costs are counted, and a busy machine must not change them: no code is cut off for taking long. */
const PATIENCE = 60;

/** A fresh deployment of one side's app, on virtual time. */
export class Deployment {
  readonly side: Side;
  readonly time: VirtualTime;
  readonly meter = new Meter();
  readonly backend: Backend;

  private constructor(parts: { side: Side; time: VirtualTime; backend: Backend }) {
    this.side = parts.side;
    this.time = parts.time;
    this.backend = parts.backend;
  }

  /** Runs `measure` on a fresh deployment. */
  static async use<Result>(side: Side, measure: (deployment: Deployment) => Promise<Result>): Promise<Result> {
    const { request } = await bundleOf(side);
    const dataDir = mkdtempSync(join(tmpdir(), "convex-agent-bench-"));
    const time = VirtualTime.begin();
    const listener: { onLog: (entry: LogEntry) => void } = { onLog: () => undefined };
    const opening = openBackend({ dataDir, port: 0, sitePort: 0, durability: "fast", patience: PATIENCE, ports: time.ports, onLog: (entry) => listener.onLog(entry) });
    const deployment = new Deployment({ side, time, backend: await opening });
    listener.onLog = (entry) => {
      time.note();
      deployment.meter.add(entry);
    };
    try {
      await deployment.backend.push(weighed(request));
      return await measure(deployment);
    } finally {
      // To close is to wait for sockets and the disk: for that, time is real again.
      time.end();
      await deployment.backend.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }

  /** Calls a function of the app as a client would, and lets the time pass that it takes. */
  async call<Result>(kind: "query" | "mutation" | "action", path: string, args: Record<string, unknown>): Promise<Result> {
    return this.time.run(this.start<Result>(kind, { path, args }));
  }

  /** The same, without waiting; `componentPath` names a component whose function is meant. */
  async start<Result>(kind: "query" | "mutation" | "action", { path, args, componentPath = "" }: FunctionCall): Promise<Result> {
    const { outcome } = await this.backend.functions[kind]({
      componentPath,
      path,
      // Arguments of the bench are plain JSON.
      args: args as never,
      identity: { kind: "none" },
      caller: "SyncWebsocket",
      requestId: "0000000000000000",
      allowInternal: componentPath !== "",
    });
    if (!outcome.ok) throw new Error(`${this.side} ${path}: ${outcome.error.message}`);
    // What the app's own function returns.
    return outcome.value as Result;
  }

  /** Posts to the app's HTTP actions and reads the whole response. */
  async post(path: string, body: object): Promise<string> {
    const request = new Request(`http://127.0.0.1${path}`, { method: "POST", body: JSON.stringify(body) });
    const caller = { requestId: "0000000000000000", ip: null };
    const response = await this.backend.functions.httpAction(request, { kind: "none" }, caller);
    if (!response.ok) throw new Error(`${this.side} ${path}: ${response.status} ${await response.text()}`);
    return await response.text();
  }
}

export interface FunctionCall {
  readonly path: string;
  readonly args: Record<string, unknown>;
  readonly componentPath?: string;
}
