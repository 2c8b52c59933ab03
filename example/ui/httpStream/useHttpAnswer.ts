import { useCallback, useEffect, useRef, useState } from "react";
import { streamAnswer } from "./streamAnswer";

/** What came over HTTP. */
export interface HttpAnswer {
  /** The conversation it belongs to; undefined while it is not known which one begins. */
  threadId: string | undefined;
  state: "reading" | "complete" | "left" | "broken";
  text: string;
  pieces: number;
  /** From the request to the first word, milliseconds. */
  firstMs: number | null;
  totalMs: number;
}

function nothingYet(threadId: string | undefined): HttpAnswer {
  return { threadId, state: "reading", text: "", pieces: 0, firstMs: null, totalMs: 0 };
}

/** Reads one answer at a time over HTTP. Leaving the page leaves the response; the reply goes on without it. */
export function useHttpAnswer() {
  const [answer, setAnswer] = useState<HttpAnswer | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const ask = useCallback(async (prompt: string, threadId: string | undefined, onBegin: (threadId: string) => void) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const startMs = performance.now();
    const change = (next: (before: HttpAnswer) => Partial<HttpAnswer>) => {
      if (running.current === controller) setAnswer((before) => {
        const known = before ?? nothingYet(threadId);
        return { ...known, ...next(known), totalMs: performance.now() - startMs };
      });
    };
    let hasBegun = false;
    setAnswer(nothingYet(threadId));
    try {
      await streamAnswer({
        prompt, threadId, signal: controller.signal,
        onBegin: (id) => {
          hasBegun = true;
          change(() => ({ threadId: id }));
          onBegin(id);
        },
        onText: (text) => change((before) => ({ text: before.text + text, pieces: before.pieces + 1, firstMs: before.firstMs ?? performance.now() - startMs })),
      });
      change(() => ({ state: "complete" }));
    } catch (error) {
      // Before the response has begun it is not known whether anything was saved: the caller gives the text back.
      if (!hasBegun) {
        if (running.current === controller) setAnswer(null);
        throw error;
      }
      if (controller.signal.aborted) return change(() => ({ state: "left" }));
      change(() => ({ state: "broken" }));
    }
  }, []);

  const leave = useCallback(() => running.current?.abort(), []);
  return { answer, ask, leave };
}
