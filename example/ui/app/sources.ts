import { useSyncExternalStore } from "react";

/** The example's own files, each loaded when it is looked at. */
const files = import.meta.glob<string>(
  ["../../convex/**/*.{ts,tsx}", "../**/*.{ts,tsx}", "!../../convex/_generated/**"],
  { query: "?raw", import: "default" },
);

const HASH = "#source/";

/** Paths from the root of the repository: `example/convex/…`, `example/ui/…`. */
const loaders = new Map(Object.entries(files).map(([path, load]) => [pathOf(path), load]));

function pathOf(path: string): string {
  if (path.startsWith("../../")) return `example/${path.slice("../../".length)}`;
  return path.startsWith("./") ? `example/ui/app/${path.slice("./".length)}` : `example/ui/${path.slice("../".length)}`;
}

/** The files of a page: those that its sources name, and those in the folders that they name. */
export function sourceFiles(sources: readonly string[]): string[] {
  return sources.flatMap((source) => [...loaders.keys()].filter((path) => path === source || path.startsWith(`${source}/`)).sort());
}

export async function loadSource(path: string): Promise<string> {
  const load = loaders.get(path);
  if (load === undefined) throw new Error(`There is no file ${path} in the example`);
  return await load();
}

/** A link to a file, on whatever page it stands. */
export function sourceHref(path: string): string {
  return HASH + path;
}

/** The file that the address names after `#`, or null. */
export function useSourcePath(): string | null {
  return useSyncExternalStore(subscribe, () => (window.location.hash.startsWith(HASH) ? decodeURI(window.location.hash.slice(HASH.length)) : null));
}

/** Takes the file out of the address. */
export function closeSource(): void {
  window.history.replaceState(null, "", window.location.pathname);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  window.addEventListener("popstate", listener);
  return () => {
    window.removeEventListener("hashchange", listener);
    window.removeEventListener("popstate", listener);
  };
}
