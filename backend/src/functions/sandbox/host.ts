import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as timers from "node:timers";
import { sandboxMath, sandboxPerformance, SandboxDate } from "./clock.ts";
import { sandboxConsole } from "./console.ts";
import { ISOLATE_HOST, NODE_HOST } from "./hostNames.ts";
import { findSandbox, mustGetSandbox, refuse, routeUnhandled, type Sandbox, type TimerSet } from "./sandbox.ts";
import { interruptibleAbortSignal, interruptibleTimers } from "./nodeTimers.ts";
import { overlayOf, runningOverlay } from "./overlays.ts";
import { sandboxWebAssembly } from "./webAssembly.ts";
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

async function sandboxFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const sandbox = findSandbox();
  if (sandbox !== null && sandbox.mode !== "action") refuse("fetch()", sandbox.mode);
  const ownSignal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const signals = [ownSignal, sandbox?.stopped].filter((signal) => signal !== undefined && signal !== null);
  return await fetch(input, { ...init, signal: AbortSignal.any(signals) });
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
  WebAssembly: sandboxWebAssembly,
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
    if (key === "nextTick") return nextTick;
    if (key === "exit" || key === "abort" || key === "kill") return () => refuseProcess(String(key));
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
});

/** Node keeps its queue of ticks when it is interrupted: what was, must not go on by itself. */
function nextTick(callback: Callback, ...args: unknown[]): void {
  const sandbox = findSandbox();
  process.nextTick(() => {
    if (sandbox?.wasInterrupted !== true) callback(...args);
  });
}

function refuseProcess(what: string): never {
  throw new Error(`process.${what}() is not available in Convex functions`);
}

// Bundled CommonJS code asks for Node's own modules, and for packages that were left out of the bundle.
const requireOfProject = createRequire(join(process.cwd(), "package.json"));
const projectRequire = Object.assign(
  (name: string): unknown => (name === "timers" || name === "node:timers" ? { ...timers, ...interruptibleTimers } : requireOfProject(name)),
  { resolve: requireOfProject.resolve, cache: requireOfProject.cache },
);

const nodeGlobals = { Convex, console: sandboxConsole, fetch: sandboxFetch, process: nodeProcess, require: projectRequire, AbortSignal: interruptibleAbortSignal, ...interruptibleTimers };

/**
 * The globals of user code by name, and its `globalThis`: these names first, then the platform's without the absent ones.
 * What code puts there under one of the names is what the name means from then on: for good when a module does so while
 * it is imported (a `Buffer` of its own), else for its execution alone.
 */
function makeHost(own: Readonly<Record<string, unknown>>, absent: readonly string[]): object {
  const names: Record<string, unknown> = { ...own, AsyncLocalStorage, AsyncResource };
  const known = new Set([...Object.keys(names), ...absent]);
  const read = (name: string): unknown => {
    const overlay = runningOverlay();
    if (overlay?.has(name) === true) return overlay.get(name);
    return known.has(name) || Object.hasOwn(names, name) ? names[name] : Reflect.get(globalThis, name);
  };
  const write = (name: string, value: unknown): boolean => {
    const sandbox = findSandbox();
    if (sandbox === null || sandbox.mode === "import") names[name] = value;
    else overlayOf(sandbox).set(name, value);
    return true;
  };
  const self: object = new Proxy(names, {
    get: (_target, key) => (key === "globalThis" || key === "self" ? self : typeof key === "string" ? read(key) : Reflect.get(globalThis, key)),
    has: (_target, key) => (typeof key === "string" ? read(key) !== undefined : Reflect.has(globalThis, key)),
    set: (target, key, value) => (typeof key === "string" ? write(key, value) : Reflect.set(target, key, value)),
    defineProperty: (target, key, property) => (typeof key === "string" && "value" in property ? write(key, property.value) : Reflect.defineProperty(target, key, property)),
    deleteProperty: (target, key) => (typeof key === "string" ? write(key, undefined) : Reflect.deleteProperty(target, key)),
  });
  const host = { globalThis: self };
  for (const name of known) Object.defineProperty(host, name, { get: () => read(name), set: write.bind(null, name) });
  return host;
}

const isolateHost = makeHost(isolateGlobals, absentInIsolate);
const nodeHost = makeHost(nodeGlobals, []);

function replacements(host: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries([...names, "AsyncLocalStorage", "AsyncResource", "globalThis"].map((name) => [name, `${host}.${name}`]));
}

/** Replacements of free global names, in the form of esbuild's `define`, for code of each runtime. */
export const GLOBAL_REPLACEMENTS: Readonly<Record<"isolate" | "node", Readonly<Record<string, string>>>> = {
  // An absent name is undefined until code defines it.
  isolate: replacements(ISOLATE_HOST, [...Object.keys(isolateGlobals), ...absentInIsolate]),
  node: replacements(NODE_HOST, Object.keys(nodeGlobals)),
};

/** Puts the hosts where rewritten modules find them. Safe to repeat. */
export function installHosts(): void {
  for (const [name, host] of [[ISOLATE_HOST, isolateHost], [NODE_HOST, nodeHost]] as const) {
    Object.defineProperty(globalThis, name, { value: host, configurable: true, enumerable: false });
  }
  routeUnhandled();
}
