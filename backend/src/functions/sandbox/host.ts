import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sandboxMath, sandboxPerformance, SandboxDate } from "./clock.ts";
import { sandboxConsole } from "./console.ts";
import { findSandbox, mustGetSandbox, refuse, routeUnhandled, type Sandbox, type TimerSet } from "./sandbox.ts";
import { interruptibleAbortSignal, interruptibleTimers } from "./nodeTimers.ts";
import { sandboxCrypto } from "./webCrypto.ts";

type Callback = (...args: unknown[]) => void;

/** Refuses timers where time stands still. */
function timersFor(what: string): TimerSet {
  const sandbox = mustGetSandbox();
  return sandbox.timers ?? refuse(what, sandbox.mode);
}

const timerGlobals = {
  setTimeout: (callback: Callback, delayMs?: number, ...args: unknown[]) => timersFor("setTimeout").set(callback, delayMs ?? 0, args),
  setInterval: (callback: Callback, delayMs?: number, ...args: unknown[]) =>
    timersFor("setInterval").setRepeating(callback, delayMs ?? 0, args),
  clearTimeout: (id: unknown) => findSandbox()?.timers?.clear(id),
  clearInterval: (id: unknown) => findSandbox()?.timers?.clear(id),
};

async function sandboxFetch(...args: Parameters<typeof fetch>): Promise<Response> {
  const sandbox = findSandbox();
  if (sandbox !== null && sandbox.mode !== "action") refuse("fetch()", sandbox.mode);
  return await fetch(...args);
}

function envOf(sandbox: Sandbox | null): Readonly<Record<string, string>> {
  return sandbox?.env ?? {};
}

/** `process.env`: the variables of the component whose code asks. */
const sandboxEnv: Readonly<Record<string, string | undefined>> = new Proxy<Record<string, string | undefined>>({}, {
  get: (_target, key) => (typeof key === "string" && Object.hasOwn(envOf(findSandbox()), key) ? envOf(findSandbox())[key] : undefined),
  has: (_target, key) => Object.hasOwn(envOf(findSandbox()), key),
  ownKeys: () => Object.keys(envOf(findSandbox())),
  getOwnPropertyDescriptor: (_target, key) => {
    const value = typeof key === "string" ? envOf(findSandbox())[key] : undefined;
    return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: false };
  },
});

/** The `Convex` global: how the `convex` package inside the bundle reaches this backend. */
const Convex = Object.freeze({
  syscall: (op: string, args: string) => mustGetSandbox().syscall(op, args),
  asyncSyscall: (op: string, args: string) => mustGetSandbox().asyncSyscall(op, args),
  jsSyscall: (op: string, args: Record<string, unknown>) => mustGetSandbox().jsSyscall(op, args),
});

/** Holds its target for good: collection must not be observable. */
class InertWeakRef<T extends object> {
  readonly #target: T;
  constructor(target: T) {
    this.#target = target;
  }
  deref(): T {
    return this.#target;
  }
}

class InertFinalizationRegistry {
  register(): void {}
  unregister(): boolean {
    return false;
  }
}

const shared = { Convex, console: sandboxConsole, AbortSignal: interruptibleAbortSignal, ...timerGlobals };

const isolateGlobals = {
  ...shared,
  Date: SandboxDate,
  Math: sandboxMath,
  performance: sandboxPerformance,
  crypto: sandboxCrypto,
  fetch: sandboxFetch,
  process: Object.freeze({ env: sandboxEnv }),
  WeakRef: InertWeakRef,
  FinalizationRegistry: InertFinalizationRegistry,
};

/** Globals of Node that the default runtime does not have. */
const absentInIsolate = [
  "Buffer", "require", "module", "exports", "__dirname", "__filename", "global", "setImmediate", "clearImmediate", "navigator",
  "WebSocket", "EventSource", "BroadcastChannel", "MessageChannel", "MessagePort", "localStorage", "sessionStorage", "Storage",
] as const;

const nodeProcess = new Proxy(process, {
  get(target, key) {
    if (key === "env") return sandboxEnv;
    if (key === "exit" || key === "abort" || key === "kill") return () => refuseProcess(String(key));
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
});

function refuseProcess(what: string): never {
  throw new Error(`process.${what}() is not available in Convex functions`);
}

// Bundled CommonJS code asks for Node's own modules, and for packages that were left out of the bundle.
const projectRequire = createRequire(join(process.cwd(), "package.json"));

const nodeGlobals = { Convex, console: sandboxConsole, process: nodeProcess, require: projectRequire, AbortSignal: interruptibleAbortSignal, ...interruptibleTimers };

/** A `globalThis` for user code: its own names first, then the platform's, without the absent ones. */
function globalObject(own: Readonly<Record<string, unknown>>, absent: readonly string[]): object {
  const names: Record<string, unknown> = { ...own, AsyncLocalStorage, AsyncResource };
  const hidden = new Set(absent);
  const isOwn = (key: PropertyKey): key is string => Object.hasOwn(names, key);
  const self: object = new Proxy(names, {
    get: (target, key) => {
      if (key === "globalThis" || key === "self") return self;
      if (isOwn(key)) return target[key];
      return typeof key === "string" && hidden.has(key) ? undefined : Reflect.get(globalThis, key);
    },
    has: (_target, key) => isOwn(key) || (!(typeof key === "string" && hidden.has(key)) && Reflect.has(globalThis, key)),
  });
  return self;
}

const isolateHost = Object.freeze({ ...isolateGlobals, globalThis: globalObject(isolateGlobals, absentInIsolate) });
const nodeHost = Object.freeze({ ...nodeGlobals, globalThis: globalObject(nodeGlobals, []) });

const ISOLATE_NAME = "__convexIsolateHost";
const NODE_NAME = "__convexNodeHost";

/** Replacements of free global names, in the form of esbuild's `define`, for code of each runtime. */
export const GLOBAL_REPLACEMENTS: Readonly<Record<"isolate" | "node", Readonly<Record<string, string>>>> = {
  isolate: {
    ...Object.fromEntries(Object.keys(isolateHost).map((name) => [name, `${ISOLATE_NAME}.${name}`])),
    ...Object.fromEntries(absentInIsolate.map((name) => [name, "undefined"])),
  },
  node: Object.fromEntries(Object.keys(nodeHost).map((name) => [name, `${NODE_NAME}.${name}`])),
};

/** Puts the hosts where rewritten modules find them. Safe to repeat. */
export function installHosts(): void {
  for (const [name, host] of [[ISOLATE_NAME, isolateHost], [NODE_NAME, nodeHost]] as const) {
    Object.defineProperty(globalThis, name, { value: host, configurable: true, enumerable: false });
  }
  routeUnhandled();
}
