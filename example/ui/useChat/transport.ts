import { ConvexChatTransport, type UIMessage } from "convex-agent/react";
import type { ConvexReactClient } from "convex/react";
import { api } from "../../convex/_generated/api";
import { viewerKey } from "../app/viewer";

/** Errors of messages that the backend did not take: they are not in the thread. */
const refusals = new WeakSet<Error>();

/** Whether an error of `useChat` says that the message was not sent, and not that its reply failed. */
export function isRefusal(error: Error): boolean {
  return refusals.has(error);
}

async function noted<T>(sending: Promise<T>): Promise<T> {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof Error) refusals.add(error);
    throw error;
  }
}

/** What joins `useChat` to a thread: one query to read, and the app's own functions to write with. */
export function createTransport(client: ConvexReactClient, onStopError: (error: unknown) => void) {
  return new ConvexChatTransport({
    client,
    query: api.chat.streaming.listThreadMessages,
    args: (threadId) => ({ viewerKey, threadId }),
    send: ({ threadId, message }) => noted(client.mutation(api.useChat.turns.send, { viewerKey, threadId, prompt: textOf(message) })),
    stop: (turn) => client.mutation(api.chat.send.stop, { viewerKey, ...turn }),
    regenerate: (turn) => client.mutation(api.useChat.turns.regenerate, { viewerKey, ...turn }),
    respond: (response) => client.mutation(api.approval.decide.decide, { viewerKey, ...response }),
    onStopError,
  });
}

export function textOf({ parts }: Pick<UIMessage, "parts">): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
