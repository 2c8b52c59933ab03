import { registerSourceMaps } from "./frames.ts";
import type { ModuleFile } from "./moduleFiles.ts";
import { runInSandbox, type Sandbox } from "./sandbox/sandbox.ts";
import { SeededRandom } from "./sandbox/random.ts";

export type ModuleExports = Readonly<Record<string, unknown>>;

/** Test runners replace `import()` in source text; modules of the app must come from Node itself. */
// A function made here from a constant text; its type is that of `import()` with a URL.
const importModule = new Function("url", "return import(url)") as (url: string) => Promise<ModuleExports>;

/** The loaded modules of one component instance. A module is imported at its first use and then kept. */
export class InstanceModules {
  readonly #files: ReadonlyMap<string, ModuleFile>;
  readonly #sandbox: Sandbox;
  readonly #loading = new Map<string, Promise<ModuleExports>>();
  readonly #loaded = new Map<string, ModuleExports>();

  constructor(files: ReadonlyMap<string, ModuleFile>, sandbox: Sandbox) {
    this.#files = files;
    this.#sandbox = sandbox;
    registerSourceMaps(files.values());
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The exports of a module that was imported before, without waiting. */
  loaded(path: string): ModuleExports | undefined {
    return this.#loaded.get(path);
  }

  /** The module's exports. Rejects with what its top level threw. */
  async import(path: string): Promise<ModuleExports> {
    let loading = this.#loading.get(path);
    if (loading === undefined) {
      const file = this.#files.get(path);
      if (file === undefined) throw new Error(`No module ${path}`);
      loading = runInSandbox(this.#sandbox, () => importModule(file.url));
      this.#loading.set(path, loading);
    }
    const exports = await loading;
    this.#loaded.set(path, exports);
    return exports;
  }
}

/** Where modules are while they are imported: a fixed time, a fixed seed, no database. */
export interface ImportPhase {
  readonly env: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly seed: Uint8Array;
}

/** The sandbox of module top levels. */
export function importSandbox(phase: ImportPhase): Sandbox {
  const unsupported = (op: string): never => {
    if (/^1\.0\/(get|insert|shallowMerge|replace|remove|count|query.*|db\/.*)$/.test(op)) throw new Error("Can't use database at import time");
    throw new Error(`Syscall ${op} unsupported at import time`);
  };
  return {
    mode: "import",
    env: phase.env,
    nowMs: () => phase.timeMs,
    performanceNow: () => 0,
    random: new SeededRandom(() => phase.seed),
    print: () => undefined,
    timers: null,
    syscall: unsupported,
    asyncSyscall: async (op) => unsupported(op),
    jsSyscall: unsupported,
    // The import itself fails, or the module keeps a promise that nobody will see again.
    unhandledRejection: () => undefined,
  };
}
