import type { MessageDoc } from "convex-agent";
import { useStreamingUIMessages, type UIMessage } from "convex-agent/react";
import { useState } from "react";
import { useConnection, usePlaygroundFunction, usePlaygroundQuery } from "../connection/api";
import { LiveWatch, type LivePart } from "./liveBars";
import { turnTimeline, type Bar, type TurnTimeline } from "./turnTimeline";
import { useTicker } from "./useTicker";

const TICK_MS = 200;

/** The waterfall of a turn, live. Undefined: not here yet; null: there is no such turn. */
export function useTurnTimeline(threadId: string, order: number): TurnTimeline | null | undefined {
  const { apiKey } = useConnection();
  const query = usePlaygroundFunction("listMessages");
  const messages = usePlaygroundQuery("listTurn", { threadId, order });
  // No rows: the streams alone.
  const args = { threadId, apiKey, paginationOpts: { cursor: null, numItems: 0 } };
  const live = useStreamingUIMessages(query, args, { startOrder: order });
  const streaming = live?.filter((message) => message.order === order && message.status === "streaming") ?? [];
  const isWaiting = messages !== undefined && waitsForDecision(messages);
  const clockMs = useTicker(streaming.length > 0 || isWaiting, TICK_MS);
  const [watch] = useState(() => new LiveWatch());
  if (messages === undefined) return undefined;
  // The server's clock may be ahead of this one: nothing that is saved lies in the future.
  const savedMs = lastSavedMs(messages);
  const nowMs = Math.max(clockMs, savedMs);
  const bars = streaming.flatMap((message) => barsOf(watch, { message, messages, nowMs, savedMs }));
  return turnTimeline(messages, { nowMs, isStreaming: streaming.length > 0, bars });
}

function barsOf(watch: LiveWatch, { message, messages, nowMs, savedMs }: { message: UIMessage; messages: readonly MessageDoc[]; nowMs: number; savedMs: number }): Bar[] {
  const answers = messages.filter((doc) => doc.message?.role === "assistant");
  // Steps of this stream that are saved are among the messages from its place on.
  const saved = answers.filter((doc) => doc.stepOrder >= message.stepOrder).length;
  // Parts of a message have these fields, as far as they are of a tool.
  const parts = message.parts as readonly LivePart[];
  const starts = parts.flatMap((part, index) => (part.type === "step-start" ? [index] : []));
  const from = saved === 0 ? 0 : starts[saved];
  return from === undefined ? [] : watch.bars(parts.slice(from), { nowMs, sinceMs: savedMs, firstStep: answers.length });
}

function lastSavedMs(messages: readonly MessageDoc[]): number {
  return Math.max(0, ...messages.map((doc) => doc.timing?.endedMs ?? doc._creationTime));
}

/** Whether a call of the turn waits for somebody. */
function waitsForDecision(messages: readonly MessageDoc[]): boolean {
  const parts = messages.flatMap(({ message }) => (typeof message?.content === "object" ? [...message.content] : []));
  const answered = new Set(parts.flatMap((part) => (part.type === "tool-approval-response" ? [part.approvalId] : [])));
  return parts.some((part) => part.type === "tool-approval-request" && !answered.has(part.approvalId));
}
