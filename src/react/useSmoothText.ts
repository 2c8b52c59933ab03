"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import { SmoothTextStore, type SmoothTextClock } from "./store/smoothText.js";

export interface SmoothTextOptions {
  /** Characters per second to begin with; adapts to the speed of the incoming text. Default 128. */
  charsPerSec?: number;
  /**
   * Reveal the first text too, instead of showing it at once. Default false. Later changes have no effect: a text that
   * began to stream is streamed to its end.
   */
  startStreaming?: boolean;
}

const DEFAULT_CHARS_PER_SEC = 128;

const systemClock: SmoothTextClock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Reveals a growing text smoothly, however large the pieces are in which it arrives.
 *
 * @param text The whole text so far; pass all of it each time.
 * @returns The visible text, and how far it is: `cursor` (UTF-16 units shown) and `isStreaming` (more is to come).
 * @example
 * const [visibleText] = useSmoothText(message.text, { startStreaming: message.status === "streaming" });
 */
export function useSmoothText(
  text: string,
  options: SmoothTextOptions = {},
): [string, { cursor: number; isStreaming: boolean }] {
  const { charsPerSec = DEFAULT_CHARS_PER_SEC, startStreaming = false } = options;
  const [store] = useState(() => new SmoothTextStore({ text, charsPerSec, startStreaming }, systemClock));
  useEffect(() => store.setText(text), [store, text]);
  const { visibleText, cursor, isStreaming } = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return [visibleText, { cursor, isStreaming }];
}
