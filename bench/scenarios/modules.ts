import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, type BuildResult, type Metafile } from "esbuild";
import type { Side } from "../harness/deployment.ts";
import { beyond } from "../harness/samples.ts";

const root = import.meta.dirname;
const require = createRequire(join(root, "package.json"));
/** Evaluations in fresh processes; the medians are told. */
const COLD_STARTS = 9;
const LOOKED_AT_AGAIN = 3;

type Output = BuildResult<{ metafile: true; write: true }>;

/** What Convex's CLI makes of entry points: shared chunks, shorter names, the code's own lines. */
function bundle(entryPoints: string[], outdir: string): Promise<Output> {
  return build({
    entryPoints, outdir, bundle: true, splitting: true, format: "esm", platform: "browser", target: "esnext", metafile: true, write: true,
    minifySyntax: true, minifyIdentifiers: true, conditions: ["convex", "module", "@convex-dev/component-source"], logLevel: "error",
  });
}

interface Bundled {
  /** Of all that the module, or the modules, load. */
  readonly bytes: number;
  readonly paths: readonly string[];
}

/** The module behind a list query, in an app that also has agents. */
async function bundleList(side: Side, folder: string): Promise<Bundled> {
  const app = join(root, side, "convex");
  const { metafile } = await bundle(["read.ts", "replies.ts", "threads.ts"].map((file) => join(app, file)), folder);
  const entry = Object.keys(metafile.outputs).find((path) => path.endsWith("/read.js")) ?? "";
  return { bytes: bytesOf(metafile, entry), paths: [join(process.cwd(), entry)] };
}

/** All modules of the component, and those of them that have functions. */
async function bundleComponent(side: Side, folder: string): Promise<Bundled> {
  const { metafile } = await bundle(componentEntries(side), folder);
  const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { bytes, paths: entries.map(([path]) => join(process.cwd(), path)) };
}

export function listModuleBytes(side: Side): Promise<number> {
  return inFolder(async (folder) => (await bundleList(side, folder)).bytes);
}

export function componentModuleBytes(side: Side): Promise<number> {
  return inFolder(async (folder) => (await bundleComponent(side, folder)).bytes);
}

/** What is pushed for the module behind a list query, and how long it takes to evaluate when it is cold. */
export function listModule(side: Side) {
  return inFolder(async (folder) => {
    const { bytes, paths } = await bundleList(side, folder);
    return { bytes, coldMs: slowestOf(folder, paths) };
  });
}

/** All modules of the component, and the one that takes longest to evaluate. */
export function componentModules(side: Side) {
  return inFolder(async (folder) => {
    const { bytes, paths } = await bundleComponent(side, folder);
    return { bytes, slowestMs: slowestOf(folder, paths) };
  });
}

/** Beyond what an empty module takes, which has its turns with the others. Only those that look slow at once are looked at again. */
function slowestOf(folder: string, paths: readonly string[]): number {
  const empty = join(folder, "empty.js");
  writeFileSync(empty, "export {};");
  const first = paths.map((path) => ({ path, ms: coldStart(folder, path) })).sort((a, b) => b.ms - a.ms);
  const beyondEmpty = ({ path }: { path: string }): number => {
    const rounds = Array.from({ length: COLD_STARTS }, () => ({ ms: coldStart(folder, path), emptyMs: coldStart(folder, empty) }));
    return beyond(rounds.map(({ ms }) => ms), rounds.map(({ emptyMs }) => emptyMs));
  };
  return Math.max(...first.slice(0, LOOKED_AT_AGAIN).map(beyondEmpty));
}

/** Every file of the component's folder is a module, as the CLI sees it, but for its schema, which is pushed by itself. */
function componentEntries(side: Side): string[] {
  const folder = side === "ours" ? join(root, "../src/component") : join(dirname(require.resolve("@convex-dev/agent/package.json")), "dist/component");
  const pattern = side === "ours" ? "*.ts" : "*.js";
  const files = execFileSync("find", [folder, "-name", pattern], { encoding: "utf8" }).split("\n").filter(Boolean);
  return files.filter((file) => !/\/_generated\/|\/testing\/|\/schema\.[jt]s$|\/[^/]*\.[^/]*\.[^/.]+$/.test(file));
}

function bytesOf(metafile: Metafile, entry: string): number {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: imported, kind } of metafile.outputs[path]?.imports ?? []) if (kind === "import-statement") visit(imported);
  };
  visit(entry);
  return [...seen].reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);
}

/** Compiles, links and evaluates a module with all it imports, whose sources are in memory as they are in a deployment. */
const EVALUATE = `
  import { readdirSync, readFileSync } from "node:fs";
  import { dirname, join } from "node:path";
  import { SourceTextModule } from "node:vm";
  const [folder, entry] = process.argv.slice(-2);
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".js")).map((path) => join(folder, path));
  const sources = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]));
  const modules = new Map();
  const load = (path) => {
    if (!modules.has(path)) modules.set(path, new SourceTextModule(sources.get(path), { identifier: path }));
    return modules.get(path);
  };
  const begun = process.cpuUsage();
  const module = load(entry);
  await module.link((specifier, { identifier }) => load(join(dirname(identifier), specifier)));
  await module.evaluate();
  const { user, system } = process.cpuUsage(begun);
  process.stdout.write(String((user + system) / 1000));`;

/** Milliseconds of processor time that a module takes in a process that has not seen it. */
function coldStart(folder: string, path: string): number {
  const args = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", EVALUATE, folder, path];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "convex-agent-modules-"));
  try {
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
