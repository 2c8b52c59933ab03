import type { OptimisticLocalStore } from "convex/browser";
import { optimisticallySendMessage } from "convex-agent/react";
import { api } from "../../convex/_generated/api";

const show = optimisticallySendMessage(api.chat.streaming.listThreadMessages);

/**
 * Shows a message in its conversation as soon as it is sent; it goes again when it could not be saved. For a mutation's
 * `withOptimisticUpdate`. The first message of a conversation has no place yet where it could be shown.
 */
export function showPrompt(store: OptimisticLocalStore, { threadId, prompt }: { threadId?: string | undefined; prompt: string }): void {
  if (threadId !== undefined) show(store, { threadId, prompt });
}
