import type { ContextOptions } from "../agentOptions.js";

/** The options that are set: one that is there but undefined must not hide a default. */
export function defined<T extends object>(options: T): T {
  // What goes is what an optional field may lack anyway.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** Options laid over defaults. Those of the context are laid over one by one: who changes one keeps the others. */
export function overridden<Defaults extends { contextOptions?: ContextOptions | undefined }, T extends { contextOptions?: ContextOptions | undefined }>(
  defaults: Defaults,
  options: T,
): Defaults & T {
  const both = { ...defaults, ...defined(options) };
  if (defaults.contextOptions === undefined || options.contextOptions === undefined) return both;
  return { ...both, contextOptions: { ...defaults.contextOptions, ...defined(options.contextOptions) } };
}
