import { findSandbox } from "./sandbox.ts";

function nowMs(): number {
  return findSandbox()?.nowMs() ?? Date.now();
}

/** `Date` whose "now" is the sandbox's. Its instances are ordinary dates. */
export const SandboxDate: DateConstructor = new Proxy(Date, {
  construct: (target, args: unknown[], newTarget) => Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
  apply: () => new Date(nowMs()).toString(),
  get: (target, key) => (key === "now" ? nowMs : Reflect.get(target, key)),
  set: () => false,
});

/** `performance` of the default runtime. */
export const sandboxPerformance = Object.freeze({
  now: (): number => findSandbox()?.performanceNow() ?? performance.now(),
  get timeOrigin(): number {
    return nowMs() - this.now();
  },
  mark: (): void => undefined,
  measure: (): void => undefined,
  toJSON(): { timeOrigin: number } {
    return { timeOrigin: this.timeOrigin };
  },
});

/** `Math` with the sandbox's `random`. */
export const sandboxMath: Math = Object.freeze(
  Object.create(Object.getPrototypeOf(Math), {
    ...Object.getOwnPropertyDescriptors(Math),
    random: { value: () => findSandbox()?.random?.float() ?? Math.random(), enumerable: false },
  }) as Math, // All of Math's own properties are copied.
);
