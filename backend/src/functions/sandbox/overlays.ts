import { findSandbox, type Sandbox } from "./sandbox.ts";

/** What running code has put in the place of globals: it is gone with its execution. */
const overlays = new Map<Sandbox, Map<string, unknown>>();
const ended = new WeakSet<Sandbox>();

/** The overlay of the code that is running, if it has one. Globals are read all the time: cheap while nobody has any. */
export function runningOverlay(): Map<string, unknown> | undefined {
  if (overlays.size === 0) return undefined;
  const sandbox = findSandbox();
  return sandbox === null ? undefined : overlays.get(sandbox);
}

/** The overlay of `sandbox`, made when it has none. What code writes after its execution has ended is lost. */
export function overlayOf(sandbox: Sandbox): Map<string, unknown> {
  const overlay = overlays.get(sandbox) ?? new Map<string, unknown>();
  if (!ended.has(sandbox)) overlays.set(sandbox, overlay);
  return overlay;
}

/** The execution of `sandbox` has ended. */
export function dropOverlay(sandbox: Sandbox): void {
  ended.add(sandbox);
  overlays.delete(sandbox);
}
