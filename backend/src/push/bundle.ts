import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { ComponentSource, ModuleSource, PushRequest } from "../components/types.ts";
import { BundleError, type BundleMessage } from "./bundleError.ts";
import { findEntryPoints } from "./entryPoints.ts";
import { bundlePart, type BundledPart, type Part, type Project } from "./part.ts";
import { PartCache } from "./partCache.ts";

export interface BundleOptions {
  /** The app's functions folder. */
  readonly functionsDir: string;
  /** Folder that file names in stack frames are relative to. Default: the nearest above with a package.json. */
  readonly projectDir?: string;
  /** Conditions for package `exports`, beside `convex` and `module`. */
  readonly conditions?: readonly string[];
  /** What earlier calls with it have bundled is taken from there, as long as its files are what they were. */
  readonly cache?: PartCache;
}

/** An app ready to be pushed. */
export interface Bundle {
  readonly request: PushRequest;
  /** Every file that went into it, absolute; a change of one makes the bundle stale. */
  readonly inputs: readonly string[];
}

const UDF_SERVER_VERSION = "1.48.0";

interface Job extends Project {
  readonly functionsDir: string;
  readonly inputs: Set<string>;
  readonly cache: PartCache;
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
  const cache = options.cache ?? new PartCache();
  cache.begin();
  const job: Job = { functionsDir, projectDir, conditions: options.conditions ?? [], externalPackages, inputs: new Set(), cache };
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
  const pathOf = (file: string): string => relative(job.functionsDir, dirname(file)).split(sep).join("/");
  const nameOfComponent = (file: string): string => {
    use(pathOf(file), file);
    return `./_componentDeps/${Buffer.from(pathOf(file)).toString("base64url")}`;
  };
  const { modules, components } = await made(job, { dir: dirname(configFile), entryPoints: [configFile], nameOfComponent, splitting: false });
  // One that was bundled before names nobody by itself.
  for (const file of components) use(pathOf(file), file);
  return { definition: modules[0] ?? null, dependencies: components.map(pathOf) };
}

function existingModule(dir: string, name: string): string | null {
  return [".ts", ".js"].map((extension) => join(dir, name + extension)).find((path) => existsSync(path)) ?? null;
}

async function bundleSchema(job: Job, dir: string): Promise<ModuleSource | null> {
  const file = existingModule(dir, "schema");
  if (file === null) return null;
  const { modules } = await made(job, { dir, entryPoints: [file], splitting: false });
  return modules[0] ?? null;
}

async function bundleModules(job: Job, dir: string, isApp: boolean): Promise<ModuleSource[]> {
  const { problems, ...entries } = findEntryPoints(dir);
  const misplaced = isApp ? [] : entries.node.map((file) => ({ file, message: '"use node" directive is not supported in components.' }));
  if (problems.length + misplaced.length > 0) throw new BundleError([...problems, ...misplaced].map(fileMistake));
  const authConfig = isApp ? existingModule(dir, "auth.config") : null;
  const bundles = await Promise.all([
    made(job, { dir, entryPoints: entries.isolate }),
    made(job, { dir, entryPoints: entries.node, environment: "node" }),
    made(job, { dir, entryPoints: authConfig === null ? [] : [authConfig], splitting: false }),
  ]);
  return bundles.flatMap(({ modules }) => modules);
}

/** A part, bundled now or before. */
async function made(job: Job, part: Part): Promise<BundledPart> {
  // A definition names the components that it uses by their way from the functions.
  const from = part.nameOfComponent === undefined ? null : job.functionsDir;
  const key = JSON.stringify([job.projectDir, job.conditions, job.externalPackages, part, from]);
  const bundled = await job.cache.get(key, () => bundlePart(job, part));
  for (const input of bundled.inputs) job.inputs.add(input);
  return bundled;
}
