import { build, type Plugin } from "esbuild";
import { pushError } from "../components/pushError.ts";
import type { AnalyzedFunction, ModuleSource } from "../components/types.ts";
import type { RunningApp } from "../functions/app.ts";
import { LogBuffer } from "../functions/logs.ts";
import type { ModuleFiles } from "../functions/moduleFiles.ts";
import { limitImports } from "../functions/importLimit.ts";
import { InstanceModules } from "../functions/moduleLoader.ts";
import type { RuntimeHost } from "../functions/runtimeHost.ts";
import { describeThrown } from "../functions/thrown.ts";
import { runQuery } from "../functions/transactions.ts";
import type { RunTestFunction } from "../http/handlers.ts";
import { UserError } from "../errors.ts";

const MODULE = "testQuery.js";
const FUNCTION: AnalyzedFunction = { name: "default", kind: "Query", isPublic: true, args: { type: "any" }, returns: null };

/** The module that inline queries import their `query` from, and the packages they may use. */
const wrappers: Plugin = {
  name: "repl-wrappers",
  setup(builder) {
    builder.onResolve({ filter: /^convex:/ }, ({ path }) => ({ path, namespace: "convex" }));
    builder.onLoad({ filter: /.*/, namespace: "convex" }, () => ({
      contents: 'export { queryGeneric as query, internalQueryGeneric as internalQuery } from "convex/server";',
      resolveDir: import.meta.dirname,
      loader: "js",
    }));
  },
};

/** Runs queries whose source comes with the call (`convex run --inline-query`) beside the app's own functions. */
export function inlineQueries(host: RuntimeHost, files: ModuleFiles): RunTestFunction {
  return async ({ source, args, componentId, identity, requestId }) => {
    const logs = new LogBuffer(() => host.ports.nowMs());
    try {
      const app = mustHaveApp(host);
      const found = await load({ host, files, app }, source, componentId ?? "");
      const call = { componentPath: found.instance.path, path: "testQuery", args, identity, caller: "Cli" as const, requestId, allowInternal: true };
      const { outcome } = await runQuery({ host, app, call, found, logs }, null);
      return { outcome, logLines: logs.texts() };
    } catch (error) {
      return { outcome: { ok: false, error: describeThrown(error) }, logLines: logs.texts() };
    }
  };
}

function mustHaveApp({ app }: RuntimeHost): RunningApp {
  if (app === null) throw new UserError("NoAppDeployed", "No functions are deployed yet; push an app before you query it.");
  return app;
}

async function load({ host, files, app }: { host: RuntimeHost; files: ModuleFiles; app: RunningApp }, source: string, componentPath: string) {
  const instance = app.loaded.instances.get(componentPath);
  if (instance === undefined) throw new UserError("ComponentNotFound", `There is no component "${componentPath}"`);
  const laidOut = await files.layOut([{ path: MODULE, ...await bundle(source), environment: "isolate" }], `inline:${componentPath}`);
  const phase = { env: host.envOf(componentPath), timeMs: Math.floor(host.ports.nowMs()), seed: host.ports.randomBytes(32), limit: limitImports(host) };
  const modules = new InstanceModules(laidOut, phase);
  const { default: query } = await modules.import(MODULE);
  if (typeof query !== "function" || !("isQuery" in query)) {
    throw pushError("InvalidInlineQuery", "An inline query's source must have a query as its default export: export default query({ handler: async (ctx) => … })");
  }
  return { instance: { ...instance, modules }, path: { module: MODULE, name: FUNCTION.name }, analyzed: FUNCTION };
}

async function bundle(source: string): Promise<Pick<ModuleSource, "source" | "sourceMap">> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: import.meta.dirname, sourcefile: "testQuery.ts", loader: "ts" },
      bundle: true, format: "esm", target: "esnext", conditions: ["convex", "module"], plugins: [wrappers], write: false, logLevel: "silent",
      sourcemap: "external", sourcesContent: false, outdir: import.meta.dirname,
    });
    const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
    return { source: textOf(".js"), sourceMap: textOf(".map") };
  } catch (error) {
    throw pushError("InvalidInlineQuery", error instanceof Error ? error.message : String(error));
  }
}
