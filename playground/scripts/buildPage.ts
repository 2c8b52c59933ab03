import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const pageDir = join(root, "dist/page");
/** What the page is made from, besides packages. */
const SOURCES = ["index.html", "package.json", "vite.config.ts", "public", "scripts", "src/ui", "../src/react", "../src/shared"];

let building: Promise<unknown> | null = null;

/** The folder of the built page. Builds it (a few seconds) when it is missing or older than its sources. */
export async function ensurePage(): Promise<string> {
  const isFresh = existsSync(join(pageDir, "index.html")) && (await modifiedMs(join(pageDir, "index.html"))) >= (await newestSourceMs());
  if (isFresh) return pageDir;
  // A process of its own: whoever asks may be at work meanwhile, and may have told its own Vite that it develops.
  building ??= promisify(execFile)(process.execPath, [import.meta.filename], { env: { ...process.env, NODE_ENV: "production" } }).finally(() => { building = null; });
  await building;
  return pageDir;
}

/** Builds into a folder of its own first: a page that is being served never misses a file. */
export async function buildPage(): Promise<void> {
  const outDir = join(root, `dist/.page-${process.pid}`);
  const { build } = await import("vite");
  await build({ configFile: join(root, "vite.config.ts"), root, logLevel: "warn", build: { outDir } });
  await replaceBy(outDir, TRIES);
}

const TRIES = 5;

/** Another process may put its own page there at the same moment; the last one stays. */
async function replaceBy(outDir: string, tries: number): Promise<void> {
  await rm(pageDir, { recursive: true, force: true });
  try {
    await rename(outDir, pageDir);
  } catch (error) {
    if (tries <= 1) throw error;
    await replaceBy(outDir, tries - 1);
  }
}

async function newestSourceMs(): Promise<number> {
  let newest = 0;
  for (const source of SOURCES) {
    const path = join(root, source);
    const files = (await stat(path)).isDirectory() ? (await readdir(path, { recursive: true })).map((file) => join(path, file)) : [path];
    for (const file of files) newest = Math.max(newest, await modifiedMs(file));
  }
  return newest;
}

async function modifiedMs(path: string): Promise<number> {
  return (await stat(path)).mtimeMs;
}

if (import.meta.main) await buildPage();
