import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { build, type BuildOptions, type BuildResult, type Message, type Metafile, type Plugin } from "esbuild";
import type { ComponentSource, ModuleSource, PushRequest } from "../components/types.ts";
import { findEntryPoints } from "./entryPoints.ts";
import { asyncHooksShim, componentImports, serverOnlyStub, wasmModules } from "./plugins.ts";

export interface BundleOptions {
  /** The app's functions folder. */
  readonly functionsDir: string;
  /** Folder that file names in stack frames are relative to. Default: the nearest above with a package.json. */
  readonly projectDir?: string;
  /** Conditions for package `exports`, beside `convex` and `module`. */
  readonly conditions?: readonly string[];
}

/** An app ready to be pushed. */
export interface Bundle {
  readonly request: PushRequest;
  /** Every file that went into it, absolute; a change of one makes the bundle stale. */
  readonly inputs: readonly string[];
}

/** A mistake in the app's code. `location.file` is absolute, its `line` counts from 1 and its `column` from 0. */
export type BundleMessage = Pick<Message, "text"> & {
  readonly location: { readonly file: string; readonly line: number; readonly column: number; readonly lineText: string } | null;
};

/** Mistakes in the app's code that keep it from being bundled: all that were found, each with its place. */
export class BundleError extends Error {
  readonly errors: readonly BundleMessage[];

  constructor(errors: readonly BundleMessage[], cause?: unknown) {
    super(errors.map(printMessage).join("\n"), cause === undefined ? undefined : { cause });
    this.name = "BundleError";
    this.errors = errors;
  }
}

