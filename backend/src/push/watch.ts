import { dirname, resolve, sep } from "node:path";
import { watch } from "chokidar";
import { systemPorts, type Ports, type Timer } from "../ports.ts";
import { bundleApp, type Bundle, type BundleOptions } from "./bundle.ts";
import { BundleError } from "./bundleError.ts";
import { PartCache } from "./partCache.ts";

/** What became of the folder: a bundle to push, or why there is none (the app's mistakes, or our own trouble). */
export type BundleOutcome = { readonly ok: true; readonly bundle: Bundle } | { readonly ok: false; readonly error: unknown };

export interface WatchOptions extends Omit<BundleOptions, "cache"> {
  /** A file that keeps what was bundled for the next start, which then bundles only what has changed. */
  readonly cacheFile?: string | undefined;
  /** Called with the first bundle and again after each burst of edits, one call at a time. */
  readonly onChange: (outcome: BundleOutcome) => Promise<void> | void;
  readonly ports?: Pick<Ports, "setTimer">;
}

export interface Watching {
  close(): Promise<void>;
}

/** Edits come in bursts (a save of several files, a checkout); this long after the last one the folder is bundled. */
const QUIET_MS = 60;

/** Bundles a functions folder now and whenever a file changes that the bundle is made of. */
export function watchFunctions(options: WatchOptions): Watching {
  return new FunctionsWatcher(options);
}

class FunctionsWatcher implements Watching {
  readonly #options: WatchOptions;
  readonly #ports: Pick<Ports, "setTimer">;
  readonly #watcher;
  readonly #cache: PartCache;
  #watched = new Set<string>();
  #timer: Timer | null = null;
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isKept = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#ports = options.ports ?? systemPorts;
    this.#cache = options.cacheFile === undefined ? new PartCache() : PartCache.read(options.cacheFile);
    this.#watcher = watch(options.functionsDir, { ignoreInitial: true, ignored: (path) => this.#isIgnored(path) });
    this.#watcher.on("all", () => this.#schedule());
    this.#rebuild();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#watcher.close();
    await this.#working;
    await this.#keep();
  }

  /** Generated files follow a push; watching them would push for ever. */
  #isIgnored(path: string): boolean {
    return path.includes(`${sep}_generated`) || path.includes(`${sep}.git${sep}`);
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.setTimer(() => this.#rebuild(), QUIET_MS);
  }

  #rebuild(): void {
    this.#working = this.#working.then(async () => {
      if (this.#isClosed) return;
      const outcome = await this.#bundle();
      await this.#options.onChange(outcome);
      // The first one, and the last when it is closed: an edit need not wait until megabytes are written.
      if (outcome.ok && !this.#isKept) await this.#keep();
    });
  }

  async #keep(): Promise<void> {
    if (this.#options.cacheFile === undefined) return;
    this.#isKept = true;
    try {
      await this.#cache.write(this.#options.cacheFile);
    } catch {
      // A disk that is full or may not be written: the next start takes longer. Whoever stores data is told.
    }
  }

  async #bundle(): Promise<BundleOutcome> {
    try {
      const bundle = await bundleApp({ ...this.#options, cache: this.#cache });
      this.#watch(bundle.inputs);
      return { ok: true, bundle };
    } catch (error) {
      // A file that does not parse is no input yet; its mistake says where it is.
      if (error instanceof BundleError) this.#watch(error.errors.flatMap(({ location }) => (location === null ? [] : [location.file])));
      return { ok: false, error };
    }
  }

  /** Sources outside the functions folder: components under development, shared code. Packages do not change. */
  #watch(inputs: readonly string[]): void {
    const own = resolve(this.#options.functionsDir) + sep;
    const outside = inputs.filter((file) => !file.startsWith(own) && !file.includes(`${sep}node_modules${sep}`)).map((file) => dirname(file));
    for (const folder of outside) {
      if (this.#watched.has(folder)) continue;
      this.#watched.add(folder);
      this.#watcher.add(folder);
    }
  }
}
