import { createHash } from "node:crypto";
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import type { ModuleSource } from "../components/types.ts";
import { GLOBAL_REPLACEMENTS } from "./sandbox/host.ts";
import { redirectImportsOf } from "./sandbox/userImports.ts";

/** Bump when the rewriting of modules changes: kept files of another version are not used. */
const FORMAT = "4";

/** A module as it lies on disk, ready to be imported. */
export interface ModuleFile {
  readonly url: string;
  /** Source map from the file back to what the developer wrote; null when the module came without one. */
  readonly mapFile: string | null;
}

export function sha256(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

let written = 0;

/** A file that exists is whole, also after a power cut: what it holds is on the disk before it has its name. */
async function writeAtomically(path: string, text: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  written += 1;
  const temporary = `${path}.${process.pid}.${written}.tmp`;
  const file = await open(temporary, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  renameSync(temporary, path);
}

/** What link(2) says where there are no hard links, or no more of them. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"]);

function linkOrCopy(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && NO_LINKS.has(String(error.code)))) throw error;
    copyFileSync(from, `${to}.tmp`);
    renameSync(`${to}.tmp`, to);
  }
}

/**
 * Rewrites modules so that their free globals are the sandbox's, and lays them out as files that Node can import.
 * The same text is rewritten once and kept under its hash, so a push or a restart pays only for what changed.
 */
export class ModuleFiles {
  readonly #dir: string;
  readonly #used = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
    redirectImportsOf(dir);
    writeFileSync(join(dir, "package.json"), '{"type":"module"}\n');
  }

  /** Lets modules that import packages by name find them among `projectDir`'s. */
  linkPackages(projectDir: string): void {
    const link = join(this.#dir, "node_modules");
    const target = join(projectDir, "node_modules");
    if (existsSync(target) && !existsSync(link)) symlinkSync(target, link, "dir");
  }

  /**
   * Lays out one instance's modules. Equal sets get equal URLs, so what did not change is not loaded again. `salt`
   * keeps apart instances, and generations of their environment: each has its own module state.
   */
  async layOut(modules: readonly ModuleSource[], salt: string): Promise<ReadonlyMap<string, ModuleFile>> {
    const isWhole = importsSiblingsDynamically(modules);
    const key = setKey(modules, { salt, isWhole });
    this.#used.add(key);
    const set = join(this.#dir, key);
    const files = new Map<string, ModuleFile>();
    await Promise.all(modules.map(async (module) => {
      const rewritten = await this.#rewrite(module);
      const target = join(set, isWhole || isChunk(module) ? module.path : versioned(module));
      linkOrCopy(rewritten.code, target);
      files.set(module.path, { url: pathToFileURL(target).href, mapFile: rewritten.map });
    }));
    return files;
  }

  /** Deletes what earlier processes laid out and this one has not used. */
  removeUnused(): void {
    for (const name of readdirSync(this.#dir)) {
      if (/^[0-9a-f]{24}$/.test(name) && !this.#used.has(name)) rmSync(join(this.#dir, name), { recursive: true, force: true });
    }
    const rewritten = join(this.#dir, "rewritten");
    if (!existsSync(rewritten)) return;
    for (const name of readdirSync(rewritten).filter((file) => file.endsWith(".js"))) {
      const file = join(rewritten, name);
      // What a set uses has a second link there.
      if (statSync(file).nlink > 1) continue;
      rmSync(file, { force: true });
      rmSync(`${file}.map`, { force: true });
    }
  }

  async #rewrite(module: ModuleSource): Promise<{ code: string; map: string | null }> {
    const key = sha256(FORMAT, module.environment, module.source, module.sourceMap ?? "");
    const code = join(this.#dir, "rewritten", `${key}.js`);
    const map = module.sourceMap === undefined ? null : `${code}.map`;
    if (existsSync(code) && (map === null || existsSync(map))) return { code, map };
    const result = await transform(withInlineMap(module), {
      define: GLOBAL_REPLACEMENTS[module.environment],
      format: "esm",
      target: "esnext",
      sourcefile: module.path,
      sourcemap: map === null ? false : "external",
      sourcesContent: false,
      logLevel: "silent",
      keepNames: false,
    });
    if (map !== null) await writeAtomically(map, result.map);
    await writeAtomically(code, result.code);
    return { code, map };
  }
}

/** Modules that others import by their path. */
function isChunk(module: ModuleSource): boolean {
  return module.path.startsWith("_deps/") || module.path.startsWith("_componentDeps/");
}

// An import() of a sibling names it without its version, so such a set must change its folder with any change.
const RELATIVE_DYNAMIC_IMPORT = /\bimport\(\s*["'`]\.{1,2}\//;

function importsSiblingsDynamically(modules: readonly ModuleSource[]): boolean {
  return modules.some((module) => RELATIVE_DYNAMIC_IMPORT.test(module.source));
}

/** `isWhole`: the set changes as a whole, with any of its modules. */
function setKey(modules: readonly ModuleSource[], { salt, isWhole }: { salt: string; isWhole: boolean }): string {
  const shared = modules.filter((module) => isWhole || isChunk(module)).map((module) => `${module.path}:${sha256(module.source)}`);
  return sha256(FORMAT, salt, ...shared.sort()).slice(0, 24);
}

/** Entries of one set live side by side in several versions, so that an edit reloads only the entry it touched. */
function versioned(module: ModuleSource): string {
  return module.path.replace(/(\.js)?$/, `~${sha256(module.source).slice(0, 12)}.js`);
}

function withInlineMap(module: ModuleSource): string {
  if (module.sourceMap === undefined) return module.source;
  const withoutComment = module.source.replace(/\n\/\/# sourceMappingURL=[^\n]*\n?$/, "\n");
  return `${withoutComment}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(module.sourceMap).toString("base64")}\n`;
}

/** Reads a source map that {@link ModuleFiles} wrote. */
export function readSourceMap(mapFile: string): string {
  return readFileSync(mapFile, "utf8");
}
