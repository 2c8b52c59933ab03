import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { version } from "esbuild";
import { sha256 } from "../functions/moduleFiles.ts";
import type { BundledPart } from "./part.ts";

interface Kept {
  readonly part: BundledPart;
  /** What its files, and all that decides which files those are, looked like. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** Beside the files themselves these decide what an import leads to. A tsconfig.json may extend another of its kind. */
const PACKAGES = "node_modules";
const COMPILER_OPTIONS = "*sconfig*.json";
const SETTINGS = ["package.json", COMPILER_OPTIONS, PACKAGES];
/** What was written so shortly before its part was bundled may be written again without looking different. */
const SETTLED_MS = 40;

/** A file of another format, or by another bundler, is none. */
const FORMAT = `1 ${version}`;

/**
 * Parts that were bundled before, for as long as none of their files is changed, none is added to their folders and no
 * settings of these folders change. An edit bundles what it touches.
 */
export class PartCache {
  #kept = new Map<string, Kept>();
  #used = new Set<string>();
  #seen = new Map<string, string>();
  #isWritten = true;

  /** What an earlier process has written; empty when there is no such file, or it is damaged. */
  static read(file: string): PartCache {
    const cache = new PartCache();
    for (const [key, { part, stamps }] of readKept(file)) cache.#kept.set(key, { part, stamps: new Map(stamps) });
    cache.#used = new Set(cache.#kept.keys());
    return cache;
  }

  /** Writes the file for the next process, unless it holds all of this already. */
  async write(file: string): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    const kept: KeptEntry[] = [...this.#kept].map(([key, { part, stamps }]) => [key, { part, stamps: [...stamps] }]);
    const text = JSON.stringify(kept);
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, `${sha256(FORMAT, text)}\n${text}`);
    renameSync(temporary, file);
  }

  /** Begins a bundle: files are looked at anew, each once; what the bundle before did not use is let go. */
  begin(): void {
    this.#seen = new Map();
    this.#kept = new Map([...this.#kept].filter(([key]) => this.#used.has(key)));
    this.#used = new Set();
  }

  /** What `key` was bundled to, or what `bundle` makes now. */
  async get(key: string, bundle: () => Promise<BundledPart>): Promise<BundledPart> {
    this.#used.add(key);
    const kept = this.#kept.get(key);
    if (kept !== undefined && [...kept.stamps].every(([path, stamp]) => this.#stamp(path) === stamp)) return kept.part;
    this.#kept.delete(key);
    this.#isWritten = false;
    const startMs = Date.now();
    const part = await bundle();
    const { sources, settings } = pathsOf(part);
    const stamps = new Map([...sources, ...settings].map((path) => [path, this.#stamp(path)]));
    if (sources.every((path) => modifiedMs(path) < startMs - SETTLED_MS)) this.#kept.set(key, { part, stamps });
    return part;
  }

  #stamp(path: string): string {
    const known = this.#seen.get(path);
    if (known !== undefined) return known;
    const name = basename(path);
    const stamp = name === PACKAGES ? packagesIn(path) : name === COMPILER_OPTIONS ? compilerOptionsIn(dirname(path)) : stampOf(path);
    this.#seen.set(path, stamp);
    return stamp;
  }
}

function stampOf(path: string): string {
  const stats = seen(() => statSync(path, { bigint: true, throwIfNoEntry: false }), undefined);
  return stats === undefined ? "" : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

function compilerOptionsIn(folder: string): string {
  return namesIn(folder).filter((name) => /^[tj]sconfig.*\.json$/.test(name)).map((name) => `${name} ${stampOf(join(folder, name))}`).join("\n");
}

/** The names of what is installed in a folder. Tools keep caches of their own beside it, under names with a dot. */
function packagesIn(folder: string): string {
  const names = namesIn(folder).filter((name) => !name.startsWith("."));
  return sha256(names.map((name) => (name.startsWith("@") ? `${name} ${stampOf(join(folder, name))}` : name)).join("\n"));
}

const namesIn = (folder: string): string[] => seen(() => (existsSync(folder) ? readdirSync(folder) : []), []);

/** A folder above the project may be closed to this user: then the bundler found nothing there either. */
function seen<Found>(look: () => Found, nothing: Found): Found {
  try {
    return look();
  } catch {
    return nothing;
  }
}

type KeptEntry = [key: string, kept: { part: BundledPart; stamps: [string, string][] }];

function readKept(file: string): readonly KeptEntry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // There is none, or it cannot be read: that costs time and nothing else.
    return [];
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  // The hash says that it is what `write` wrote.
  return text.slice(0, Math.max(0, end)) === sha256(FORMAT, body) ? (JSON.parse(body) as KeptEntry[]) : [];
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/** The files of a part and their folders, and the settings of these folders and of those above. */
function pathsOf(part: BundledPart): { sources: string[]; settings: string[] } {
  const files = [...part.inputs, ...part.components];
  const folders = new Set(files.map((file) => dirname(file)));
  const above = new Set(folders);
  for (const folder of above) above.add(dirname(folder));
  return { sources: [...files, ...folders], settings: [...above].flatMap((folder) => SETTINGS.map((name) => join(folder, name))) };
}