function printMessage({ text, location }: BundleMessage): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1} ${text}\n  ${location.lineText}`;
}

const UDF_SERVER_VERSION = "1.48.0";

interface Job {
  readonly functionsDir: string;
  readonly projectDir: string;
  readonly conditions: readonly string[];
  readonly externalPackages: readonly string[];
  readonly inputs: Set<string>;
}

/**
 * Bundles a functions folder and the components that it uses, as the official CLI does before it pushes.
 *
 * @throws BundleError with every mistake that was found, each with file, line and column.
 * @example const { request } = await bundleApp({ functionsDir: "convex" });
 */
export async function bundleApp(options: BundleOptions): Promise<Bundle> {
  const functionsDir = resolve(options.functionsDir);
  const projectDir = resolve(options.projectDir ?? findProject(functionsDir));
  if (!existsSync(functionsDir)) throw new BundleError([{ text: `There is no folder of functions at ${functionsDir}`, location: null }]);
  const externalPackages = readExternalPackages(projectDir);
  const job: Job = { functionsDir, projectDir, conditions: options.conditions ?? [], externalPackages, inputs: new Set() };
  const request = await bundleAll(job);
  return { request, inputs: [...job.inputs] };
}

function findProject(dir: string): string {
  for (let current = dir; dirname(current) !== current; current = dirname(current)) {
    if (existsSync(join(current, "package.json"))) return current;
  }
  return dirname(dir);
}

function readExternalPackages(projectDir: string): string[] {
  const path = join(projectDir, "convex.json");
  if (!existsSync(path)) return [];
  // The project's own settings file; a field of another shape is treated as absent.
  const config = JSON.parse(readFileSync(path, "utf8")) as { node?: { externalPackages?: unknown } } | null;
  const packages = config?.node?.externalPackages;
  return Array.isArray(packages) ? packages.filter((name) => typeof name === "string") : [];
}

/** A mistake of a file as a whole: its place is the file's beginning. */
function fileMistake({ file, message }: { file: string; message: string }): BundleMessage {
  const [lineText = ""] = readFileSync(file, "utf8").split("\n", 1);
  return { text: message, location: { file, line: 1, column: 0, lineText } };
}

async function bundleAll(job: Job): Promise<PushRequest> {
  const appConfig = ["convex.config.ts", "convex.config.js"].map((name) => join(job.functionsDir, name)).find((path) => existsSync(path));
  const sources = new Map<string, Promise<ComponentSource>>();
  const errors: BundleMessage[] = [];
  // Each component is bundled once, however often and by whomever it is used.
  const start = (definitionPath: string, configFile: string | null): void => {
    if (sources.has(definitionPath)) return;
    sources.set(definitionPath, bundleComponent({ job, definitionPath, configFile, use: (path, file) => start(path, file) }));
  };
  start("", appConfig ?? null);
  const done = new Map<string, ComponentSource>();
  for (const [path, pending] of sources) {
    // Iteration reaches components that are found on the way.
    await pending.then((source) => done.set(path, source), (error: unknown) => {
      if (!(error instanceof BundleError)) throw error;
      errors.push(...error.errors);
    });
  }
  if (errors.length > 0) throw new BundleError(errors);
  const { "": app, ...components } = Object.fromEntries(done);
  if (app === undefined) throw new Error("The app was not bundled");
  return { app, components: Object.values(components) };
}

interface ComponentJob {
  readonly job: Job;
  readonly definitionPath: string;
  readonly configFile: string | null;
  /** Told each component this one uses. */
  readonly use: (definitionPath: string, configFile: string) => void;
}

async function bundleComponent(component: ComponentJob): Promise<ComponentSource> {
  const { job, definitionPath, configFile } = component;
  const dir = configFile === null ? job.functionsDir : dirname(configFile);
  const parts = await Promise.allSettled([bundleDefinition(component), bundleSchema(job, dir), bundleModules(job, dir, definitionPath === "")]);
  const errors = parts.flatMap((part) => (part.status === "fulfilled" ? [] : errorsOf(part.reason)));
  const [definition, schema, functions] = parts;
  if (definition.status === "rejected" || schema.status === "rejected" || functions.status === "rejected") throw new BundleError(errors);
  return { definitionPath, ...definition.value, schema: schema.value, functions: functions.value, udfServerVersion: UDF_SERVER_VERSION };
}

function errorsOf(reason: unknown): readonly BundleMessage[] {
  if (reason instanceof BundleError) return reason.errors;
  throw reason;
}

async function bundleDefinition({ job, configFile, use }: ComponentJob): Promise<{ definition: ModuleSource | null; dependencies: string[] }> {
  if (configFile === null) return { definition: null, dependencies: [] };
  const dependencies = new Set<string>();
  const plugin = componentImports((file) => {
    const path = relative(job.functionsDir, dirname(file)).split(sep).join("/");
    dependencies.add(path);
    use(path, file);
    return `./_componentDeps/${Buffer.from(path).toString("base64url")}`;
  });
  const modules = await runEsbuild(job, { dir: dirname(configFile), entryPoints: [configFile], plugins: [plugin], splitting: false });
  return { definition: modules[0] ?? null, dependencies: [...dependencies] };
}

function existingModule(dir: string, name: string): string | null {
  return [".ts", ".js"].map((extension) => join(dir, name + extension)).find((path) => existsSync(path)) ?? null;
}

async function bundleSchema(job: Job, dir: string): Promise<ModuleSource | null> {
  const file = existingModule(dir, "schema");
  if (file === null) return null;
  const modules = await runEsbuild(job, { dir, entryPoints: [file], splitting: false });
  return modules[0] ?? null;
}

async function bundleModules(job: Job, dir: string, isApp: boolean): Promise<ModuleSource[]> {
  const { problems, ...entries } = findEntryPoints(dir);
  const misplaced = isApp ? [] : entries.node.map((file) => ({ file, message: '"use node" directive is not supported in components.' }));
  if (problems.length + misplaced.length > 0) throw new BundleError([...problems, ...misplaced].map(fileMistake));
  const authConfig = isApp ? existingModule(dir, "auth.config") : null;
  const bundles = await Promise.all([
    runEsbuild(job, { dir, entryPoints: entries.isolate }),
    runEsbuild(job, { dir, entryPoints: entries.node, environment: "node" }),
    runEsbuild(job, { dir, entryPoints: authConfig === null ? [] : [authConfig], splitting: false }),
  ]);
  return bundles.flat();
}

interface Part {
  readonly dir: string;
  readonly entryPoints: readonly string[];
  readonly environment?: "isolate" | "node";
  readonly plugins?: readonly Plugin[];
  readonly splitting?: boolean;
}

function esbuildOptions(job: Job, part: Part): BuildOptions {
  const isNode = part.environment === "node";
  const external = isNode && !job.externalPackages.includes("*") ? { external: [...job.externalPackages] } : {};
  return {
    absWorkingDir: job.projectDir,
    entryPoints: [...part.entryPoints],
    bundle: true,
    platform: isNode ? "node" : "browser",
    ...(isNode && job.externalPackages.includes("*") ? { packages: "external" as const } : external),
    format: "esm",
    target: "esnext",
    jsx: "automatic",
    outdir: join(job.projectDir, "out"),
    outbase: part.dir,
    conditions: ["convex", "module", ...job.conditions],
    plugins: [serverOnlyStub, ...(isNode ? [] : [asyncHooksShim]), ...(part.plugins ?? []), wasmModules],
    write: false,
    sourcemap: true,
    sourcesContent: false,
    splitting: part.splitting ?? true,
    chunkNames: isNode ? "_deps/node/[hash]" : "_deps/[hash]",
    treeShaking: true,
    minifySyntax: true,
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
    logLevel: "silent",
  };
}

async function runEsbuild(job: Job, part: Part): Promise<ModuleSource[]> {
  if (part.entryPoints.length === 0) return [];
  let result: BuildResult<{ write: false; metafile: true }>;
  try {
    // `write: false` and `metafile: true` are among the options.
    result = (await build(esbuildOptions(job, part))) as BuildResult<{ write: false; metafile: true }>;
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BundleError(error.errors.map((message) => toMistake(message, { job, part })), error);
  }
  noteInputs(job, result.metafile);
  return toModules(job, result.outputFiles, part.environment ?? "isolate");
}

function isBuildFailure(error: unknown): error is { errors: Message[] } {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function toMistake(message: Message, { job, part }: { job: Job; part: Part }): BundleMessage {
  const wantsNode = part.environment !== "node" && message.notes.some((note) => note.text.includes("Are you trying to bundle for node?"));
  const hint = wantsNode
    ? '\nIt looks like you are using Node APIs from a file without the "use node" directive. Move actions that need them to a file ' +
      'of their own with "use node" at its top. See https://docs.convex.dev/functions/runtimes#nodejs-runtime'
    : "";
  const { text, location } = message;
  if (location === null) return { text: text + hint, location: null };
  return { text: text + hint, location: { file: resolve(job.projectDir, location.file), line: location.line, column: location.column, lineText: location.lineText } };
}

function noteInputs(job: Job, metafile: Metafile): void {
  for (const input of Object.keys(metafile.inputs)) {
    const path = resolve(job.projectDir, input);
    if (existsSync(path)) job.inputs.add(path);
  }
}

function toModules(job: Job, files: readonly { path: string; text: string }[], environment: "isolate" | "node"): ModuleSource[] {
  const out = join(job.projectDir, "out");
  const maps = new Map(files.filter((file) => file.path.endsWith(".map")).map((file) => [file.path, file.text]));
  return files.filter((file) => !file.path.endsWith(".map")).map((file) => {
    const sourceMap = maps.get(`${file.path}.map`);
    const path = relative(out, file.path).split(sep).join("/");
    return { path, source: file.text, environment, ...(sourceMap === undefined ? {} : { sourceMap }) };
  });
}
