import type { PushRequest } from "../components/types.ts";
import type { LogEntry } from "../functions/types.ts";
import type { PushResult } from "../push/deployer.ts";
import type { PushReport } from "../push/pushReport.ts";
import type { EnvironmentChange } from "../system/environment.ts";

/** A running backend, as commands see it. */
export interface CliBackend {
  readonly url: string;
  readonly siteUrl: string;
  readonly adminKey: string;
  /** False when nothing has ever been pushed, or the last push cannot be loaded. */
  readonly hasFunctions: boolean;
  push(request: PushRequest): Promise<Pick<PushResult, "indexes" | "crons">>;
  setEnv(changes: readonly EnvironmentChange[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface OpenRequest {
  readonly dataDir: string;
  readonly port: number;
  readonly sitePort: number;
  /** `full`: acknowledged survives a power cut. `fast`: only a killed process. */
  readonly durability: "full" | "fast";
  readonly onLog: (entry: LogEntry) => void;
  /** Told of pushes that came over HTTP. */
  readonly onPush: (report: PushReport) => void;
}

/** Where an app's code is. */
export interface AppSource {
  readonly functionsDir: string;
  /** Conditions for package `exports`, beside those that every bundle uses. */
  readonly conditions: readonly string[];
}

/** A bundle to push, or why there is none. */
export type Bundled = { readonly ok: true; readonly push: PushRequest } | { readonly ok: false; readonly error: unknown };

/** What commands do their work with. The program wires the real ones in; tests bring their own. */
export interface CliParts {
  /** Of this package. */
  readonly version: string;
  openBackend(request: OpenRequest): Promise<CliBackend>;
  /** Bundles an app. @throws BundleError with the places in the code. */
  bundle(source: AppSource): Promise<PushRequest>;
  /** Bundles now and after each burst of edits; calls `onBundle` with what came of it, one call at a time. `cacheFile` is for the next start. */
  watch(source: AppSource & { readonly cacheFile: string }, onBundle: (bundled: Bundled) => Promise<void>): { close(): Promise<void> };
  /** The first port from `port` on that is free on this machine's loopback. */
  freePort(port: number): Promise<number>;
  /** The admin key of a data folder, made when it has none. Works while a backend is running on it. */
  adminKey(dataDir: string): Promise<string>;
  /** Deletes what a data folder holds; returns what it left. @throws StorageError when a backend is running on it. */
  deleteData(dataDir: string): Promise<string[]>;
}
