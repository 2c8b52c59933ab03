import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { build, type BuildFailure, type BuildOptions, type Message, type OutputFile, type Plugin } from "esbuild";
import type { ComponentSource, ModuleSource, PushRequest } from "../components/types.ts";
import { findEntryPoints } from "./entryPoints.ts";

export interface BundleOptions {
  /** The app's functions folder, absolute. */
  readonly functionsDir: string;
  /** Conditions for package `exports`, beside `convex` and `module`. */
  readonly conditions?: readonly string[];
}

/** An app ready to be pushed. */
export interface Bundle {
  readonly request: PushRequest;
  /** Every file that went into it, absolute; a change of one makes the bundle stale. */
  readonly inputs: readonly string[];
}

/** Mistakes in the app's code that keep it from being bundled: each with its place. */
export class BundleError extends Error {
  readonly errors: readonly Message[];

  constructor(errors: readonly Message[], cause?: unknown) {
    super(errors.map(printMessage).join("\n"), { cause });
    this.name = "BundleError";
    this.errors = errors;
  }
}

function printMessage({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1} ${text}\n  ${location.lineText}`;
}

/** What pushes say they were bundled for. */
const SERVER_VERSION = "1.48.0";

/**
 * Bundles a functions folder and the components that it uses, as the official CLI does before it pushes.
 *
 * @throws BundleError with every mistake that was found, each with file, line and column.
 * @example const { request } = await bundleApp({ functionsDir: "/app/convex" });
 */
export async function bundleApp(options: BundleOptions): Promise<Bundle> {
  const context: Context = { ...options, inputs: new Set() };
  const definitions = await findDefinitions(context);
  const sources = await Promise.all(definitions.map((definition) => bundleComponent(context, definition)));
  const [app, ...components] = sources;
  if (app === undefined) throw new Error("Invariant: the app is always a definition");
  return { request: { app, components }, inputs: [...context.inputs] };
}

interface Context extends BundleOptions {
  readonly inputs: Set<string>;
}

interface Definition {
  /** `""` for the app, else the path from the app's functions folder to the component's. */
  readonly path: string;
  readonly folder: string;
  readonly module: ModuleSource | null;
  readonly dependencies: readonly string[];
}

const CONFIG_FILE = /^convex\.config\.[cm]?[jt]s$/;

const posix = (path: string): string => path.split(sep).join("/");

function configFileOf(folder: string): string | null {
  return ["convex.config.ts", "convex.config.js"].map((name) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** The app's definition and those of all components it uses, the app first. */
async function findDefinitions(context: Context): Promise<Definition[]> {
  const found = new Map<string, Definition>();
  const pending: { path: string; folder: string; config: string | null }[] = [
    { path: "", folder: context.functionsDir, config: configFileOf(context.functionsDir) },
  ];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { path, folder, config } = next;
    if (found.has(path)) continue;
    const uses: { path: string; config: string }[] = [];
    const module = config === null ? null : await bundleDefinition(context, { config, folder, uses });
    found.set(path, { path, folder, module, dependencies: uses.map((use) => use.path) });
    for (const use of uses) pending.push({ path: use.path, folder: dirname(use.config), config: use.config });
  }
  return [...found.values()];
}

async function bundleDefinition(
  context: Context,
  { config, folder, uses }: { config: string; folder: string; uses: { path: string; config: string }[] },
): Promise<ModuleSource> {
  const [module] = await run(context, {
    folder,
    environment: "isolate",
    build: { entryPoints: [config], plugins: [definitionImports(context, config, uses)], splitting: false },
  });
  if (module === undefined) throw new Error(`Invariant: ${config} bundles to a module`);
  return { ...module, path: "convex.config.js" };
}

/** An import of a component's definition stays an import: the host provides the module that stands for it. */
function definitionImports(context: Context, config: string, uses: { path: string; config: string }[]): Plugin {
  return {
    name: "component-definitions",
    setup(builder) {
      builder.onResolve({ filter: /.*convex\.config(?:\.[cm]?[jt]s)?$/ }, async (args) => {
        if (args.kind === "entry-point" || args.pluginData === "inside") return null;
        const resolved = await builder.resolve(args.path, { kind: args.kind, importer: args.importer, resolveDir: args.resolveDir, pluginData: "inside" });
        if (resolved.errors.length > 0 || resolved.path === config || !CONFIG_FILE.test(basename(resolved.path))) return resolved;
        const path = posix(relative(context.functionsDir, dirname(resolved.path)));
        if (!uses.some((use) => use.path === path)) uses.push({ path, config: resolved.path });
        context.inputs.add(resolved.path);
        return { path: `./_componentDeps/${Buffer.from(path).toString("base64url")}`, external: true };
      });
    },
  };
}

async function bundleComponent(context: Context, definition: Definition): Promise<ComponentSource> {
  const { path, folder, module, dependencies } = definition;
  const { isolate, node } = findEntryPoints(folder);
  const authConfig = path === "" ? ["auth.config.ts", "auth.config.js"].map((name) => join(folder, name)).filter((file) => existsSync(file)) : [];
  const [schema, functions, nodeFunctions] = await Promise.all([
    bundleSchema(context, folder),
    run(context, { folder, environment: "isolate", build: { entryPoints: [...isolate, ...authConfig], splitting: true, chunkNames: "_deps/[hash]" } }),
    run(context, { folder, environment: "node", build: { entryPoints: [...node], splitting: true, chunkNames: "_deps/node/[hash]" } }),
  ]);
  return { definitionPath: path, definition: module, dependencies, schema, functions: [...functions, ...nodeFunctions], udfServerVersion: SERVER_VERSION };
}

async function bundleSchema(context: Context, folder: string): Promise<ModuleSource | null> {
  const file = ["schema.ts", "schema.js"].map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) return null;
  const [module] = await run(context, { folder, environment: "isolate", build: { entryPoints: [file], splitting: false } });
  return module ?? null;
}

interface Run {
  readonly folder: string;
  readonly environment: ModuleSource["environment"];
  readonly build: Pick<BuildOptions, "plugins" | "splitting" | "chunkNames"> & { readonly entryPoints: readonly string[] };
}

/** `node:async_hooks` is the one module of Node that Convex's default runtime has; it is the global's two classes. */
const asyncHooks: Plugin = {
  name: "async-hooks",
  setup(builder) {
    builder.onResolve({ filter: /^(?:node:)?async_hooks$/ }, ({ path }) => ({ path, namespace: "async-hooks" }));
    builder.onLoad({ filter: /.*/, namespace: "async-hooks" }, () => ({
      contents:
        "export const AsyncLocalStorage = globalThis.AsyncLocalStorage; export const AsyncResource = globalThis.AsyncResource;" +
        " export default { AsyncLocalStorage, AsyncResource };",
    }));
  },
};

async function run(context: Context, { folder, environment, build: options }: Run): Promise<ModuleSource[]> {
  if (options.entryPoints.length === 0) return [];
  const isNode = environment === "node";
  try {
    const result = await build({
      ...options,
      entryPoints: [...options.entryPoints],
      absWorkingDir: folder,
      bundle: true,
      platform: isNode ? "node" : "browser",
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      outdir: folder,
      outbase: folder,
      write: false,
      conditions: ["convex", "module", ...(context.conditions ?? [])],
      plugins: [...(isNode ? [] : [asyncHooks]), ...(options.plugins ?? [])],
      // CommonJS packages call `require` for Node's own modules, which an ES module does not have.
      ...(isNode ? { banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' } } : {}),
      sourcemap: "external",
      sourcesContent: false,
      treeShaking: true,
      minifySyntax: true,
      keepNames: true,
      define: { "process.env.NODE_ENV": '"production"' },
      metafile: true,
      logLevel: "silent",
    });
    for (const input of Object.keys(result.metafile.inputs)) if (!input.includes(":")) context.inputs.add(resolve(folder, input));
    return toModules(result.outputFiles, { folder, environment });
  } catch (error) {
    if (isBuildFailure(error)) throw new BundleError(error.errors.map((message) => withAbsoluteFile(message, folder)), error);
    throw error;
  }
}

function toModules(files: readonly OutputFile[], { folder, environment }: Pick<Run, "folder" | "environment">): ModuleSource[] {
  const maps = new Map(files.filter((file) => file.path.endsWith(".map")).map((file) => [file.path.slice(0, -".map".length), file.text]));
  return files
    .filter((file) => !file.path.endsWith(".map"))
    .map(({ path, text }) => {
      const sourceMap = maps.get(path);
      return { path: posix(relative(folder, path)), source: text, environment, ...(sourceMap === undefined ? {} : { sourceMap }) };
    });
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function withAbsoluteFile(message: Message, folder: string): Message {
  const { location } = message;
  return location === null ? message : { ...message, location: { ...location, file: resolve(folder, location.file) } };
}
