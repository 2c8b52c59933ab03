import { optimisticallySendMessage, useUIMessages, type UIMessage } from "convex-agent/react";
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { viewerKey } from "../app/viewer";
import { holdUnsent, turnWith, useUnsent } from "./unsent";

const FIRST_PAGE = 20;
const NO_MESSAGES: readonly UIMessage[] = [];

/**
 * One conversation: its messages, where it is, and what can be done. Everything that fails throws to the caller. `place`:
 * under which name what is written into it is kept.
 */
export function useChat(threadId: string | undefined, place: string) {
  const list = useUIMessages(
    api.chat.streaming.listThreadMessages,
    threadId === undefined ? "skip" : { viewerKey, threadId },
    { initialNumItems: FIRST_PAGE, stream: true },
  );
  const create = useMutation(api.threads.create);
  const sendMessage = useMutation(api.chat.send.sendMessage)
    .withOptimisticUpdate(optimisticallySendMessage(api.chat.streaming.listThreadMessages));
  const stopReply = useMutation(api.chat.send.stop);
  const retryTurn = useMutation(api.chat.send.retry);
  const [isStopping, setIsStopping] = useState(false);
  const isLoading = threadId !== undefined && list.status === "LoadingFirstPage";
  const { unsent, sendingCount } = useUnsent(place, isLoading ? undefined : threadId === undefined ? NO_MESSAGES : list.results);
  const turn = turnWith(unsent, list.results);

  /** Begins a conversation when there is none; `onThread` is called as soon as it has an address. */
  const send = async (prompt: string, onThread: (threadId: string) => void) => {
    const sending = holdUnsent(place, { text: prompt, afterOrder: list.results.at(-1)?.order ?? -1 });
    try {
      const target = threadId ?? (await create({ viewerKey })).threadId;
      if (target !== threadId) {
        sending.moveTo(target);
        onThread(target);
      }
      await sendMessage({ viewerKey, threadId: target, prompt });
      sending.acknowledge();
    } catch (error) {
      sending.giveUp();
      throw error;
    }
  };

  /** False: there was nothing to stop. */
  const stop = async (order: number): Promise<boolean> => {
    if (threadId === undefined) return false;
    setIsStopping(true);
    try {
      return (await stopReply({ viewerKey, threadId, order })).stopped;
    } finally {
      setIsStopping(false);
    }
  };

  const retry = async () => {
    const prompt = list.results.findLast(({ role, status }) => role === "user" && status === "success");
    if (threadId === undefined || prompt === undefined) return;
    await retryTurn({ viewerKey, threadId, order: prompt.order, promptMessageId: prompt.id });
  };

  return { ...list, isLoading, unsent, sendingCount, turn, send, stop, retry, isStopping };
}
