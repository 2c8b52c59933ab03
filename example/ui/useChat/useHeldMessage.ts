import type { ChatStatus } from "ai";
import type { UIMessage } from "convex-agent/react";
import { useCallback, useEffect, useRef } from "react";
import { holdUnsent, useUnsent, type Sending } from "../chat/unsent";

interface HeldMessageOptions {
  /** Under which name what is written into the conversation is kept. */
  place: string;
  /** What was said when the conversation was opened. */
  before: readonly UIMessage[];
  status: ChatStatus;
}

/** Keeps what `useChat` sends until it is taken: after a reload before that it is in the field again. */
export function useHeldMessage({ place, before, status }: HeldMessageOptions): (text: string, shown: readonly UIMessage[]) => void {
  const sending = useRef<Sending | undefined>(undefined);
  const wasSubmitted = useRef(false);
  useUnsent(place, before);
  useEffect(() => {
    if (wasSubmitted.current && status !== "submitted") {
      sending.current?.giveUp();
      sending.current = undefined;
    }
    wasSubmitted.current = status === "submitted";
  }, [status]);
  return useCallback((text, shown) => {
    // The hook's own messages do not know their turn: each that was sent from here began one.
    const sentHere = promptsOf(shown) - promptsOf(before);
    sending.current = holdUnsent(place, { text, afterOrder: (before.at(-1)?.order ?? -1) + sentHere });
  }, [place, before]);
}

function promptsOf(messages: readonly UIMessage[]): number {
  return messages.filter(({ role }) => role === "user").length;
}
