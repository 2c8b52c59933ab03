import { useMemo } from "react";
import { usePlaygroundQuery } from "../connection/api";

/**
 * The newest turn of a thread, or the turn that is asked for, and its newest message that a model said, else its prompt.
 * Null: there is none. Undefined: not known yet.
 */
export function useNewestPlace(threadId: string, order?: number): { order: number; messageId: string } | null | undefined {
  // The page between the cursors of two turns that follow one another is the second of them.
  const range = order === undefined ? { cursor: null } : { cursor: String(order + 1), endCursor: String(order) };
  const page = usePlaygroundQuery("listMessages", { threadId, paginationOpts: { ...range, numItems: 1 } });
  return useMemo(() => {
    if (page === undefined) return undefined;
    // Newest first.
    const message = page.page.find(({ message }) => message?.role === "assistant") ?? page.page[0];
    return message === undefined ? null : { order: message.order, messageId: message._id };
  }, [page]);
}
