import { useEffect, useSyncExternalStore } from "react";
import type { Options } from "react-markdown";

type RehypePlugins = NonNullable<Options["rehypePlugins"]>;

const NONE: RehypePlugins = [];
let loaded = NONE;
let isLoading = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function load(): Promise<void> {
  if (isLoading || loaded !== NONE) return;
  isLoading = true;
  try {
    const { default: rehypeHighlight } = await import("rehype-highlight");
    loaded = [rehypeHighlight];
    for (const listener of listeners) listener();
  } finally {
    // Code without colours is whole; the next block that comes tries again.
    isLoading = false;
  }
}

/** The plugin that colours code. It is large, so it is fetched when the first code is there; until then there is none. */
export function useHighlighting(hasCode: boolean): RehypePlugins {
  const plugins = useSyncExternalStore(subscribe, () => loaded, () => NONE);
  useEffect(() => { if (hasCode) void load(); }, [hasCode]);
  return hasCode ? plugins : NONE;
}
