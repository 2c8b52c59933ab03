import { useMemo } from "react";
import { usePlaygroundQuery } from "../connection/api";

/** A turn of a thread, and which one is the newest. Undefined: there is none. */
export interface ThreadPlace {
  readonly newestOrder: number | undefined;
  readonly order: number | undefined;
  /** Its newest message that a model said, else its prompt. */
  readonly messageId: string | undefined;
  /** Who said what was said last in it. */
  readonly agentName: string | undefined;
}

const NEWEST = { cursor: null, numItems: 1 };

/** The newest turn of a thread, or the turn that is asked for. Undefined: not known yet. */
export function useNewestPlace(threadId: string, order?: number): ThreadPlace | undefined {
  const newest = usePlaygroundQuery("listMessages", { threadId, paginationOpts: NEWEST });
  // The page between the cursors of two turns that follow one another is the second of them.
  const asked = usePlaygroundQuery("listMessages", order === undefined ? "skip" : { threadId, paginationOpts: { cursor: String(order + 1), endCursor: String(order), numItems: 1 } });
  const page = order === undefined ? newest : asked;
  return useMemo(() => {
    if (page === undefined || newest === undefined) return undefined;
    // Newest first.
    const message = page.page.find(({ message }) => message?.role === "assistant") ?? page.page[0];
    const agentName = page.page.find((doc) => doc.agentName !== undefined)?.agentName;
    return { newestOrder: newest.page[0]?.order, order: message?.order, messageId: message?._id, agentName };
  }, [page, newest]);
}
