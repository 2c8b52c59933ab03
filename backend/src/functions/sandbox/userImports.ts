import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const TIMERS: ReadonlySet<string> = new Set(["node:timers", "timers"]);
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const timersUrl = new URL(`./timersModule.${extension}`, import.meta.url).href;

/** Folders whose modules are user code, as URLs. */
const folders = new Set<string>();
let isInstalled = false;

/** The timers module of user code, for modules in this folder that import Node's: its callbacks can be interrupted. */
export function redirectImportsOf(folder: string): void {
  folders.add(`${pathToFileURL(folder).href}/`);
  if (isInstalled) return;
  isInstalled = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!TIMERS.has(specifier) || !isUserCode(context.parentURL)) return next(specifier, context);
      return { url: timersUrl, shortCircuit: true };
    },
  });
}

function isUserCode(url: string | undefined): boolean {
  if (url === undefined) return false;
  for (const folder of folders) if (url.startsWith(folder)) return true;
  return false;
}
