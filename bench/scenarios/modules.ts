import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, type BuildResult, type Metafile } from "esbuild";
import type { Side } from "../harness/deployment.ts";

const root = import.meta.dirname;
const require = createRequire(join(root, "package.json"));
/** Evaluations in a fresh process; the median is told. */
const COLD_STARTS = 9;

type Output = BuildResult<{ metafile: true; write: true }>;

/** What Convex's CLI makes of entry points: shared chunks, shorter names, the code's own lines. */
function bundle(entryPoints: string[], outdir: string): Promise<Output> {
  return build({
    entryPoints, outdir, bundle: true, splitting: true, format: "esm", platform: "browser", target: "esnext", metafile: true, write: true,
    minifySyntax: true, minifyIdentifiers: true, conditions: ["convex", "module", "@convex-dev/component-source"], logLevel: "error",
  });
}

/** The module behind a list query, in an app that also has agents: what is pushed for it, and evaluated when it is cold. */
export async function listModule(side: Side) {
  return inFolder(async (folder) => {
    const app = join(root, side, "convex");
    const { metafile } = await bundle(["read.ts", "replies.ts", "threads.ts"].map((file) => join(app, file)), folder);
    const entry = Object.keys(metafile.outputs).find((path) => path.endsWith("/read.js")) ?? "";
    return { bytes: bytesOf(metafile, entry), coldMs: coldStart(join(process.cwd(), entry)) };
  });
}

/** All modules of the component, and the one that takes longest to evaluate. */
export async function componentModules(side: Side) {
  return inFolder(async (folder) => {
    const { metafile } = await bundle(componentEntries(side), folder);
    const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
    const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    return { bytes, slowestMs: Math.max(...entries.map(([path]) => coldStart(join(process.cwd(), path)))) };
  });
}

function componentEntries(side: Side): string[] {
  const folder = side === "ours" ? join(root, "../src/component") : join(dirname(require.resolve("@convex-dev/agent/package.json")), "dist/component");
  const pattern = side === "ours" ? "*.ts" : "*.js";
  const files = execFileSync("find", [folder, "-name", pattern], { encoding: "utf8" }).split("\n").filter(Boolean);
  return files.filter((file) => !/\.test\.|\.d\.ts|_generated|\/model\/|\/testing\/|convex\.config|setup\.test/.test(file));
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

/** Milliseconds to load and evaluate a module with all it imports, in a process that has not seen it. */
function coldStart(path: string): number {
  const program = `const begun = performance.now(); await import(${JSON.stringify(path)}); process.stdout.write(String(performance.now() - begun));`;
  const times = Array.from({ length: COLD_STARTS }, () => Number(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })));
  return times.sort((a, b) => a - b)[Math.floor(COLD_STARTS / 2)] ?? Number.NaN;
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
