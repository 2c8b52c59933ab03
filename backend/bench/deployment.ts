import { join } from "node:path";
import { bundleApp, openBackend, type Backend, type BackendOptions, type Bundle, type LogEntry } from "../src/index.ts";
import type { JsonObject, JsonValue } from "../src/values/json.ts";
import type { CallRequest } from "../src/functions/types.ts";

let bundle: Promise<Bundle> | null = null;

/** Opens a backend with the bench's app. */
export async function openApp(options: Pick<BackendOptions, "dataDir" | "durability" | "onLog">): Promise<Backend> {
  bundle ??= bundleApp({ functionsDir: join(import.meta.dirname, "app/convex") });
  const backend = await openBackend({ port: 0, sitePort: 0, ...options });
  await backend.push((await bundle).request);
  return backend;
}

/** Runs `work` with a backend of its own. */
export async function withApp<Result>(options: Parameters<typeof openApp>[0], work: (backend: Backend) => Promise<Result>): Promise<Result> {
  const backend = await openApp(options);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}

/** Calls a function as a client would, without a socket. */
export async function call(backend: Backend, kind: "query" | "mutation" | "action", { path, args }: { path: string; args: JsonObject }): Promise<JsonValue> {
  const request: CallRequest = { componentPath: "", path, args, identity: { kind: "none" }, caller: "Test", requestId: "0000000000000000", allowInternal: false };
  const { outcome } = await backend.functions[kind](request);
  if (!outcome.ok) throw new Error(`${path}: ${outcome.error.message}`);
  return outcome.value;
}

export const send = (backend: Backend, channel: string): Promise<JsonValue> => call(backend, "mutation", { path: "messages:send", args: { channel, body: BODY } });

/** What every message says. */
export const BODY = "The quick brown fox jumps over the lazy dog, and then it does so once more.";

/** Runs of queries that were no repeats of a cached result. */
export const isRun = (entry: LogEntry): boolean => entry.kind === "Completion" && entry.udfType === "Query" && !entry.cachedResult;
