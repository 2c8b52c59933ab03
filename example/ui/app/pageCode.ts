import { useEffect, useSyncExternalStore, type ComponentType } from "react";
import type { PageProps, Topic } from "./topic";

/** The code of a page; "failed" when it could not be fetched. */
type PageCode = ComponentType<PageProps> | "failed";

const codes = new Map<Topic, PageCode>();
const listeners = new Set<() => void>();

/** Fetches the code of a page, so that it is there at once when it is asked for. Never rejects. */
export async function loadPage(topic: Topic): Promise<void> {
  const code = await topic.load().catch((): PageCode => "failed");
  codes.set(topic, code);
  for (const listener of listeners) listener();
}

/** The code of a page, which is fetched unless it is here; undefined until then. */
export function usePageCode(topic: Topic): PageCode | undefined {
  const code = useSyncExternalStore(subscribe, () => codes.get(topic));
  useEffect(() => {
    if (code === undefined) void loadPage(topic);
  }, [topic, code]);
  return code;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
