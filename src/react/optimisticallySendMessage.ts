import type { OptimisticLocalStore } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import { isPackedThread, packMessage } from "../shared/packedThread.js";
import type { UIMessage } from "../shared/uiMessage.js";
import type { ThreadMessagesQuery, UIMessagesQuery } from "./queryTypes.js";

type SendableQuery = UIMessagesQuery | ThreadMessagesQuery;

/**
 * Shows a sent message at once, until the mutation has saved it and the query brings it. It stands where the saved one
 * will stand and under the same key, so the change is not seen. It has the fields of a `UIMessage` and of a
 * `MessageDoc`; fields that your own query adds are missing on it.
 *
 * @param query The query that lists the messages, as passed to `useUIMessages` or `useThreadMessages`.
 * @returns An optimistic update for a mutation that takes `{ threadId, prompt }`.
 * @example
 * const send = useMutation(api.chat.sendMessage)
 *   .withOptimisticUpdate(optimisticallySendMessage(api.chat.listThreadMessages));
 * @example
 * // A mutation with other arguments:
 * useMutation(api.chat.ask).withOptimisticUpdate((store, { thread, question }) => {
 *   optimisticallySendMessage(api.chat.listThreadMessages)(store, { threadId: thread, prompt: question });
 * });
 */
export function optimisticallySendMessage<Query extends SendableQuery>(
  query: Query,
): (store: OptimisticLocalStore, args: { threadId: string; prompt: string }) => void {
  return (store, { threadId, prompt }) => {
    const pages = store.getAllQueries(query)
      .filter(({ args, value }) => args.threadId === threadId && args.streamArgs === undefined && value !== undefined);
    const orders = pages.flatMap(({ value }) => (value?.page ?? []).map((message) => message.order));
    const order = orders.reduce((max, other) => Math.max(max, other), -1) + 1;
    const message = pendingMessage({ threadId, prompt, order, nowMs: Date.now() });
    for (const { args, value } of pages) {
      // A page that begins at the top is where new messages arrive; there are two for a moment while one is split.
      if (args.paginationOpts.cursor !== null || value === undefined) continue;
      const added = isPackedThread(value) ? packMessage(message, threadId) : message;
      // The message has every field that the type of a listed message asks for; see the contract above for the others.
      const next = { ...value, page: [added, ...(value.page ?? [])] } as unknown as FunctionReturnType<Query>;
      store.setQuery(query, args, next);
    }
  };
}

/** A user's message that is not saved yet, in both documented forms at once. */
function pendingMessage(options: { threadId: string; prompt: string; order: number; nowMs: number }): UIMessage {
  const { threadId, prompt, order, nowMs } = options;
  const stepOrder = 0;
  const key = `${threadId}-${order}-${stepOrder}`;
  const id = `optimistic:${key}`;
  const asDoc = { _id: id, threadId, tool: false, message: { role: "user", content: prompt } };
  return {
    ...asDoc,
    id,
    key,
    _creationTime: nowMs,
    order,
    stepOrder,
    status: "pending",
    role: "user",
    text: prompt,
    parts: [{ type: "text", text: prompt }],
  };
}
