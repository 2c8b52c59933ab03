import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundledPart } from "./part.ts";

interface Kept {
  readonly part: BundledPart;
  /** What its files, and all that decides which files those are, looked like. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** Files that decide what an import leads to. */
const SETTINGS = ["package.json", "tsconfig.json", "jsconfig.json"];
/** What was written so shortly before its part was bundled may be written again without looking different. */
const SETTLED_MS = 40;

/**
 * Parts that were bundled before, for as long as none of their files is changed, none is added to their folders and no
 * settings of these folders change. An edit bundles what it touches.
 */
export class PartCache {
  #kept = new Map<string, Kept>();
  #used = new Set<string>();
  #seen = new Map<string, string>();

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
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    const stamp = stats === undefined ? "" : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
    this.#seen.set(path, stamp);
    return stamp;
  }
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
