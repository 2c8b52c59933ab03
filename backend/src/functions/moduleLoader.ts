import { constants, Script } from "node:vm";
import type { ImportLimit } from "./importLimit.ts";
import { registerSourceMaps } from "./frames.ts";
import type { ModuleFile } from "./moduleFiles.ts";
import { runInSandbox, type Sandbox } from "./sandbox/sandbox.ts";
import { SeededRandom } from "./sandbox/random.ts";

export type ModuleExports = Readonly<Record<string, unknown>>;

type Import = (url: string) => Promise<ModuleExports>;

// Test runners replace `import()` in source text; the app's modules must come from Node itself. The types are those of
// what the texts say.
const plainImport = new Function("url", "return import(url)") as Import;

/** For code that was itself made from text, where Node lets only a script import that was told how. */
function scriptImport(): Import {
  const script = new Script("(url) => import(url)", { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  return script.runInThisContext() as Import;
}

let importModule: Import = async (url) => {
  try {
    const exports = await plainImport(url);
    importModule = plainImport;
    return exports;
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error && error.code === "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING")) throw error;
    importModule = scriptImport();
    return await importModule(url);
  }
};

/** The loaded modules of one component instance. A module is imported at its first use and then kept. */
export class InstanceModules {
  readonly #files: ReadonlyMap<string, ModuleFile>;
  readonly #sandbox: Sandbox;
  readonly #limit: ImportLimit;
  readonly #loading = new Map<string, Promise<ModuleExports>>();
  readonly #loaded = new Map<string, ModuleExports>();

  constructor(files: ReadonlyMap<string, ModuleFile>, phase: ImportPhase) {
    this.#files = files;
    this.#sandbox = importSandbox(phase);
    this.#limit = phase.limit;
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
      loading = runInSandbox(this.#sandbox, () => this.#limit(path, () => importModule(file.url)));
      this.#loading.set(path, loading);
    }
    const exports = await loading;
    this.#loaded.set(path, exports);
    return exports;
  }
}

/** Where modules are while they are imported: a fixed time, a fixed seed, no database. */
export interface ImportPhase {
  readonly limit: ImportLimit;
  readonly env: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly seed: Uint8Array;
}

function unsupported(op: string): never {
  if (/^1\.0\/(get|insert|shallowMerge|replace|remove|count|query.*|db\/.*)$/.test(op)) throw new Error("Can't use database at import time");
  throw new Error(`Syscall ${op} unsupported at import time`);
}

/** The sandbox of module top levels. */
function importSandbox(phase: ImportPhase): Sandbox {
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
